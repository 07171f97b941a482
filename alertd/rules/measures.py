"""The SQL of what is worked out and not read: sales, cover, orders, age. Texts only; `store.evaluation` runs them.

Rows stand under the alias `r`, the demand of the row's level or product under `m` (where a rule asks for it), and the
moment of the evaluation under `t`:

    t.now, t.today       the moment, and the shop's day as days since 1970-01-01
    t.shift              milliseconds to add to a moment to get the shop's clock
    t.sold_known         1 once sales were ever read; before that, nobody knows what sold
    t.returned_known     the same for returns

The formulas are those of `alertd.reconcile.demand`, `ordering` and `classification`, which a test holds them against.
"""

from ..reconcile import ordering
from ..reconcile.classification import DEAD_DAYS, LONG_COVER_DAYS
from ..reconcile.demand import MINIMUM_DAYS

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

IN_DAYS = "(m.in_days + (r.stock > 0))"
DAILY_SALES = (
    "CASE WHEN NOT t.sold_known THEN NULL WHEN coalesce(m.net, 0) <= 0 THEN 0.0"
    f" WHEN {IN_DAYS} < {MINIMUM_DAYS} THEN NULL ELSE round(m.net / {IN_DAYS}, 6) END"
)
DAYS_OF_COVER = (
    "CASE WHEN NOT t.sold_known OR coalesce(m.net, 0) <= 0 THEN NULL WHEN r.stock <= 0 THEN 0.0"
    f" WHEN {IN_DAYS} < {MINIMUM_DAYS} THEN NULL ELSE round(r.stock * {IN_DAYS} / m.net, 6) END"
)
# What is worked out once for all rules stands under `m`; what has no row there did not sell in half a year.
_KNOWN = "CASE WHEN t.sold_known THEN {} END"


def _kept(column: str, otherwise: str = "0.0") -> str:
    return _KNOWN.format(f"CASE WHEN m.net IS NULL THEN {otherwise} ELSE m.{column} END")


EXPECTED_SALES = _kept("expected")
PATTERN = _kept("pattern", "'none'")
LOST_UNITS = _kept("lost")
LOST_SALES = f"round({LOST_UNITS} * r.price, 6)"
LOST_MARGIN = f"round({LOST_UNITS} * (r.price - coalesce(r.average_cost, r.cost)), 6)"
SILENT_DAYS = _kept("silent_days", "NULL")
SILENCE = f"CASE WHEN r.stock > 0 THEN {_kept('silence', 'NULL')} END"
SAFETY_STOCK = _kept("safety")
REORDER_POINT = _kept("reorder_point")

_COST = "coalesce(r.average_cost, r.cost)"
EXCESS_UNITS = f"CASE WHEN {EXPECTED_SALES} > 0 THEN round(max(0.0, r.stock - {LONG_COVER_DAYS} * m.expected), 6) END"
EXCESS_VALUE = f"round({EXCESS_UNITS} * {_COST}, 6)"
COST_CHANGE = "CASE WHEN r.previous_cost > 0 THEN round((r.cost - r.previous_cost) / r.previous_cost, 6) END"
MARGIN = f"CASE WHEN r.price > 0 THEN round((r.price - {_COST}) / r.price, 6) END"


def term(name: str) -> str:
    """What was said about buying a product: of itself, else of its supplier, else of its source."""
    own = "SELECT b.{} FROM buying_term b WHERE b.source_id = r.source_id AND b.supplier = {} AND b.product_id = {}"
    said = [("''", "r.product_id"), ("trim(fold(r.supplier))", "0"), ("''", "0")]
    return f"coalesce({', '.join(f'({own.format(name, *where)})' for where in said)})"


LEAD_TIME = (
    f"(coalesce({term('lead_days')}, {ordering.LEAD_DAYS}) + coalesce({term('review_days')}, {ordering.REVIEW_DAYS}))"
)
_ON_ITS_WAY = {
    on: f"FROM supply_order o WHERE o.{key}_id = r.{key}_id AND o.closed_at IS NULL AND o.ordered_at <= t.now"
    " AND o.expected_at > t.now"
    for on, key in (("stock", "level"), ("product", "product"))
}
ON_ORDER = {on: f"coalesce((SELECT round(sum(o.remaining), 6) {way}), 0.0)" for on, way in _ON_ITS_WAY.items()}


def _whole(number: str) -> str:
    """A number that is whole to six places stays; any other goes up to the next whole one."""
    return f"(CAST({number} AS INTEGER) + ({number} > CAST({number} AS INTEGER)))"


def _suggested(on: str) -> str:
    position = f"round(r.stock + {ON_ORDER[on]}, 6)"
    trigger = "max(coalesce(r.minimum, 0), coalesce(m.reorder_point, 0))"
    top = "CASE WHEN r.maximum > 0 THEN r.maximum ELSE coalesce(m.target, 0) END"
    need = f"round(max(coalesce(r.minimum, 0), {top}) - {position}, 6)"
    unsized = f"EXISTS (SELECT 1 {_ON_ITS_WAY[on]} AND o.quantity IS NULL)"
    in_packs = f"round({_whole('round(q.amount / q.pack, 6)')} * q.pack, 6)"
    order = (
        f"SELECT CASE WHEN q.need <= 0 THEN 0.0 WHEN q.pack > 0 THEN {in_packs}"  # noqa: S608 - our own words
        f" ELSE round(q.amount, 6) END FROM (SELECT {need} AS need,"
        f" max({need}, coalesce({term('least')}, 0)) AS amount, {term('pack')} AS pack) q"
    )
    return f"CASE WHEN r.stock IS NULL THEN NULL WHEN {position} > {trigger} OR {unsized} THEN 0.0 ELSE ({order}) END"


SUGGESTED_ORDER = {on: _suggested(on) for on in ON_ORDER}


def tied_capital(on: str) -> str:
    """The money in what nobody bought for a quarter, of what is known for as long; else nothing."""
    dead = f"r.stock > 0 AND {sold(on, DEAD_DAYS)} - {returned(on, DEAD_DAYS)} <= 0 AND {DAYS_KNOWN} >= {DEAD_DAYS}"
    return _KNOWN.format(f"CASE WHEN {dead} THEN {VALUE} ELSE 0.0 END")


def sell_through(on: str, days: int) -> str:
    """The share of what was there in the last so many days that was sold.

    What was there at first, received and adjusted is what is there now and what was sold: the stock itself says so.
    """
    net = f"({sold(on, days)} - {returned(on, days)})"
    return f"CASE WHEN r.stock + {net} > 0 THEN round({net} / (r.stock + {net}), 6) END"


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


TIED_CAPITAL = {on: tied_capital(on) for on in ON_ORDER}
