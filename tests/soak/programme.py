"""What happens in the day beside the faults that chance throws in: from when until when, and what it takes.

Each happening is a context: it begins before its `yield` and is over behind it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from alertd.sandbox.smartpyme import DEFAULT_KEY, serve
from alertd.store import alerts, silences
from tests.engine.workbench import LOW_RULE

Happens = Callable[[Any, int], AbstractContextManager[None]]
"""Called with the day and the turn at which it ends."""

QUIET = "noche"
RULES = {
    QUIET: "on: stock\nsource: [tienda]\nwhen: stock <= {least}\nseverity: warning\n"
    'quiet: {{hours: "20:00-07:00"}}\nnotify: [gancho]\n',
    "lento": "on: stock\nsource: [tienda]\nwhen: stock <= stock_minimo and stock_minimo > 0\nfor: 20m\n"
    "keep_firing_for: 10m\nrepeat: 4h\ngroup_by: [nombre_sucursal]\nnotify: [compras, diario]\n",
    "ventas": "on: sales\nsource: [tienda]\nby: product\nwindow: 7d\nwhen: units >= {units}\n",
    "devoluciones": "on: returns\nsource: [tienda]\nby: source\nwindow: 1d\nwhen: documents >= 3\n",
    "faltante": "on: reconciliation\nsource: [tienda]\nwindow: 2d\nwhen: unexplained <= -6\n",
    "sistema": "on: source\nwhen: consecutive_failures >= 3\nseverity: high\n",
}
LEAST, LEAST_EDITED, MANY_UNITS = 3, 6, 40
PROGRAMME = (
    ("a silence", 0.08, 0.18), ("killed while it reads", 0.10, 0.10), ("the receiver refuses", 0.15, 0.20),
    ("a rule is broken", 0.20, 0.27), ("the second channel is away", 0.22, 0.50), ("upstream away", 0.27, 0.275),
    ("upstream away", 0.28, 0.285), ("upstream away", 0.29, 0.295),
    ("an alert is snoozed", 0.30, 0.38), ("full", 0.33, 0.345), ("a rule is edited", 0.36, 0.46),
    ("killed while it sends", 0.39, 0.39), ("the receiver hangs up", 0.41, 0.44), ("readonly", 0.47, 0.485),
    ("an alert is ordered", 0.49, 0.60), ("the clock is an hour behind", 0.50, 0.56), ("a storm", 0.58, 0.60),
    ("the receiver is in a hurry", 0.62, 0.65), ("a rule is removed", 0.66, 0.70), ("upstream away", 0.71, 0.74),
    ("the key is refused", 0.76, 0.78), ("the clock is two hours ahead", 0.80, 0.84),
    ("killed while it reads", 0.86, 0.86), ("the receiver hangs up", 0.88, 0.90), ("killed while it sends", 0.93, 0.93),
)  # fmt: skip
"""What happens beside the faults that chance throws in, from and until which share of the day."""


@dataclass
class Happening:
    """Something of the programme that goes on, and its end."""

    name: str
    until: int
    going: AbstractContextManager[None]


def _mood(name: str, mood: str) -> Happens:
    @contextmanager
    def going(day: Any, _until: int) -> Iterator[None]:
        day.receivers[name].mood = mood
        yield
        day.receivers[name].mood = "well"

    return going


def _pragma(switch: str, back: str) -> Happens:
    @contextmanager
    def going(day: Any, _until: int) -> Iterator[None]:
        store = day.bench.context.store
        pages = store.value("PRAGMA page_count")
        store.execute(switch.format(pages=pages))
        yield
        day.bench.context.store.execute(back)
        day.ailment.over()

    return going


def _skew(hours: int) -> Happens:
    @contextmanager
    def going(day: Any, _until: int) -> Iterator[None]:
        day.skew, day.blocked_hour = timedelta(hours=hours), None
        yield
        day.skew, day.blocked_hour = timedelta(), None

    return going


@contextmanager
def _second_channel_away(day: Any, _until: int) -> Iterator[None]:
    day.receivers["compras"].go_away()
    yield
    day.receivers["compras"].come_back()


@contextmanager
def _upstream_away(day: Any, _until: int) -> Iterator[None]:
    port = day.bench.server.port
    day.bench.server.close()
    yield
    day.bench.server = serve(day.shop, port=port)


@contextmanager
def _key_refused(day: Any, _until: int) -> Iterator[None]:
    day.shop.keys.revoke(DEFAULT_KEY, at_once=True)
    yield
    day.shop.keys.add(DEFAULT_KEY)


@contextmanager
def _silence(day: Any, until: int) -> Iterator[None]:
    warehouse, context = day.shop.warehouses[0].nombre, day.bench.context
    now, ends_at = context.now(), day.end_of(until)
    silences.add(context.store, {"nombre_bodega": warehouse}, comment="inventario", now=now, ends_at=ends_at)
    day.judge.silenced.append((warehouse, now, ends_at))
    yield


@contextmanager
def _snooze(day: Any, until: int) -> Iterator[None]:
    store = day.bench.context.store
    firing = [row[0] for row in store.execute("SELECT id FROM alert WHERE state = 'firing'")]
    chosen = day.dice.sample(firing, min(2, len(firing)))
    day.counts["snoozed"] += alerts.snooze(store, chosen, until=day.end_of(until), by="ana")
    rest = [each for each in firing if each not in chosen][:2]
    alerts.acknowledge(store, rest, by="ana", note=None, now=day.bench.context.now())
    yield


@contextmanager
def _order(day: Any, until: int) -> Iterator[None]:
    context = day.bench.context
    firing = [row[0] for row in context.store.execute("SELECT id FROM alert WHERE state = 'firing'")]
    day.counts["ordered"] += alerts.order(
        context.store, firing[:2], until=day.end_of(until), by="ana", now=context.now()
    )
    yield


def _rule(name: str, text: str | None) -> Happens:
    """A rule file holds something else for a while; None: it is not there."""

    @contextmanager
    def going(day: Any, _until: int) -> Iterator[None]:
        path = day.bench.home / "rules" / f"{name}.yaml"
        before = path.read_text()
        path.unlink() if text is None else path.write_text(text)
        yield
        path.write_text(before)

    return going


@contextmanager
def _storm(day: Any, _until: int) -> Iterator[None]:
    """A mistake in the shop's own system: hundreds of shelves show one piece, and are put right again."""
    levels = [
        (product.id, level.bodega, level.stock)
        for product in day.shop.products.values()
        for level in product.inventarios
        if (level.stock_minimo or 0) >= 1 and level.stock > (level.stock_minimo or 0)
    ][:160]
    for identity, warehouse, stock in levels:
        day.watched.move(identity, warehouse, 1 - stock)
    day.counts["levels in the storm"] += len(levels)
    yield
    for identity, warehouse, stock in levels:
        day.watched.move(identity, warehouse, stock - 1)


@contextmanager
def _killed_reading(day: Any, _until: int) -> Iterator[None]:
    day.doomed_at_page = True
    yield


@contextmanager
def _killed_sending(day: Any, _until: int) -> Iterator[None]:
    day.taken_before = sum(map(len, (receiver.arrivals for receiver in day.receivers.values())))
    day.doomed_at_message = True
    yield


HAPPENINGS: dict[str, Happens] = {
    "a silence": _silence, "an alert is snoozed": _snooze, "an alert is ordered": _order, "a storm": _storm,
    "the receiver refuses": _mood("gancho", "refuses"), "the receiver hangs up": _mood("gancho", "hangs up"),
    "the receiver is in a hurry": _mood("gancho", "is in a hurry"),
    "the second channel is away": _second_channel_away,
    "upstream away": _upstream_away, "the key is refused": _key_refused,
    "killed while it reads": _killed_reading, "killed while it sends": _killed_sending,
    "full": _pragma("PRAGMA max_page_count = {pages}", "PRAGMA max_page_count = 1073741823"),
    "readonly": _pragma("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "the clock is an hour behind": _skew(-1), "the clock is two hours ahead": _skew(2),
    "a rule is broken": _rule("low", LOW_RULE + "whn: 3\n"),
    "a rule is edited": _rule(QUIET, f"name: {QUIET}\n" + RULES[QUIET].format(least=LEAST_EDITED)),
    "a rule is removed": _rule("lento", None),
}  # fmt: skip
