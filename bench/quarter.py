"""A simulated quarter of three branches, and how well the reconciliation finds what was planted in it.

`python -m bench.quarter [DAYS [SEED ...]]` lives through trade as it is: sales, voids weeks later, returns, price
adjustments, sales dated back, receipts and transfers that no document tells of, orders invoiced later, boxes, kits,
lots that stop at zero, and readings that take two minutes while the shop goes on. Forty losses are planted. It prints
precision and recall of the "sin documento" list at its default thresholds, why the false lines are there, and what it
cost.
"""

import heapq
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from alertd.clock import local, moment
from alertd.model import Document, Line, Product, StockLevel
from alertd.reconcile.ordering import Said
from alertd.reconcile.report import LEAST_UNITS, reconcile
from alertd.reconcile.step import step
from alertd.store import Store, buying, documents, open_store, polls, reconciliation, snapshots, sources
from alertd.store.polls import Poll
from alertd.vault import Vault

ZONE = "America/El_Salvador"
BRANCHES = ("Centro", "Norte", "Sur")
OPENS = datetime(2026, 8, 3, 14, tzinfo=UTC)
HOUR, DAY = 3_600_000, 86_400_000
TRADING_HOURS = 12
SWEEP_MS = 120_000
PAGE = 200
BOX, KIT_PIECES = 12, 2
AFTER_DAYS = 2


@dataclass
class Planted:
    """A loss that no document tells of."""

    product: int
    at: int
    units: int
    value: float


@dataclass
class Shop:
    """The truth: what stands where, what was written, and what will happen when."""

    products: int
    dice: random.Random
    stock: dict[tuple[int, str], int] = field(default_factory=dict)
    limits: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    costs: dict[int, float] = field(default_factory=dict)
    written: dict[tuple[str, int], Document] = field(default_factory=dict)
    news: set[tuple[str, int]] = field(default_factory=set)
    queue: list[tuple[int, int, Callable[[int], None]]] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    dirty: set[int] = field(default_factory=set)
    ordered: set[tuple[int, str]] = field(default_factory=set)
    why: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    numbers: count = field(default_factory=lambda: count(1))
    order: count = field(default_factory=count)

    def __post_init__(self) -> None:
        for product in range(1, self.products + 1):
            pack = self.dice.choice((1, 6, 10, 12, 24))
            low = self.dice.randrange(3, 12)
            self.limits[product] = (low, max(low * 5, pack * 2), pack)
            self.costs[product] = self.dice.randrange(50, 4_000) / 100
            for branch in BRANCHES:
                self.stock[product, branch] = low + self.dice.randrange(4, 40)

    # Some products are special, told by their number.
    def is_box(self, product: int) -> bool:
        return product % 200 == 1

    def is_lot(self, product: int) -> bool:
        return product % 50 == 2

    def is_kit(self, product: int) -> bool:
        return product % 400 == 3

    def at(self, moment_: int, do: Callable[[int], None]) -> None:
        heapq.heappush(self.queue, (moment_, next(self.order), do))

    def run_until(self, until: int) -> None:
        while self.queue and self.queue[0][0] <= until:
            at, _, do = heapq.heappop(self.queue)
            do(at)

    def move(self, product: int, branch: str, units: int) -> None:
        after = self.stock[product, branch] + units
        self.stock[product, branch] = max(0, after) if self.is_lot(product) and units < 0 else after
        self.dirty.add(product)
        if self.is_kit(product):
            self.move(product + 1, branch, units * KIT_PIECES)

    def any_product(self) -> int:
        """A few products sell most."""
        return min(self.products, 1 + int(self.dice.random() ** 2.2 * self.products))

    def write(self, kind: str, at: int, lines: list[tuple[int, int]], branch: str | None, **more) -> int:
        number = next(self.numbers)
        day = more.pop("date", None) or local(at, ZONE).date().isoformat()
        self.written[kind, number] = Document(
            kind=kind, id=number, date=day, effect=more.pop("effect", "moves"), branch=branch, created_at=at,
            updated_at=at, lines=tuple(Line(float(n), code=f"P-{p}", name=f"Producto {p}") for p, n in lines), **more,
        )  # fmt: skip
        self.news.add((kind, number))
        return number

    def sell(self, at: int) -> None:
        branch = self.dice.choice(BRANCHES)
        lines = [
            (self.any_product(), self.dice.choice((1, 1, 1, 2, 2, 3))) for _ in range(self.dice.choice((1, 1, 2, 3)))
        ]
        lines = list(dict(lines).items())
        lines = [
            (p, n) for p, n in lines if self.is_lot(p) or self.stock[p, branch] >= n * (BOX if self.is_box(p) else 1)
        ]
        if not lines:
            return
        boxed = {p for p, _ in lines if self.is_box(p)}
        day = None
        if self.dice.random() < 0.02:
            day = (local(at, ZONE).date() - timedelta(days=self.dice.randrange(1, 3))).isoformat()
        if self.dice.random() < 0.01:
            self.order_first(at, branch, lines)
            return
        number = self.write("sale", at, lines, branch, state="Pagada", date=day)
        for p, n in lines:
            self.move(p, branch, -n * (BOX if p in boxed else 1))
            self.maybe_order(at, p, branch)
        roll = self.dice.random()
        if roll < 0.02:
            self.at(
                at + int(self.dice.expovariate(1 / (3 * DAY))), lambda t: self.void(t, number, branch, lines, boxed)
            )
        elif roll < 0.06:
            self.at(
                at + int(self.dice.expovariate(1 / (4 * DAY))), lambda t: self.bring_back(t, number, branch, lines[0])
            )

    def order_first(self, at: int, branch: str, lines: list[tuple[int, int]]) -> None:
        """The order takes the stock now; its invoice comes hours later and moves nothing."""
        lines = [(p, n) for p, n in lines if not self.is_box(p) and not self.is_kit(p) and not self.is_lot(p)]
        for p, n in lines:
            self.move(p, branch, -n)
            self.why[p].append((at, "order"))
        if lines:
            self.at(
                at + self.dice.randrange(1, 6) * HOUR,
                lambda t: void_of(self.write("sale", t, lines, branch, state="Pagada")),
            )

    def void(self, at: int, number: int, branch: str, lines: list[tuple[int, int]], boxed: set[int]) -> None:
        was = self.written["sale", number]
        self.written["sale", number] = replace_document(was, state="Anulada", effect="none", updated_at=at)
        self.news.add(("sale", number))
        for p, n in lines:
            self.move(p, branch, n * (BOX if p in boxed else 1))

    def bring_back(self, at: int, number: int, branch: str, line: tuple[int, int]) -> None:
        if self.dice.random() < 0.2:
            self.write("return", at, [line], None, type="descuento_ajuste", effect="none", sale_id=number)
            return
        self.write("return", at, [(line[0], 1)], None, type="devolucion", sale_id=number)
        self.move(line[0], branch, 1)

    def maybe_order(self, at: int, product: int, branch: str) -> None:
        low, most, pack = self.limits[product]
        if self.stock[product, branch] <= low and (product, branch) not in self.ordered:
            self.ordered.add((product, branch))
            arrives = at - at % DAY + self.dice.randrange(1, 4) * DAY + 15 * HOUR + self.dice.randrange(6 * HOUR)
            self.at(arrives, lambda t: self.receive(t, product, branch, most, pack))

    def receive(self, at: int, product: int, branch: str, most: int, pack: int) -> None:
        self.ordered.discard((product, branch))
        packs = max(1, (most - self.stock[product, branch]) // pack)
        self.move(product, branch, packs * pack)
        self.why[product].append((at, "receipt"))

    def transfer(self, at: int) -> None:
        product = self.dice.randrange(1, self.products + 1)
        here, there = self.dice.sample(BRANCHES, 2)
        units = min(self.stock[product, here], self.dice.randrange(2, 9))
        if units <= 0 or self.is_kit(product):
            return
        self.move(product, here, -units)
        self.why[product].append((at, "transfer"))
        later = at if self.dice.random() < 0.6 else at + self.dice.randrange(1, 30) * HOUR
        self.at(later, lambda t: self.move(product, there, units))

    def lose(self, at: int) -> None:
        for _ in range(200):
            product, branch = self.any_product(), self.dice.choice(BRANCHES)
            units = self.dice.choice((1, 2, 2, 3, 3, 4, 5, 6, 8))
            if self.stock[product, branch] >= units and not self.is_kit(product):
                self.move(product, branch, -units)
                self.planted.append(Planted(product, at, units, units * self.costs[product]))
                return

    def seen(self, product: int) -> Product:
        low, most, _ = self.limits[product]
        kind = "Compuesto" if self.is_kit(product) else "Producto"
        return Product(
            id=product, name=f"Producto {product}", code=f"P-{product}", supplier=f"Proveedor {product % 40}",
            kind=kind,
            cost=self.costs[product], average_cost=self.costs[product], price=self.costs[product] * 1.5,
            levels=tuple(
                StockLevel(f"Bodega {b}", b, float(self.stock[product, b]), float(low), float(most)) for b in BRANCHES
            ),
        )  # fmt: skip


def void_of(_: object) -> None:
    """Throw a value away where only the deed is wanted."""


def replace_document(document: Document, **changes) -> Document:
    told = {name: getattr(document, name) for name in document.__struct_fields__}
    return Document(**{**told, **changes})


@dataclass
class Watcher:
    """alertd's side: whole sweeps and lists, into a real store, and the step after each."""

    store: Store
    shop: Shop
    source_id: int
    known: dict[int, int] = field(default_factory=dict)
    marks: dict[int, int] = field(default_factory=dict)
    fresh: count = field(default_factory=lambda: count(1))
    pending: set[tuple[str, int]] = field(default_factory=set)
    seconds: float = 0.0

    def sweep(self, began: int) -> None:
        poll = polls.begin_poll(self.store, self.source_id, "sweep", began)
        found = []
        pages = range(1, self.shop.products + 1, PAGE)
        for page, first in enumerate(pages):
            self.shop.run_until(began + SWEEP_MS * page // len(pages))
            for product in range(first, min(first + PAGE, self.shop.products + 1)):
                if product in self.shop.dirty or product not in self.marks:
                    self.shop.dirty.discard(product)
                    mark = next(self.fresh)
                    self.known.pop(self.marks.get(product, 0), None)
                    self.marks[product] = mark
                    found.append((mark, self.shop.seen(product)))
        now = began + SWEEP_MS
        self.shop.run_until(now)
        known = dict(self.known)
        everything = set(range(1, self.shop.products + 1))
        with self.store.write():
            snapshots.apply(
                self.store, self.source_id, found, seen=everything, unread=set(), known=known, now=now,
            )  # fmt: skip
            self._step(now)
        self.known.update({mark: product.id for mark, product in found})
        polls.end_poll(self.store, poll, Poll("quarter", "sweep", complete=True), now)

    def read(self, began: int, days: int) -> None:
        self.shop.run_until(began)
        today = local(began, ZONE).date()
        since, until = (today - timedelta(days=days)).isoformat(), (today + timedelta(days=7)).isoformat()
        self.pending |= self.shop.news
        self.shop.news.clear()
        taken = {key for key in self.pending if since <= self.shop.written[key].date <= until}
        self.pending -= taken
        now = began + 4_000
        with self.store.write():
            documents.take(self.store, self.source_id, [self.shop.written[key] for key in sorted(taken)], now)
            for kind in ("sale", "return"):
                documents.note_reading(self.store, self.source_id, kind, since, until, began)
            self._step(now)

    def _step(self, now: int) -> None:
        started = time.perf_counter()
        step(self.store, self.source_id, now, zone=ZONE)
        self.seconds += time.perf_counter() - started


@dataclass
class Score:
    """How well the list did."""

    planted: int
    found: int
    value_planted: float
    value_found: float
    lines: int
    false: list[tuple[int, float, str]]
    over: int
    causes: Counter
    step_seconds: float
    report_seconds: float
    missed: list[tuple[Planted, str]]

    @property
    def recall(self) -> float:
        return self.value_found / self.value_planted if self.value_planted else 1.0

    @property
    def false_share(self) -> float:
        return len(self.false) / self.lines if self.lines else 0.0


def live(
    folder: Path, *, days: int = 90, products: int = 2_000, sales: int = 200, losses: int = 40, seed: int = 1
) -> Score:
    """Live through it, and hold what was found against what was planted."""
    dice = random.Random(seed)
    shop = Shop(products, dice)
    store = open_store(folder / "quarter.db")
    sources.add_source(
        store, Vault("k" * 43), name="quarter", kind="smartpyme", base_url="http://127.0.0.1:9",
        secrets={"api_key": "x"}, timezone=ZONE, every=3600.0, sweep_every=None, now=moment(OPENS),
    )  # fmt: skip
    source = sources.get_source(store, "quarter")
    watcher = Watcher(store, shop, source.id)
    start = moment(OPENS)
    for _ in range(losses):
        day = dice.randrange(1, days - 1)
        shop.at(start + day * DAY + dice.randrange(1, TRADING_HOURS * 60 - 30) * 60_000, shop.lose)
    # Two more days, so that orders and transfers on their way at the end have arrived when the list is looked at.
    for day in range(days + AFTER_DAYS):
        begin = start + day * DAY
        for _ in range(sales):
            shop.at(begin + dice.randrange(TRADING_HOURS * HOUR), shop.sell)
        for _ in range(3):
            shop.at(begin + dice.randrange(TRADING_HOURS * HOUR), shop.transfer)
        for hour in range(TRADING_HOURS + 1):
            watcher.sweep(begin + hour * HOUR)
            watcher.read(begin + hour * HOUR + SWEEP_MS + 1_000, 35 if hour == 0 else 3)
        if day == 0:
            for product, (_, _, pack) in shop.limits.items():
                key = store.value("SELECT id FROM product WHERE external_id = ?", (product,))
                if pack > 1:
                    buying.say(store, source.id, Said(pack=float(pack)), product_id=key, by="bench", now=begin)
    return score(store, shop, source, watcher, start + days * DAY)


def score(store: Store, shop: Shop, source, watcher: Watcher, until: int) -> Score:
    """Compare the list with the truth."""
    settled_at, _ = reconciliation.settled(store, source.id) or (0, 0)
    rows = reconciliation.variances(store, source.id, 0, min(until, settled_at))
    left = list(shop.planted)
    false, lines, found_value, found, over = [], 0, 0.0, 0, 0
    for row in rows:
        if (
            row["cause"] not in ("faltante", "sobrante")
            or abs(row["units"]) < LEAST_UNITS
            or row["closed_at"] >= settled_at
        ):
            continue
        if row["units"] > 0:
            over += 1
            continue
        lines += 1
        near = [
            loss for loss in left
            if loss.product == row["external_id"]
            and row["opened_at"] - SWEEP_MS <= loss.at <= row["closed_at"] + SWEEP_MS
        ]  # fmt: skip
        for loss in near:
            left.remove(loss)
            found, found_value = found + 1, found_value + min(1.0, -row["units"] / loss.units) * loss.value
        if not near:
            reasons = [why for at, why in shop.why[row["external_id"]] if abs(at - row["closed_at"]) < 2 * HOUR]
            false.append((row["external_id"], row["units"], ", ".join(reasons) or "documents"))
    missed = [(loss, _fate(rows, loss)) for loss in left]
    started = time.perf_counter()
    reconcile(store, source, 0, settled_at)
    return Score(
        len(shop.planted), found, sum(each.value for each in shop.planted), found_value, lines, false, over,
        Counter(row["cause"] for row in rows), watcher.seconds, time.perf_counter() - started, missed,
    )  # fmt: skip


def _fate(rows: list[dict], loss: Planted) -> str:
    """What a loss that was not listed was taken for."""
    for row in rows:
        if row["external_id"] == loss.product and row["opened_at"] - SWEEP_MS <= loss.at <= row["closed_at"] + SWEEP_MS:
            return f"{row['cause']} {row['units']}"
    return "balanced"


def main(days: int = 90, *seeds: int) -> None:
    """Live through a quarter, once for each seed, and print how it went."""
    for seed in seeds or (1,):
        _one(days, seed)


def _one(days: int, seed: int) -> None:
    started = time.perf_counter()
    with TemporaryDirectory() as folder:
        found = live(Path(folder), days=days, seed=seed)
        size = (Path(folder) / "quarter.db").stat().st_size
    print(f"seed                {seed}")
    print(f"planted losses      {found.planted}, worth {found.value_planted:,.2f}")
    print(f"found               {found.found}, {found.recall:.1%} of the value")
    false = f"{len(found.false)} of them false ({found.false_share:.1%})"
    print(f"lines of the list   {found.lines} short, {false}; {found.over} over")
    for product, units, why in found.false:
        print(f"  false             product {product}: {units:g} ({why})")
    for loss, fate in found.missed:
        print(f"  missed            product {loss.product}: {-loss.units} worth {loss.value:.2f} ({fate})")
    print(f"causes              {dict(found.causes.most_common())}")
    print(
        f"steps               {found.step_seconds:.1f} s in all; report of the whole span {found.report_seconds:.1f} s"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = time.perf_counter() - started
    print(f"all of it           {took:.0f} s, {peak:.0f} MB at most, database {size / 1e6:.0f} MB", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
