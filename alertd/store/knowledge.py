"""What a shop knows and its inventory system does not tell: box factors, recipes, receipts, what a gap was."""

from collections.abc import Iterable
from typing import Any

from . import ledger
from .db import Row, Store
from .reconciliation import bundles


def learn_factor(store: Store, product_id: int, factor: float, now: int, by: str | None = None) -> None:
    """Keep how many units a sold box holds. `by` is None where it was learnt, else who said so; a person outranks."""
    with store.write():
        store.execute(
            "INSERT INTO box_factor VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET factor = ?2, by = ?3, at = ?4"
            " WHERE by IS NULL OR ?3 IS NOT NULL",
            (product_id, factor, by, now),
        )


def learn_recipe(store: Store, kit_id: int, part_id: int, quantity: float, now: int, by: str | None = None) -> None:
    """Keep how many pieces of a part a set takes."""
    with store.write():
        store.execute(
            "INSERT INTO recipe VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET quantity = ?3, by = ?4, at = ?5"
            " WHERE by IS NULL OR ?4 IS NOT NULL",
            (kit_id, part_id, quantity, by, now),
        )


def forget_factor(store: Store, product_id: int) -> None:
    """It was not a box after all."""
    with store.write():
        store.execute("DELETE FROM box_factor WHERE product_id = ?", (product_id,))


def forget_recipe(store: Store, kit_id: int, part_id: int) -> None:
    """It was no part of that set after all."""
    with store.write():
        store.execute("DELETE FROM recipe WHERE kit_id = ? AND part_id = ?", (kit_id, part_id))


def recipes_of_parts(store: Store, products: Iterable[int]) -> list[tuple[int, int, float]]:
    """(kit, part, pieces) of every known recipe that one of these products is a part of."""
    return _recipes(store, "part_id", products)


def recipes_of_kits(store: Store, products: Iterable[int]) -> list[tuple[int, int, float]]:
    """(kit, part, pieces) of every known recipe of these sets."""
    return _recipes(store, "kit_id", products)


def _recipes(store: Store, column: str, products: Iterable[int]) -> list[tuple[int, int, float]]:
    found: list[tuple[int, int, float]] = []
    for keys in bundles(products):
        found += store.execute(
            f"SELECT kit_id, part_id, quantity FROM recipe WHERE {column} IN (SELECT value FROM json_each(?))", (keys,)
        ).fetchall()
    return found


def add_entries(store: Store, rows: Iterable[dict[str, Any]]) -> int:
    """Keep typed receipts and adjustments; a known `batch` key is not kept twice. Returns how many are new."""
    with store.write():
        before = store.connection.total_changes
        store.connection.executemany(
            "INSERT OR IGNORE INTO stock_entry (source_id, product_id, kind, quantity, branch, at, until, note, by,"
            " typed_at, batch) VALUES (:source_id, :product_id, :kind, :quantity, :branch, :at, :until, :note, :by,"
            " :typed_at, :batch)",
            kept := list(rows),
        )
        new = store.connection.total_changes - before
        for source_id in {row["source_id"] for row in kept} if new else ():
            own = [row for row in kept if row["source_id"] == source_id]
            ledger.entered(store, source_id, [row["product_id"] for row in own], max(row["typed_at"] for row in own))
        return new


def remove_entry(store: Store, key: int, now: int) -> int | None:
    """Take a typed line back; it is kept, and counts no more. The product it spoke of."""
    with store.write():
        found = store.row(
            "UPDATE stock_entry SET removed_at = ? WHERE id = ? AND removed_at IS NULL RETURNING product_id, source_id",
            (now, key),
        )
        if found is None:
            return None
        ledger.entered(store, found["source_id"], (found["product_id"],), now)
        return int(found["product_id"])


def entries(store: Store, products: Iterable[int], since: int) -> list[Row]:
    """The typed receipts and adjustments of products that may fall after a moment."""
    found: list[Row] = []
    for keys in bundles(products):
        found += store.rows(
            "SELECT id, product_id, kind, quantity, branch, at, until, typed_at, note FROM stock_entry"
            " WHERE product_id IN (SELECT value FROM json_each(?)) AND until > ? AND removed_at IS NULL ORDER BY id",
            (keys, since),
        )
    return found


def entry_days(store: Store, source_id: int, limit: int = 200) -> list[Row]:
    """The typed lines of a source, the newest first."""
    return store.rows(
        "SELECT e.*, p.code AS codigo, p.name AS nombre FROM stock_entry e JOIN product p ON p.id = e.product_id"
        " WHERE e.source_id = ? AND e.removed_at IS NULL ORDER BY e.id DESC LIMIT ?",
        (source_id, limit),
    )


def confirm(
    store: Store,
    product_id: int,
    closed_at: int,
    *,
    units: float,
    cause: str,
    note: str | None,
    by: str | None,
    now: int,
) -> None:
    """Keep what a person said a gap was. It holds for a gap of that size only."""
    with store.write():
        store.execute(
            "INSERT OR REPLACE INTO confirmation VALUES (?, ?, ?, ?, ?, ?, ?)",
            (product_id, closed_at, units, cause, note, by, now),
        )


def products_by_code(store: Store, source_id: int, codes: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """By code, the products that carry it: one, none, or too many to tell."""
    found: dict[str, list[tuple[int, str]]] = {}
    wanted = sorted(set(codes))
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for code, key, name in store.execute(
            f"SELECT code, id, name FROM product WHERE source_id = ? AND gone_at IS NULL"
            f" AND code IN ({', '.join('?' * len(part))})",
            (source_id, *part),
        ):
            found.setdefault(code, []).append((key, name))
    return found


def factors(store: Store, source_id: int) -> list[Row]:
    """Every known box factor, with who said so; `by` is None for what was learnt."""
    return store.rows(
        "SELECT f.product_id, p.code AS codigo, p.name AS nombre, f.factor, f.by, f.at FROM box_factor f"
        " JOIN product p ON p.id = f.product_id WHERE p.source_id = ? ORDER BY f.at DESC, p.id LIMIT 500",
        (source_id,),
    )


def recipes(store: Store, source_id: int) -> list[Row]:
    """Every known part of a set."""
    return store.rows(
        "SELECT r.kit_id, k.name AS kit, r.part_id, p.code AS codigo, p.name AS nombre, r.quantity, r.by, r.at"
        " FROM recipe r JOIN product p ON p.id = r.part_id JOIN product k ON k.id = r.kit_id"
        " WHERE p.source_id = ? ORDER BY r.at DESC, r.kit_id, r.part_id LIMIT 500",
        (source_id,),
    )


def confirmations(store: Store, source_id: int) -> list[Row]:
    """What people said of gaps that stay a difference, the newest first."""
    return store.rows(
        "SELECT c.product_id, p.code AS codigo, p.name AS nombre, c.closed_at, c.units, c.cause, c.note, c.by, c.at"
        " FROM confirmation c JOIN product p ON p.id = c.product_id WHERE p.source_id = ?"
        " ORDER BY c.at DESC LIMIT 500",
        (source_id,),
    )


def unconfirm(store: Store, product_id: int, closed_at: int, units: float) -> None:
    """Ask about a gap again."""
    with store.write():
        store.execute(
            "DELETE FROM confirmation WHERE product_id = ? AND closed_at = ? AND units = ?",
            (product_id, closed_at, units),
        )


def entry(store: Store, key: int) -> Row | None:
    """One typed line."""
    return store.row("SELECT * FROM stock_entry WHERE id = ?", (key,))


def keep_upload(store: Store, source_id: int, user_id: int, name: str, data: bytes, now: int) -> int:
    """Keep a file until its person says yes. Each has one at a time, and none longer than a day."""
    with store.write():
        store.execute("DELETE FROM upload WHERE user_id = ? OR at < ?", (user_id, now - 86_400_000))
        return int(
            store.value(
                "INSERT INTO upload (source_id, user_id, name, data, at) VALUES (?, ?, ?, ?, ?) RETURNING id",
                (source_id, user_id, name[:200], data, now),
            )
        )


def upload(store: Store, key: int, user_id: int) -> tuple[int, str, bytes] | None:
    """The source, name and bytes of a file that a person sent."""
    row = store.execute("SELECT source_id, name, data FROM upload WHERE id = ? AND user_id = ?", (key, user_id))
    found: tuple[int, str, bytes] | None = row.fetchone()
    return found


def drop_upload(store: Store, key: int) -> None:
    """It was booked, or is not wanted any more; joins the caller's transaction."""
    with store.write():
        store.execute("DELETE FROM upload WHERE id = ?", (key,))
