"""Small makers: a rule from a few lines, a level on a real shelf in a real database."""

from itertools import count
from typing import Any

from alertd.rules.compiling import compile_condition
from alertd.rules.load import RuleSet, load_text
from alertd.rules.rule import Predicate, Rule
from alertd.rules.syntax import Fault
from alertd.store.db import Store

TODAY = 20_000
NOW = TODAY * 86_400_000
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
        warehouse = (product.pop("branch", "Centro"), product.pop("warehouse", "Bodega 1"))
        store.execute("INSERT OR IGNORE INTO warehouse (source_id, branch, name) VALUES (1, ?, ?)", warehouse)
        warehouse_id = store.value("SELECT id FROM warehouse WHERE branch = ? AND name = ?", warehouse)
        level = {key: product.pop(key, None) for key in ("note", "previous_stock", "absent_at", "gone_at")}
        level["changed_at"] = product.pop("changed_at", NOW)
        product_id = _insert(
            store,
            "product",
            {"source_id": 1, "external_id": number, "name": f"Producto {number}", "kind": "Producto", "enabled": 1}
            | {"digest": 0, "level_count": 1, "search": "", "first_seen_at": 0, "changed_at": 0}
            | product,
        )
        return _insert(
            store,
            "level",
            {"product_id": product_id, "warehouse_id": warehouse_id, "stock": stock, "minimum": minimum}
            | level
            | {"maximum": maximum},
        )


def sold(store: Store, level: int, units: float, *, days_ago: int) -> None:
    """Units of a level's product, sold so many days ago."""
    store.execute(
        "INSERT INTO product_day (product_id, day, sold) SELECT product_id, ?, ? FROM level WHERE id = ?",
        (TODAY - days_ago, units, level),
    )


def taken(store: Store, *predicates: Predicate) -> list[int]:
    """The levels for which all these predicates are true, among those that are there."""
    where = " AND ".join(predicate.sql for predicate in predicates)
    parameters = [value for predicate in predicates for value in predicate.parameters]
    sql = f"SELECT r.level_id FROM stock_row r WHERE r.present AND NOT r.gone AND {where} ORDER BY r.level_id"
    return [row["level_id"] for row in store.rows(sql, parameters)]


def _insert(store: Store, table: str, values: dict[str, Any]) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    return store.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values())).lastrowid or 0
