"""Is it alive, is it ready: for a supervisor or a load balancer, without a login and without anything secret."""

import sqlite3

from flask import Blueprint, Response, jsonify

from ..store import migrations
from .guard import public
from .room import room

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """Everything that must run, runs; what that is, `alertd serve` knows and hands in."""
    document = {"database": _database(), **room().health()}
    document["ok"] = document["database"] == "ok" and bool(document.get("ok", True))
    return jsonify(document), 200 if document["ok"] else 503


@pages.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The page can answer: the database is open and its tables are those this version knows."""
    found = _database()
    return jsonify({"ok": found == "ok", "database": found}), 200 if found == "ok" else 503


def _database() -> str:
    try:
        version = room().store.value("PRAGMA user_version")
    except sqlite3.Error:
        return "unreachable"
    return "ok" if version == migrations.NEWEST else "not migrated"
