"""The SQL of what is worked out and not read: sales, cover, orders, age. Texts only; `store.evaluation` runs them.

Rows stand under the alias `r`, the demand of the row's level or product under `m` (where a rule asks for it), and the
moment of the evaluation under `t`:

    t.now, t.today       the moment, and the shop's day as days since 1970-01-01
    t.shift              milliseconds to add to a moment to get the shop's clock
    t.sold_known         1 once sales were ever read; before that, nobody knows what sold
    t.returned_known     the same for returns

The formulas are those of `alertd.reconcile.demand`, which a test holds them against.
"""

from ..reconcile.demand import COVERAGE_DAYS, LEAD_DAYS, MINIMUM_DAYS, REVIEW_DAYS, SAFETY_DAYS

LONGEST_DAYS = 366

PREVIOUS = "r.previous_stock"
CHANGE = "round(r.stock - r.previous_stock, 6)"
VALUE = "round(r.stock * coalesce(r.average_cost, r.cost), 6)"
DAYS_SINCE_CHANGE = "(t.today - (r.changed_at + t.shift) / 86400000)"
DAYS_KNOWN = (
    "(t.today - (SELECT min(p.first_seen_at, coalesce(p.created_at, p.first_seen_at)) + t.shift FROM product p"
    " WHERE p.id = r.product_id) / 86400000)"
)
_LAST_SALE = "(SELECT max(d.day) FROM {days} AND d.sold > 0 AND d.day <= t.today)"
_BRANCH_DAYS = "branch_day d WHERE d.product_id = r.product_id AND d.branch IN (r.branch, '')"
_PRODUCT_DAYS = "product_day d WHERE d.product_id = r.product_id"
DAYS_SINCE_SALE = {
    "stock": f"(t.today - {_LAST_SALE.format(days=_BRANCH_DAYS)})",
    "product": f"(t.today - {_LAST_SALE.format(days=_PRODUCT_DAYS)})",
}
CLASS = (
    "CASE WHEN t.sold_known THEN"
    " coalesce((SELECT k.class FROM product_class k WHERE k.product_id = r.product_id), 'U') END"
)

_IN_DAYS = "(m.in_days + (r.stock > 0))"
DAILY_SALES = (
    "CASE WHEN NOT t.sold_known THEN NULL WHEN coalesce(m.net, 0) <= 0 THEN 0.0"
    f" WHEN {_IN_DAYS} < {MINIMUM_DAYS} THEN NULL ELSE round(m.net / {_IN_DAYS}, 6) END"
)
DAYS_OF_COVER = (
    "CASE WHEN NOT t.sold_known OR coalesce(m.net, 0) <= 0 THEN NULL WHEN r.stock <= 0 THEN 0.0"
    f" WHEN {_IN_DAYS} < {MINIMUM_DAYS} THEN NULL ELSE round(r.stock * {_IN_DAYS} / m.net, 6) END"
)
_RATE = f"CASE WHEN coalesce(m.net, 0) > 0 AND {_IN_DAYS} >= {MINIMUM_DAYS} THEN m.net / {_IN_DAYS} ELSE 0.0 END"
_WAIT = LEAD_DAYS + REVIEW_DAYS + SAFETY_DAYS
# A number that is whole to six places stays; any other goes up to the next whole one.
_NEED = f"round(({_RATE}) * {_WAIT + COVERAGE_DAYS}, 6)"
_WHOLE_NEED = f"(CAST({_NEED} AS INTEGER) + ({_NEED} > CAST({_NEED} AS INTEGER)))"
_TRIGGER = f"CASE WHEN r.minimum > 0 THEN r.minimum ELSE round(({_RATE}) * {_WAIT}, 6) END"
_TARGET = f"max(coalesce(r.minimum, 0), CASE WHEN r.maximum > 0 THEN r.maximum ELSE {_WHOLE_NEED} END)"
SUGGESTED_ORDER = f"CASE WHEN r.stock > ({_TRIGGER}) THEN 0.0 ELSE round(max(0.0, {_TARGET} - r.stock), 6) END"


def sold(on: str, days: int) -> str:
    """Units sold in the last so many days, today among them."""
    return _counted(on, "sold", days)


def returned(on: str, days: int) -> str:
    """Units that customers brought back in the last so many days, today among them."""
    return _counted(on, "returned", days)


def _counted(on: str, what: str, days: int) -> str:
    table = _BRANCH_DAYS if on == "stock" else _PRODUCT_DAYS
    span = f"d.day > t.today - {int(days)} AND d.day <= t.today"
    return (
        f"CASE WHEN t.{what}_known THEN"  # noqa: S608 - our own words and a whole number
        f" coalesce((SELECT round(sum(d.{what}), 6) FROM {table} AND {span}), 0.0) END"
    )


def stock_ago(on: str, days: int) -> str:
    """The stock when the shop's day so many days ago ended; null where it was not known then."""
    # That day ended when the next one began, on the shop's clock.
    ended = f"((t.today - {int(days)} + 1) * 86400000 - t.shift)"
    last = (
        f"SELECT c.stock FROM stock_change c WHERE c.level_id = {{level}} AND c.at < {ended} ORDER BY c.at DESC LIMIT 1"  # noqa: S608
    )
    if on == "stock":
        return f"({last.format(level='r.level_id')})"
    one = f"({last.format(level='l.id')})"
    return f"(SELECT round(sum({one}), 6) FROM level l WHERE l.product_id = r.product_id)"  # noqa: S608


def products_ago(_on: str, days: int) -> str:
    """How many products the last complete sweep of the day so many days ago, or of one before it, read."""
    ended = f"((t.today - {int(days)} + 1) * 86400000 - t.shift)"
    return (
        "(SELECT b.products FROM poll b WHERE b.source_id = r.source_id AND b.lane = 'sweep'"  # noqa: S608
        f" AND b.complete AND b.finished_at < {ended} ORDER BY b.id DESC LIMIT 1)"
    )


_NET = {"net units in 42 days": "coalesce(m.net, 0)", "days in stock": _IN_DAYS}
_RETURNS = {
    "units": "r.units", "sold": "r.sold_units", "returned in the 90 days before": "r.usual",
    "sold in the 90 days before": "r.usual_sold",
}  # fmt: skip
EXPLAINED: dict[str, tuple[str, dict[str, str]]] = {
    "change": ("stock - previous_stock", {"stock": "r.stock", "previous_stock": "r.previous_stock"}),
    "stock_value": (
        "stock * costo_promedio, else * costo",
        {"stock": "r.stock", "costo_promedio": "r.average_cost", "costo": "r.cost"},
    ),
    "daily_sales": ("net units / days in stock", _NET),
    "days_of_cover": ("stock / (net units / days in stock)", {"stock": "r.stock", **_NET}),
    "suggested_order": (
        f"stock above its trigger (minimum, else {_WAIT} days of sales): 0;"
        f" else up to the maximum, else {_WAIT + COVERAGE_DAYS} days of sales",
        {"stock": "r.stock", "stock_minimo": "r.minimum", "stock_maximo": "r.maximum", **_NET},
    ),
    "return_rate": ("units / sold", _RETURNS),
    "expected_units": ("sold * returned before / sold before", _RETURNS),
    "p_value": ("chance of that many or more (negative binomial)", _RETURNS),
    "q_value": ("the same, corrected for how many are compared (Benjamini-Hochberg)", _RETURNS),
}
"""Of what is worked out: the formula in words, and the SQL of what goes in."""
