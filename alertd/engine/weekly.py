"""The week of a shop, summed up for whoever asked for it: once a week at an hour of the shop's own clock.

Here the figures are put together; `alertd.notify.weekly` finds the words when the message is sent. A week on which
alertd was not running at that hour is told later in the same week. What is not known is left out, never guessed.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..buying.listing import Line, Purchases, Transfer, purchases
from ..clock import day_number, local, moment
from ..errors import Trouble
from ..model import quantity
from ..notify.content import Content, encode
from ..places import money_sign
from ..reconcile import counts, words
from ..reconcile.classification import CLASS_DAYS, DEAD_DAYS, classes, cost_jump, is_dead
from ..reconcile.demand import daily_sales
from ..reconcile.report import reconcile
from ..reconcile.returns import returns
from ..store import Store, channels, outbox, quality, reconciliation, weekly
from ..store.channels import Channel
from ..store.sources import Source
from ..store.weekly import Weekly

DAY_MS = 86_400_000
WEEK_DAYS = 7
RATE_DAYS = 42
SHOWN = 5
MOST_ROWS = 2_000
COUNTED = 10
MINUTES_EACH = 2.5


def send_due(store: Store, source: Source, now: int) -> int:
    """Put every summary of a source that is due into the outbox; returns how many."""
    if source.snapshot_at is None:
        return 0
    asked = weekly.every(store)
    waiting = [
        each for each in channels.all_channels(store) if each.id in asked and due(store, asked[each.id], source, now)
    ]
    if not waiting:
        return 0
    gathered: dict[date, dict[str, Any]] = {}
    for channel in waiting:
        day = last_due(asked[channel.id], local(now, source.timezone))
        facts = gathered.get(day) or gather(store, source, day, now)
        gathered[day] = facts
        post(store, channel, source, facts, day, now)
    return len(waiting)


def last_due(setting: Weekly, here: datetime) -> date:
    """The last day, today included, on which this summary was or is due."""
    day = here.date() - timedelta(days=(here.weekday() - setting.weekday) % WEEK_DAYS)
    return day if day < here.date() or f"{here:%H:%M}" >= setting.time else day - timedelta(days=WEEK_DAYS)


def due(store: Store, setting: Weekly, source: Source, now: int) -> bool:
    """Whether the last due day was not told yet, and came after the summary was asked for."""
    here = local(now, source.timezone)
    day = last_due(setting, here)
    hour, minute = map(int, setting.time.split(":"))
    if moment(datetime.combine(day, time(hour, minute), ZoneInfo(source.timezone))) < setting.set_at:
        return False
    told = weekly.last(store, setting.channel_id, source.id)
    return told is None or told[0] < day.isoformat()


def post(store: Store, channel: Channel, source: Source, facts: dict[str, Any], day: date, now: int) -> int:
    """Put one summary into the outbox, and remember what it told."""
    told = weekly.last(store, channel.id, source.id)
    before = told[1] if told else None
    value = facts["value"]
    change = (value - before) / before if value is not None and before else None
    next_day = (day + timedelta(days=WEEK_DAYS)).isoformat()
    content = Content(
        kind="weekly", at=now, zone=source.timezone, source=source.name, company=source.company,
        money=money_sign(source.timezone),
        week={**facts, "value_change": change, "next": next_day},
    )  # fmt: skip
    with store.write():
        key = outbox.enqueue(
            store, channel_id=channel.id, channel=channel.name, content=encode(content).decode(), rule=None,
            source=source.name, severity=None, now=now, kind="weekly", thread=None,
        )  # fmt: skip
        weekly.note(store, channel.id, source.id, day.isoformat(), value, now)
    return key


def gather(store: Store, source: Source, day: date, now: int) -> dict[str, Any]:
    """The figures of the seven days before a day."""
    zone = ZoneInfo(source.timezone)
    end = min(moment(datetime.combine(day, time(0), zone)), now)
    begin = moment(datetime.combine(day - timedelta(days=WEEK_DAYS), time(0), zone))
    since, until = day - timedelta(days=WEEK_DAYS), day - timedelta(days=1)
    products = weekly.revenues(store, source.id, day_number(day) - CLASS_DAYS)
    letters = dict(
        zip((row["id"] for row in products), classes([row["revenue"] or 0 for row in products]), strict=True)
    )
    empty = _empty(store, source, begin, end, day)
    fired, attended = weekly.alerts_of_week(store, source.id, begin, end)
    to_buy = purchases(store, source, now)
    right, readings = weekly.readings(store, source.id, begin, end)
    return {
        "since": since.isoformat(), "until": until.isoformat(), "read_at": source.snapshot_at,
        "branches": weekly.branches(store, source.id), "value": weekly.stock_value(store, source.id),
        "available": _available(products, letters, empty, end - begin), "alerts": fired, "attended": attended,
        "right": right, "readings": readings, "buy": _buy(to_buy), "empty": _shown_empty(empty),
        "reconcile": _reconciled(store, source, begin, end),
        "returns": _returned(store, source, since, until, begin, end),
        "costs": _costs(store, source, begin, end), "dead": _dead(products, to_buy.transfers, end),
        "count": _to_count(store, source, now),
        "quality": _quality(store, source, products, letters),
    }  # fmt: skip


def _empty(store: Store, source: Source, begin: int, end: int, day: date) -> list[dict[str, Any]]:
    """Each product and branch that had nothing at some time of the week, for how long, and the estimated loss."""
    found = weekly.ran_out(store, source.id, begin, end)
    window = end - RATE_DAYS * DAY_MS
    shelves: dict[tuple[int, str], dict[int, list[tuple[int, float | None]]]] = defaultdict(lambda: defaultdict(list))
    for product, level, branch, _, _, _, _, at, stock in reconciliation.shelf_steps(store, found, window):
        shelves[product, branch][level].append((at, stock))
    sales = weekly.branch_sales(store, found, day_number(day) - RATE_DAYS)
    known = weekly.prices(store, found)
    lines = []
    for (product, branch), steps in shelves.items():
        lost_ms = empty_ms(steps.values(), begin, end)
        if lost_ms <= 0:
            continue
        sold, returned = sales.get((product, branch), sales.get((product, ""), (0.0, 0.0)))
        in_stock = RATE_DAYS - round(empty_ms(steps.values(), window, end) / DAY_MS)
        rate = daily_sales(sold, returned, in_stock)
        name, price = known[product]
        days = lost_ms / DAY_MS
        units = quantity(days * (rate or 0.0))
        money = quantity(units * (price or 0.0))
        lines.append(
            {"id": product, "name": name, "place": branch, "days": round(days, 2), "ms": lost_ms,
             "units": units if rate else None, "money": money if rate and price else None}
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-(line["money"] or 0), -line["days"], line["name"]))


def empty_ms(shelves: Any, begin: int, end: int) -> int:
    """How long a place held nothing: all of its shelves together at or below zero. A shelf not shown tells nothing."""
    held: dict[int, float | None] = {}
    moves = sorted((at, key, stock) for key, steps in enumerate(shelves) for at, stock in steps)
    lost, since = 0, None
    for at, key, stock in [*moves, (end, -1, None)]:
        if since is not None:
            lost += max(0, min(at, end) - max(since, begin))
        if at >= end:
            break
        held[key] = stock
        known = [value for value in held.values() if value is not None]
        since = at if known and sum(known) <= 0 else None
    return lost


def _shown_empty(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    sold = [line for line in lines if line["money"]]
    return {
        "places": len(lines),
        "products": len({line["id"] for line in lines}),
        "money": round(sum(line["money"] for line in sold), 2),
        "lines": [
            {key: line[key] for key in ("name", "place", "days", "units", "money")} for line in lines[:MOST_ROWS]
        ],
    }


def _available(
    products: Sequence[Mapping[str, Any]], letters: Mapping[int, str], empty: Sequence[dict[str, Any]], span: int
) -> float | None:
    """The share of the week in which class A was there to be sold, over its places."""
    places = sum(row["places"] for row in products if letters[row["id"]] == "A")
    lost = sum(line["ms"] for line in empty if letters.get(line["id"]) == "A")
    return 1 - lost / (places * span) if places and span > 0 else None


def _buy(found: Purchases) -> dict[str, Any]:
    """What to buy, by supplier, the dearest first; what is most urgent of each."""
    suppliers = []
    for supplier in found.suppliers:
        first = supplier.lines[0]
        suppliers.append(
            {"name": supplier.name, "products": len(supplier.lines), "amount": _amount(supplier.lines),
             "urgent": first.name, "why": first.why, "cover": first.cover}
        )  # fmt: skip
    every = [line for supplier in found.suppliers for line in supplier.lines]
    rows = [
        [line.supplier, line.code, line.name, line.branch, line.warehouse, line.stock, line.minimum, line.maximum,
         line.quantity, line.cost, line.amount]
        for line in every[:MOST_ROWS]
    ]  # fmt: skip
    return {"products": len(every), "amount": _amount(every), "suppliers": suppliers[:12], "rows": rows}


def _amount(lines: Sequence[Line]) -> float | None:
    known = [line.amount for line in lines if line.amount is not None]
    return round(sum(known), 2) if known else None


def _reconciled(store: Store, source: Source, begin: int, end: int) -> dict[str, Any] | None:
    """What balanced, what is probably explained and by what, and what nothing explains."""
    try:
        report = reconcile(store, source, begin, end)
    except Trouble:
        return None
    undocumented = report.undocumented()
    causes = Counter(
        part.cause for line in report.lines for part in line.parts if not part.reported and line.unexplained is not None
    )
    times = weekly.times_short(store, source.id, end - 30 * DAY_MS, end)
    named = [(_named(name), many) for name, many in causes.most_common(3)]
    lines = []
    for line, part in undocumented[:MOST_ROWS]:
        place: dict[str, Any] = next((each for each in part.facts.get("places", ()) if each["branch"]), {})
        kept = " / ".join(name for name in (place.get("branch"), place.get("warehouse")) if name)
        lines.append(
            {"code": line.codigo, "name": line.nombre, "place": place.get("branch", ""), "units": part.units,
             "value": part.value, "times": times.get((line.product_id or 0, kept), 1), "sum": words.sum_of(part.facts)}
        )  # fmt: skip
    return {
        "balanced": report.balanced, "explained": sum(causes.values()), "causes": named,
        "undocumented": len(undocumented), "net": quantity(sum(part.value or 0 for _, part in undocumented)),
        "short": quantity(sum(part.value or 0 for _, part in undocumented if part.units < 0)), "lines": lines,
    }  # fmt: skip


def _named(cause: str) -> dict[str, str]:
    return {language: words.cause(cause, language) for language in words.LANGUAGES}


def _returned(store: Store, source: Source, since: date, until: date, begin: int, end: int) -> dict[str, Any]:
    found = returns(store, source.id, since, until, moments=(begin, end))
    spikes = [
        {"name": rate.name, "units": rate.returned, "sold": rate.sold, "expected": rate.expected,
         "critical": rate.spike == "critical"}
        for rate in found.spikes[:SHOWN]
    ]  # fmt: skip
    reason = found.reasons[0]["reason"] if found.reasons and found.reasons[0]["documents"] > 1 else None
    return {
        "units": found.returned, "rate": found.rate, "before": found.before, "spikes": spikes, "reason": reason,
        "unrestocked": len(found.refunds_without_restock),
    }  # fmt: skip


def _costs(store: Store, source: Source, begin: int, end: int) -> list[dict[str, Any]]:
    """Costs that jumped in the week, and what is left of the margin where the price stayed."""
    found = []
    for row in weekly.cost_changes(store, source.id, begin, end):
        share, kind = cost_jump(row["now"], row["before"]) or (0.0, None)
        if kind is None:
            continue
        price, old_price = row["price"], row["price_before"]
        found.append(
            {"name": row["nombre"], "before": row["before"], "now": row["now"], "share": share,
             "mistake": kind == "typing mistake", "price_stayed": bool(price) and price == old_price,
             "margin_before": _margin(old_price, row["before"]), "margin": _margin(price, row["now"])}
        )  # fmt: skip
    return sorted(found, key=lambda each: -abs(each["share"]))[:MOST_ROWS]


def _margin(price: float | None, cost: float) -> float | None:
    return (price - cost) / price if price and price > 0 else None


def _dead(products: Sequence[Mapping[str, Any]], transfers: Sequence[Transfer], end: int) -> dict[str, Any]:
    """What nobody bought for a quarter, the money that lies in it, and what a branch that has none could be brought."""
    asleep = [
        row for row in products if is_dead(row["stock"] or 0, row["units"] or 0, (end - row["first_seen_at"]) // DAY_MS)
    ]
    assert DEAD_DAYS == CLASS_DAYS  # noqa: S101 - both are read from the same sums
    worth = [(row["nombre"], quantity(row["stock"] * (row["cost"] or 0))) for row in asleep]
    worth.sort(key=lambda each: -each[1])
    return {
        "products": len(worth), "value": quantity(sum(value for _, value in worth)), "worst": worth[:3],
        "moves": [_moved(each) for each in transfers if _between_branches(each)][:3],
    }  # fmt: skip


def _between_branches(each: Transfer) -> bool:
    """Whether one branch has none of what another has more of than it sells in half a year."""
    return each.line.stock <= 0 and each.branch != each.line.branch


def _moved(each: Transfer) -> dict[str, Any]:
    return {
        "name": each.line.name, "units": each.quantity, "saved": each.saved,
        "giver": each.branch or each.warehouse, "taker": each.line.branch or each.line.warehouse,
    }  # fmt: skip


def _to_count(store: Store, source: Source, now: int) -> dict[str, Any]:
    lines = counts.sheet(store, source.id, now, COUNTED)
    return {
        "products": len(lines), "minutes": round(len(lines) * MINUTES_EACH),
        "rows": [[line.categoria, line.codigo, line.nombre, line.sucursales, None] for line in
                 sorted(lines, key=lambda line: (line.categoria or "~", line.nombre))],
    }  # fmt: skip


def _quality(
    store: Store, source: Source, products: Sequence[Mapping[str, Any]], letters: Mapping[int, str]
) -> dict[str, int]:
    found = quality.findings(store, source.id)
    without = sum(1 for row in products if letters[row["id"]] == "A" and not row["minimum"])
    return {**found, "no_minimum_a": without}
