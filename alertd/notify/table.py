"""The whole of a message as a CSV file, for services that can carry one: a list too long to show, or what to order."""

from collections.abc import Iterable, Sequence

from ..sheets import Column, csv_bytes
from ..sheets.writing import Cell
from . import buying
from .content import Content, Item
from .lines import state_of, suggested
from .render import MOST_ITEMS
from .speech import Speech

NAME = "alertd.csv"


def table_of(content: Content, language: str) -> tuple[str, bytes]:
    """The name of the file and what is in it; nothing where the message shows all there is."""
    speech = Speech(language, content.zone, content.goods)
    if buying.is_list(content):
        return speech.say("buy_file"), _table(speech.words["buy_columns"], map(_purchase, buying.to_order(content)))
    if len(content.items) <= MOST_ITEMS:
        return NAME, b""
    return NAME, _table(speech.words["columns"], (_row(item, content, speech, language) for item in content.items))


def _table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    return csv_bytes([Column(heading) for heading in headings], rows)


def _row(item: Item, content: Content, speech: Speech, language: str) -> Sequence[Cell]:
    subject, values = item.subject, item.values
    state = state_of(item)
    label = content.title.get(language, content.rule) if state == "other" else speech.words[state]["label"]
    names = (subject.codigo, subject.nombre, subject.nombre_sucursal, subject.nombre_bodega)
    return [label, *names, values.get("stock"), values.get("stock_minimo"), values.get("stock_maximo"), suggested(item)]


def _purchase(item: Item) -> Sequence[Cell]:
    """One line of an order."""
    subject, values, buy = item.subject, item.values, item.buy
    assert buy is not None  # noqa: S101 - only what is to be ordered is listed
    names = (buy.supplier, subject.codigo, subject.nombre, subject.nombre_sucursal, subject.nombre_bodega)
    stock = [values.get(name) for name in ("stock", "stock_minimo", "stock_maximo")]
    amount = None if buy.amount is None else round(buy.amount, 2)
    return [*names, *stock, buy.quantity, buy.pack, buy.cost, amount, buy.cover]
