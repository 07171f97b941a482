"""Receipts and adjustments that people type or upload, since the inventory system tells of none.

An upload is read to the end before anything is booked: the preview names every line that cannot be used and why, and
the same file booked twice counts once. Tables are read by `alertd.sheets`; here their cells get a meaning.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

from ..clock import parse_moment
from ..errors import UsageTrouble
from ..folding import fold
from ..sheets import SheetFault, formula, number, read
from ..store import Store, knowledge, reconciliation

DAY_MS = 86_400_000
MOST_UNITS = 1e9
COLUMNS = {
    "codigo": ("codigo", "code", "sku", "codigo_producto", "codigo_de_producto", "codigo_do_produto"),
    "cantidad": ("cantidad", "quantidade", "quantity", "units", "unidades", "qtd", "cant"),
    "fecha": ("fecha", "data", "date"),
    "tipo": ("tipo", "type", "kind"),
    "sucursal": ("sucursal", "loja", "branch", "nombre_sucursal", "filial"),
    "nota": ("nota", "note", "observacao", "observaciones"),
}
_KINDS = {
    "entrada": "receipt", "receipt": "receipt", "compra": "receipt", "recepcion": "receipt", "recebimento": "receipt",
    "ajuste": "adjustment", "adjustment": "adjustment", "salida": "adjustment", "saida": "adjustment",
    "out": "adjustment", "traslado": "adjustment", "transferencia": "adjustment", "transfer": "adjustment",
}  # fmt: skip
_OUT = ("salida", "saida", "out")


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
    """What an upload holds: the lines that can be booked, and a fault for each that cannot."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[SheetFault] = field(default_factory=list)


def preview(store: Store, source_id: int, data: bytes, today: date) -> Preview:
    """Read an upload without booking anything. Raises SheetFault when it is no table at all."""
    sheet = read(data)
    columns = sheet.columns(COLUMNS, needed=("codigo", "cantidad"))
    mark = sheet.decimal_mark(columns["cantidad"])
    place = columns["codigo"]
    codes = {row.cells[place] for row in sheet.rows() if not row.fault}
    products = knowledge.products_by_code(store, source_id, codes)
    found, repeats = Preview(), Counter[tuple[str, ...]]()
    for row in sheet.rows():
        if row.fault:
            found.errors.append(row.fault)
            continue
        told = {name: row.cells[place] for name, place in columns.items()}
        try:
            found.entries.append(_entry(row.line, told, products, repeats, today, mark))
        except SheetFault as fault:
            found.errors.append(fault.at(row.line))
    return found


def one(store: Store, source_id: int, told: Mapping[str, str], today: date, *, mark: str, now: int) -> Entry:
    """One line typed into a form. Raises SheetFault. What is typed twice is meant twice."""
    products = knowledge.products_by_code(store, source_id, [told.get("codigo", "")])
    return _entry(0, {**told, "now": str(now)}, products, Counter(), today, mark)


def _entry(
    line: int,
    told: Mapping[str, str],
    products: Mapping[str, list[tuple[int, str]]],
    repeats: Counter[tuple[str, ...]],
    today: date,
    mark: str,
) -> Entry:
    if any(formula(cell) for cell in told.values()):
        raise SheetFault(
            "una celda tiene una fórmula; escriba su valor",
            "uma célula tem uma fórmula; escreva o valor",
            "a cell holds a formula; write its value",
        )
    code, word = told["codigo"], fold(told.get("tipo", "")) or "entrada"
    product = _product(products.get(code, []), code)
    amount = _amount(told["cantidad"], mark)
    kind = _kind(word, told.get("tipo", ""))
    if word in _OUT:
        amount = -abs(amount)
    if kind == "receipt" and amount < 0:
        raise SheetFault(
            "una entrada no puede ser negativa; escriba salida o ajuste",
            "uma entrada não pode ser negativa; escreva saída ou ajuste",
            "a receipt cannot be negative; write salida or ajuste",
        )
    key = (code, str(amount), *(told.get(name, "") for name in ("fecha", "tipo", "sucursal", "nota", "now")))
    repeats[key] += 1
    batch = blake2b("\x1f".join((*key, str(repeats[key]))).encode(), digest_size=12).hexdigest()
    return Entry(
        line, product[0], code, product[1], kind, amount, day_of(told.get("fecha", ""), today),
        told.get("sucursal") or None, told.get("nota") or None, batch,
    )  # fmt: skip


def _product(found: Sequence[tuple[int, str]], code: str) -> tuple[int, str]:
    if len(found) == 1:
        return found[0]
    shown, several = code[:40], len(found)
    if several:
        raise SheetFault(
            f"'{shown}': {several} productos tienen este código; déjelo en uno solo en el sistema",
            f"'{shown}': {several} produtos têm este código; deixe-o em um só no sistema",
            f"'{shown}': {several} products have this code; leave it to one of them in the system",
        )
    raise SheetFault(
        f"'{shown}': ningún producto tiene este código",
        f"'{shown}': nenhum produto tem este código",
        f"'{shown}': no product has this code",
    )


def _kind(word: str, written: str) -> str:
    if word in _KINDS:
        return _KINDS[word]
    shown = written[:40]
    raise SheetFault(
        f"tipo '{shown}' no se conoce; escriba entrada, salida, ajuste o traslado",
        f"tipo '{shown}' não é conhecido; escreva entrada, saída, ajuste ou transferência",
        f"tipo '{shown}' is not known; write entrada, salida, ajuste or traslado",
    )


def _amount(text: str, mark: str) -> float:
    amount = number(text, mark)
    if not amount or abs(amount) > MOST_UNITS:
        raise SheetFault(
            f"cantidad '{text[:40]}': debe ser distinta de 0 y menor que mil millones",
            f"quantidade '{text[:40]}': deve ser diferente de 0 e menor que um bilhão",
            f"cantidad '{text[:40]}': it must not be 0, and less than a thousand million",
        )
    return amount


def day_of(text: str, today: date) -> str:
    """A date as YYYY-MM-DD or DD/MM/YYYY; without one, today. Raises SheetFault."""
    if not text:
        return today.isoformat()
    turned = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    shown = text[:40]
    try:
        found = date(int(turned[3]), int(turned[2]), int(turned[1])) if turned else date.fromisoformat(text[:10])
    except ValueError:
        raise SheetFault(
            f"fecha '{shown}' no es una fecha; escriba 2025-01-31 o 31/01/2025",
            f"data '{shown}' não é uma data; escreva 2025-01-31 ou 31/01/2025",
            f"fecha '{shown}' is no date; write 2025-01-31 or 31/01/2025",
        ) from None
    if found > today:
        raise SheetFault(
            f"la fecha {shown} está en el futuro", f"a data {shown} está no futuro", f"{shown} lies in the future"
        )
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
