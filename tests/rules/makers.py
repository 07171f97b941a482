"""Small makers: a rule from a few lines, a level on a real shelf in a real database."""

from itertools import count
from typing import Any

from alertd.rules import vocabulary
from alertd.rules.compiling import compile_condition
from alertd.rules.load import RuleSet, load_text
from alertd.rules.rule import Predicate, Rule
from alertd.rules.syntax import Fault
from alertd.store import evaluation, measures, snapshots, sources
from alertd.store.db import Store

TODAY = 20_000
DAY = 86_400_000
NOW = TODAY * DAY
_numbers = count(1)

MINIMAL = "name: low-stock\non: stock\nwhen: stock <= stock_minimo\n"


def load(text: str, **known: frozenset[str]) -> RuleSet:
    """What a file with this text gives."""
    return load_text(text, "tienda.yaml", **known)


def one_rule(more: str = "", *, when: str = "stock <= stock_minimo") -> Rule:
    """The one rule of a text that must be without mistakes."""
    found = load(f"name: low-stock\non: stock\nwhen: {when}\n{more}")
    assert not found.errors, [str(error) for error in found.errors]
    return found.rules[0]


def mistakes(text: str, **known: frozenset[str]) -> list[tuple[int, int, str, str | None]]:
    """The mistakes of a text: line, column, message and hint."""
    return [(e.line, e.column, e.message, e.hint) for e in load(text, **known).errors]


def predicate(text: str) -> Predicate:
    """The predicate of an expression that must compile."""
    compiled = compile_condition(text, "stock")
    assert isinstance(compiled, Predicate), compiled
    return compiled


def faults(text: str) -> tuple[Fault, ...]:
    """The faults of an expression that must be refused."""
    compiled = compile_condition(text, "stock")
    assert not isinstance(compiled, Predicate), f"{text!r} was accepted: {compiled.sql}"
    return compiled


def shelf(
    store: Store, stock: float, minimum: float | None = None, maximum: float | None = None, **product: Any
) -> int:
    """Put a product on a shelf; the id of its level. Everything the story does not mention is ordinary."""
    number = next(_numbers)
    with store.write():
        store.execute(
            "INSERT OR IGNORE INTO source (id, name, kind, base_url, credentials, budget_key, timezone, every_seconds,"
            " created_at, snapshot_at) VALUES (1, 'tienda', 'smartpyme', 'http://x', x'00', 'k', 'UTC', 300, 0, ?)",
            (NOW,),
        )
        of = product.pop("of", None)
        warehouse = (product.pop("branch", "Centro"), product.pop("warehouse", "Bodega 1"))
        store.execute("INSERT OR IGNORE INTO warehouse (source_id, branch, name) VALUES (1, ?, ?)", warehouse)
        warehouse_id = store.value("SELECT id FROM warehouse WHERE branch = ? AND name = ?", warehouse)
        level = {key: product.pop(key, None) for key in ("note", "previous_stock", "absent_at", "gone_at")}
        level["changed_at"] = product.pop("changed_at", NOW)
        product_id = store.value("SELECT product_id FROM level WHERE id = ?", (of,)) or _insert(
            store,
            "product",
            {"source_id": 1, "external_id": number, "name": f"Producto {number}", "kind": "Producto", "enabled": 1}
            | {"digest": 0, "level_count": 1, "search": "", "first_seen_at": 0, "changed_at": 0}
            | product,
        )
        if of is None:
            snapshots.note_new(store, product_id, product_id)
        return _insert(
            store,
            "level",
            {"product_id": product_id, "warehouse_id": warehouse_id, "stock": stock, "minimum": minimum}
            | level
            | {"maximum": maximum},
        )


def product_of(store: Store, level: int) -> int:
    """The product that a level is of."""
    return int(store.value("SELECT product_id FROM level WHERE id = ?", (level,)))


def sold(
    store: Store,
    level: int,
    units: float,
    *,
    days_ago: int,
    branch: str | None = None,
    amount: float = 0.0,
    booked: bool = False,
) -> None:
    """Units of a level's product, sold so many days ago; in the level's branch unless another is said."""
    _count(store, level, days_ago, branch, sold=units, amount=amount)
    if booked:
        _movement(store, level, -units)


def returned(store: Store, level: int, units: float, *, days_ago: int) -> None:
    """Units of a level's product that came back so many days ago."""
    _count(store, level, days_ago, None, returned=units)


def _count(
    store: Store,
    level: int,
    days_ago: int,
    branch: str | None,
    sold: float = 0.0,
    returned: float = 0.0,
    amount: float = 0.0,
) -> None:
    product, here = store.execute(
        "SELECT l.product_id, w.branch FROM level l JOIN warehouse w ON w.id = l.warehouse_id WHERE l.id = ?", (level,)
    ).fetchone()
    store.execute(
        "INSERT INTO product_day (product_id, day, sold, returned, sold_amount, sales, returns)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?3 > 0, ?4 > 0) ON CONFLICT DO UPDATE SET sold = sold + ?3,"
        " returned = returned + ?4, sold_amount = sold_amount + ?5, sales = sales + (?3 > 0),"
        " returns = returns + (?4 > 0)",
        (product, TODAY - days_ago, sold, returned, amount),
    )
    store.execute(
        "INSERT INTO branch_day VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET sold = sold + ?4,"
        " returned = returned + ?5",
        (product, here if branch is None else branch, TODAY - days_ago, sold, returned),
    )


def _movement(store: Store, level: int, units: float) -> None:
    """The trace a document leaves, by which the next evaluation knows that something moved."""
    document = store.value(
        "INSERT INTO document (source_id, kind, external_id, date, effect, digest, first_seen_at, changed_at)"
        " VALUES (1, 'sale', ?, '2024-10-04', 'moves', 0, 0, 0) RETURNING id",
        (next(_numbers) + 900_000,),
    )
    store.execute(
        "INSERT INTO movement (source_id, document_id, product_id, kind, quantity, amount, happened_at, seen_at)"
        " SELECT 1, ?, product_id, 'sale', ?, 0, 0, 0 FROM level WHERE id = ?",
        (document, units, level),
    )


def changed(store: Store, level: int, stock: float | None, *, days_ago: int) -> None:
    """What a level stood at from the beginning of that day on."""
    store.execute("INSERT INTO stock_change VALUES (?, ?, ?, NULL, NULL)", (level, NOW - days_ago * DAY, stock))


def documents_known(store: Store) -> None:
    """Sales and returns have been read."""
    store.connection.executemany(
        "INSERT OR IGNORE INTO lane (source_id, name, last_success_at) VALUES (1, ?, ?)",
        [("sales", NOW), ("returns", NOW)],
    )


def values(store: Store, words: str, *, on: str = "stock", known: bool = True) -> dict[int, dict[str, Any]]:
    """The values of these words for every level, or every product."""
    if known:
        documents_known(store)
    source = sources.get_source(store, "tienda")
    moment = measures.moment_of(store, source, NOW)
    measures.bring_up_to_date(store, source.id, moment, demand=True, classed=True)
    columns = [(word, vocabulary.column_of(word, on) or "missing") for word in words.split()]
    found = evaluation.matching(
        store, on, 1, moment, condition="TRUE", severity="'info'", columns=columns, parameters=(), demand=True
    )
    return {(each.level_id if on == "stock" else each.product_id) or 0: each.values for each in found}


def taken(store: Store, *predicates: Predicate) -> list[int]:
    """The levels for which all these predicates are true, among those that are there."""
    where = " AND ".join(predicate.sql for predicate in predicates)
    parameters = [value for predicate in predicates for value in predicate.parameters]
    sql = f"SELECT r.level_id FROM stock_row r WHERE r.present AND NOT r.gone AND {where} ORDER BY r.level_id"
    return [row["level_id"] for row in store.rows(sql, parameters)]


def _insert(store: Store, table: str, values: dict[str, Any]) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    return store.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values())).lastrowid or 0
