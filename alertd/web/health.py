"""Is it alive, is it ready: for a supervisor or a load balancer, without a login and without anything secret."""

from flask import Blueprint, Response, jsonify

from ..store.db import condition
from .guard import public
from .room import room

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """Everything that must run, runs; what that is, `alertd serve` knows and hands in."""
    document = {"database": condition(room().store), **room().health()}
    document["ok"] = document["database"] == "ok" and bool(document.get("ok", True))
    return jsonify(document), 200 if document["ok"] else 503


@pages.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The page can answer: the database is open and its tables are those this version knows."""
    found = condition(room().store)
    return jsonify({"ok": found == "ok", "database": found}), 200 if found == "ok" else 503
