"""The page over a large shop in a process of its own, as `alertd serve` runs it: for bench.pages.

It says its port and the cookie to carry, and then does for each line of standard input: `commit`, `poll` (what the
worker leaves behind when one level in a hundred changed), `start` and `stop` (reading the whole shop meanwhile).
"""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, session

from alertd import logs
from alertd.clock import now
from alertd.rules.load import RuleSet, load_rules
from alertd.settings import Settings, data_folder, read_settings
from alertd.store import Store, open_store
from alertd.web.app import create_app
from alertd.web.server import Server
from bench import child, pages_shop
from bench.pages_cycle import Cycles

CHURN = 100


def alone(folder: Path, products: int) -> None:
    """The page, and nothing else in the process."""
    store = open_store(pages_shop.make(folder, products))
    pages_shop.bring_up_to_date(store, now())
    rules = load_rules(path for path in data_folder("rules").glob("*.yaml") if ".test." not in path.name)
    _serve(store, read_settings({"ALERTD_HOME": str(folder)}), lambda: rules, {})


def beside(folder: Path, products: int) -> None:
    """The page and a worker in one process."""
    cycles = Cycles(folder, products)
    context = cycles.context

    def rules() -> RuleSet:
        book = context.rules.book(context.now())
        return RuleSet(book.rules, book.errors)

    pages_shop.bring_up_to_date(context.store, now())
    commands = {"start": lambda: cycles.start() or {}, "stop": lambda: {"seconds": cycles.stop()}}
    _serve(context.store, context.settings, rules, commands)


def _serve(store: Store, settings: Settings, rules: Callable[[], RuleSet], commands: dict[str, Any]) -> None:
    app = create_app(store, settings, "a key", rules=rules)
    app.add_url_rule("/bare", "bare", _bare)
    server = Server(app, "127.0.0.1", 0, chore=app.extensions["alertd"].work_ahead)
    server.start()
    print(server.port, _cookie(app, pages_shop.sign_in(store, now())), flush=True)
    commands = {"commit": lambda: _commit(store), "poll": lambda: _poll(store), **commands}
    child.serve(lambda command: commands[command]())
    server.stop()


def _commit(store: Store) -> dict[str, Any]:
    """The smallest thing the worker writes: what is counted once between commits is counted anew."""
    store.execute("INSERT OR REPLACE INTO setting VALUES ('bench', ?)", (str(now()),))
    return {}


def _poll(store: Store) -> dict[str, Any]:
    """One level in a hundred moved; the rules have been asked, so that the demand stands."""
    moment = now()
    with store.write():
        for table, key in (("product", "id"), ("level", "product_id")):
            store.execute(f"UPDATE {table} SET changed_at = ? WHERE {key} % ? = 0", (moment, CHURN))
        store.execute("UPDATE source SET snapshot_before_at = snapshot_at, snapshot_at = ?", (moment,))
        store.execute("UPDATE lane SET planned_at = ?1, last_success_at = ?1", (moment,))
    pages_shop.bring_up_to_date(store, now())
    return {}


def _bare() -> str:
    return "<!doctype html><title>bare</title><p>one line"


_bare.is_public = True  # type: ignore[attr-defined]


def _cookie(app: Flask, token: str) -> str:
    """The cookie of a browser that has seen a page: with the token of the forms in it."""
    with app.test_request_context():
        session["id"], session["generation"], session["csrf_token"] = token, 1, "a token of the forms"
        signed = app.session_interface.get_signing_serializer(app).dumps(dict(session))  # type: ignore[attr-defined]
    return f"alertd={signed}"


if __name__ == "__main__":
    logs.configure("json", logging.CRITICAL)
    {"alone": alone, "beside": beside}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
