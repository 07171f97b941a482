"""What should be ordered, written beside the alerts of a message that say that something runs out.

How much is the rules' own `suggested_order`; packs, waiting time and the supplier's last hour are the terms of buying.
A rule speaks of buying when it tests nothing but what is left and how long it lasts, or groups by supplier.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec.structs import replace as changed

from ..model import Values
from ..notify.content import Buy
from ..places import money_sign
from ..rules import vocabulary
from ..rules.rule import Rule
from ..store import Store, buying, evaluation, measures
from ..store.sources import Source
from ..store.told import Question
from .messages import Letter

SUBJECTS = ("stock", "product")
_RUNNING_OUT = frozenset(
    ("stock", "stock_minimo", "days_of_cover", "daily_sales", "suggested_order", "sold", "tipo", "enable", "abc_class")
    + ("lead_time", "reorder_point", "expected_sales", "safety_stock", "on_order")
)
_ASKED = ("suggested_order", "days_of_cover", "costo_promedio", "costo")
MOST_ORDERS = 500
"""A message about more than this is no list to buy from: how things stood at first, or a storm."""


def is_about_buying(rule: Rule) -> bool:
    """Whether what a rule finds is something to order."""
    if rule.on not in SUBJECTS:
        return False
    words = {word.partition("(")[0] for word in rule.when.words}
    return "nombre_proveedor" in rule.group_by or (bool(words) and words <= _RUNNING_OUT)


def with_orders(store: Store, source: Source, letter: Letter, now: int) -> Letter:
    """The same letter with what to order beside each alert; unchanged where none is about buying, or far too many."""
    wanted = [each for each in letter.tellings if each.wrong and is_about_buying(each.rule)]
    if not 0 < len(wanted) <= MOST_ORDERS:
        return letter
    book = buying.read_book(store, source.id)
    bought: dict[int, Buy] = {}
    for on in SUBJECTS:
        asked = [each.question for each in wanted if each.rule.on == on]
        for question, values in _figures(store, source, on, asked, now):
            bought[question.alert_id] = _buy(question, values, book)
    items = [changed(item, buy=bought.get(item.alert_id or 0)) for item in letter.content.items]
    return replace(letter, content=changed(letter.content, items=items, money=money_sign(source.timezone)))


def _figures(
    store: Store, source: Source, on: str, asked: Sequence[Question], now: int
) -> Iterable[tuple[Question, Values]]:
    """The figures behind an order, for each alert whose level or product is still there."""
    by_key = {key: each for each in asked if (key := each.level_id if on == "stock" else each.product_id) is not None}
    if not by_key:
        return
    moment = measures.moment_of(store, source, now)
    measures.bring_up_to_date(store, source.id, moment, demand=True, classed=False)
    columns = [(word, sql) for word in _ASKED if (sql := vocabulary.column_of(word, on)) is not None]
    found = evaluation.matching(
        store, on, source.id, moment, condition=f"r.{_KEYS[on]} IN ({', '.join('?' * len(by_key))})",
        severity="'info'", columns=columns, parameters=list(by_key), demand=True,
    )  # fmt: skip
    for each in found:
        key = each.level_id if on == "stock" else each.product_id
        yield by_key[key or 0], each.values


_KEYS = {"stock": "level_id", "product": "product_id"}


def _buy(question: Question, values: Values, book: buying.Book) -> Buy:
    terms = book.terms_of(question.product_id or 0, question.supplier)
    cost = values.get("costo_promedio") or values.get("costo")
    return Buy(
        quantity=values.get("suggested_order") or 0.0,
        supplier=question.supplier or None,
        pack=terms.pack,
        cost=cost if cost and cost > 0 else None,
        cover=values.get("days_of_cover"),
        wait=terms.wait,
        cut_off=terms.cutoff,
    )
