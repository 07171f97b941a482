"""Receipts and adjustments that people type or upload, since the inventory system tells of none.

An upload is read to the end before anything is booked: the preview names every line that cannot be used and why, and
the same file booked twice counts once. Spreadsheets of the region write decimal commas and semicolons; both are read.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

from ..clock import parse_moment
from ..errors import UsageTrouble
from ..folding import fold
from ..model import quantity
from ..store import Store, knowledge, reconciliation

DAY_MS = 86_400_000
MOST_LINES = 200_000
MOST_UNITS = 1e9
_COLUMNS = {
    "codigo": ("codigo", "code", "sku", "codigo_producto"),
    "cantidad": ("cantidad", "quantidade", "quantity", "units", "unidades"),
    "fecha": ("fecha", "data", "date"),
    "tipo": ("tipo", "type", "kind"),
    "sucursal": ("sucursal", "loja", "branch", "nombre_sucursal"),
    "nota": ("nota", "note", "observacao", "observaciones"),
}
_KINDS = {
    "entrada": "receipt", "receipt": "receipt", "compra": "receipt", "recepcion": "receipt", "recebimento": "receipt",
    "ajuste": "adjustment", "adjustment": "adjustment", "salida": "adjustment", "saida": "adjustment",
    "traslado": "adjustment", "transferencia": "adjustment",
}  # fmt: skip
_OUT = ("salida", "saida")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that can be booked. `quantity` is what it does to stock."""

    line: int
    product_id: int
    codigo: str
    nombre: str
    kind: str
    quantity: float
    date: str
    branch: str | None
    note: str | None
    batch: str


@dataclass(slots=True)
class Preview:
    """What an upload holds: the lines that can be booked, and (line, sentence) for each that cannot."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def number(text: str) -> float:
    """A quantity as people of the region write it: 1,5 and 1.5, 1.234,50 and 1,234.50. Raises ValueError."""
    compact = text.strip().replace(" ", "").replace(" ", "").replace("−", "-")
    if "," in compact and "." in compact:
        last = max(compact.rfind(","), compact.rfind("."))
        whole, part = compact[:last], compact[last + 1 :]
        compact = f"{whole.replace(',', '').replace('.', '')}.{part}"
    else:
        compact = compact.replace(",", ".")
    if not _NUMBER.fullmatch(compact) or abs(float(compact)) > MOST_UNITS:
        raise ValueError(text)
    return quantity(float(compact))


def preview(store: Store, source_id: int, data: bytes, today: date) -> Preview:
    """Read an upload without booking anything. Raises UsageTrouble when it is no table at all."""
    rows = _rows(data)
    columns = _columns(rows[0][1] if rows else [])
    found = Preview()
    codes = {cells[columns["codigo"]].strip() for _, cells in rows[1:] if len(cells) > columns["codigo"]}
    products = knowledge.products_by_code(store, source_id, codes)
    repeats: Counter[tuple[str, ...]] = Counter()
    for line, cells in rows[1:]:
        told = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        try:
            found.entries.append(_entry(line, told, products, repeats, today))
        except ValueError as fault:
            found.errors.append((line, str(fault)))
    return found


def _rows(data: bytes) -> list[tuple[int, list[str]]]:
    if data[:2] == b"PK":
        raise UsageTrouble("This is a workbook; save it as CSV (UTF-8) and send that file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise UsageTrouble("This is no CSV file; save the sheet as CSV and send that file.")
    head = text.partition("\n")[0]
    delimiter = max((";", ",", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as fault:
        raise UsageTrouble(f"Line {reader.line_num} cannot be read as CSV ({fault}).") from None
    if len(rows) > MOST_LINES:
        raise UsageTrouble(f"The file has {len(rows):,} lines; send at most {MOST_LINES:,} at a time.")
    return rows


def _columns(head: Sequence[str]) -> dict[str, int]:
    folded = [(fold(cell.strip()) or "").replace(" ", "_") for cell in head]
    found = {
        name: next(folded.index(word) for word in words if word in folded)
        for name, words in _COLUMNS.items()
        if any(word in folded for word in words)
    }
    missing = [name for name in ("codigo", "cantidad") if name not in found]
    if missing:
        there = ", ".join(cell.strip() for cell in head if cell.strip()) or "nothing"
        raise UsageTrouble(
            f"The first line must name the columns codigo and cantidad (fecha, tipo, sucursal and nota may follow);"
            f" missing: {', '.join(missing)}; it holds: {there[:120]}."
        )
    return found


def _entry(
    line: int,
    told: dict[str, str],
    products: dict[str, list[tuple[int, str]]],
    repeats: Counter[tuple[str, ...]],
    today: date,
) -> Entry:
    code = told["codigo"]
    if any(cell.startswith(("=", "@")) for cell in told.values()):
        raise ValueError("a cell holds a formula; write its value")
    matching = products.get(code, [])
    if len(matching) != 1:
        why = "no product has this code" if not matching else f"{len(matching)} products have this code"
        raise ValueError(f"'{code[:40]}': {why}")
    word = fold(told.get("tipo", "")) or "entrada"
    if word not in _KINDS:
        raise ValueError(f"tipo '{told['tipo'][:40]}' is not known; write entrada, salida, ajuste or traslado")
    amount = _amount(told["cantidad"])
    if word in _OUT:
        amount = -abs(amount)
    if _KINDS[word] == "receipt" and amount < 0:
        raise ValueError("a receipt cannot be negative; write salida or ajuste")
    key = (code, str(amount), told.get("fecha", ""), word, told.get("sucursal", ""), told.get("nota", ""))
    repeats[key] += 1
    batch = blake2b("\x1f".join((*key, str(repeats[key]))).encode(), digest_size=12).hexdigest()
    return Entry(
        line, matching[0][0], code, matching[0][1], _KINDS[word], amount, _day(told.get("fecha", ""), today),
        told.get("sucursal") or None, told.get("nota") or None, batch,
    )  # fmt: skip


def _amount(text: str) -> float:
    try:
        amount = number(text)
    except ValueError:
        raise ValueError(f"cantidad '{text[:40]}' is no number") from None
    if not amount:
        raise ValueError("cantidad is 0; a line of nothing is not booked")
    return amount


def _day(text: str, today: date) -> str:
    """A date as YYYY-MM-DD or DD/MM/YYYY; without one, today."""
    if not text:
        return today.isoformat()
    turned = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    try:
        found = date(int(turned[3]), int(turned[2]), int(turned[1])) if turned else date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"fecha '{text[:40]}' is no date; write 2025-01-31") from None
    if found > today:
        raise ValueError(f"fecha {found.isoformat()} lies in the future")
    return found.isoformat()


def book(store: Store, source_id: int, entries: Sequence[Entry], *, zone: str, now: int, by: str | None = None) -> int:
    """Book the lines of a preview; each somewhere in its day. Returns how many were new."""
    rows: list[dict[str, Any]] = []
    for entry in entries:
        begin = parse_moment(entry.date, zone)
        rows.append(
            {
                "source_id": source_id, "product_id": entry.product_id, "kind": entry.kind, "quantity": entry.quantity,
                "branch": entry.branch, "at": begin, "until": begin + DAY_MS, "note": entry.note, "by": by,
                "typed_at": now, "batch": entry.batch,
            }
        )  # fmt: skip
    with store.write():
        new = knowledge.add_entries(store, rows)
        reconciliation.touch(store, source_id, [(row["product_id"], row["at"]) for row in rows])
    return new


def confirm(
    store: Store, source_id: int, variance_id: int, answer: str, *, now: int, by: str | None = None,
    note: str | None = None, factor: int | None = None,
) -> None:  # fmt: skip
    """Keep what a person says a gap was, and use it: `receipt`, `adjustment`, `transfer`, `factor`, `recipe` or `loss`.

    A receipt, adjustment or transfer becomes a known line of that window; a factor or recipe is used from then on and
    for what was; a loss stays what it is, confirmed. Raises UsageTrouble for a gap that is not there.
    """
    row = reconciliation.variance(store, variance_id)
    if row is None:
        raise UsageTrouble("This difference is no longer there; look at the list again.")
    product_id = row["product_id"]
    with store.write():
        if answer == "factor":
            known = factor or (row["facts"].get("box") or {}).get("factor")
            if not known:
                raise UsageTrouble("How many units does a box hold? Write a whole number of 2 or more.")
            knowledge.learn_factor(store, product_id, known, now, by or "?")
        elif answer == "recipe":
            kit = row["facts"].get("kit")
            if not kit:
                raise UsageTrouble("No set was sold in that time that this product could be a part of.")
            knowledge.learn_recipe(store, kit["id"], product_id, kit["each"], now, by or "?")
        elif answer == "loss":
            knowledge.confirm(store, product_id, row["closed_at"], units=row["units"], cause="merma", note=note, by=by,
                              now=now)  # fmt: skip
        elif answer in ("receipt", "adjustment", "transfer"):
            _book_gap(store, source_id, row, "receipt" if answer == "receipt" else "adjustment", note, by, now)
        else:
            raise UsageTrouble(
                f"'{answer}' is no answer; choose receipt, adjustment, transfer, factor, recipe or loss."
            )
        reconciliation.touch(store, source_id, [(product_id, row["opened_at"])])


def _book_gap(
    store: Store, source_id: int, row: dict[str, Any], kind: str, note: str | None, by: str | None, now: int
) -> None:
    places = row["facts"].get("places") or [{}]
    line = {
        "source_id": source_id, "product_id": row["product_id"], "kind": kind, "quantity": row["units"],
        "branch": places[0].get("branch") if len(places) == 1 else None, "at": row["closed_at"],
        "until": row["closed_at"], "note": note, "by": by, "typed_at": now,
        "batch": f"gap {row['product_id']} {row['closed_at']} {row['units']}",
    }  # fmt: skip
    knowledge.add_entries(store, [line])
