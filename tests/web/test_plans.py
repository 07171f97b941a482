"""No page reads a table that grows with time from end to end: every statement of every page is asked for its plan."""

import re

from flask import Flask
from flask.testing import FlaskClient

from alertd.store.db import Store

from . import makers
from .test_pages import PAGES

GROWS = (
    "stock_change", "transition", "poll", "message", "message_alert", "movement", "document", "document_line",
    "variance", "audit", "product_day", "branch_day", "snapshot", "reconciled_day", "stock_entry", "stock_count",
    "delivery", "shelf_hour", "alert", "product", "level",
)  # fmt: skip
# Counted once after a reading and kept until the next.
KEPT = ("SELECT source_id, count(*), sum(level_count) FROM product", "FROM poll ORDER BY id DESC LIMIT 1")
MORE = (
    "/trend.json", "/products/1/history.json?level=1", "/products?q=broca", "/products?at=2026-11-10",
    "/alerts?q=broca",
    "/alerts?branch=Centro", "/products?category=Pinturas&state=low",
)  # fmt: skip
SCAN = re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


def test_every_statement_of_every_page_has_a_way_in(signed_in: FlaskClient, store: Store, app: Flask) -> None:
    """A walk along an index is allowed where the statement stops after a page, or the index holds only what is open."""
    makers.seed_shop(store)
    said: set[str] = set()
    store.connection.set_trace_callback(said.add)
    for path in (*PAGES, *MORE):
        assert signed_in.get(path).status_code == 200, path
    store.connection.set_trace_callback(None)
    wrong = {wrong for sql in said if sql.startswith(("SELECT", "WITH")) for wrong in _scans(store, sql)}
    assert wrong == set()


def _scans(store: Store, sql: str) -> list[str]:
    if any(kept in sql for kept in KEPT):
        return []
    found = []
    for row in store.rows(f"EXPLAIN QUERY PLAN {sql}"):
        scan = SCAN.match(row["detail"])
        if scan is None:
            continue
        table = _table(scan[1], sql)
        partial = store.value("SELECT instr(sql, 'WHERE') FROM sqlite_master WHERE name = ?", (scan[2],))
        if table in GROWS and not (scan[2] and ("LIMIT" in sql or partial)):
            found.append(f"{row['detail']}: {' '.join(sql.split())[:300]}")
    return found


def _table(alias: str, sql: str) -> str:
    """The table behind an alias of one letter or two."""
    named = re.search(rf"(\w+) (?:AS )?{alias}\b", sql)
    return named[1] if named and len(alias) <= 2 else alias
