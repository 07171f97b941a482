"""Run rule tests: a shop in memory, fed what a case says at simulated moments, judged by the very engine that runs.

Nothing waits and nothing is sent; a month passes in a moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..clock import local, moment
from ..model import Document, Line, Moved, Product, StockLevel, Transaction
from ..reconcile.step import step as settle
from ..rules.cases import Case, Expect, Given, case_files, read_cases
from ..rules.fault import RuleError
from ..rules.load import load_rules
from ..rules.rule import Rule
from ..store import Store, alerts, documents, open_store, simulation, snapshots, sources, transactions
from .evaluate import CATALOGUE, evaluate

BEGINNING = moment(datetime(2026, 1, 5, 14, 0, tzinfo=UTC))
"""A Monday morning in San Salvador."""
ZONE = "America/El_Salvador"
SOURCE = "tienda"
DAY = 86_400_000
MINUTE = 60_000
_ABOUT = CATALOGUE | {"source"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one case went; `problem` is one sentence where it failed."""

    file: str
    line: int
    name: str
    problem: str | None


@dataclass(slots=True)
class Report:
    """All cases of all files."""

    verdicts: list[Verdict] = field(default_factory=list)
    errors: list[RuleError] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """Cases that went as expected."""
        return sum(verdict.problem is None for verdict in self.verdicts)

    @property
    def failed(self) -> int:
        """Cases that did not, and files that could not be read."""
        return len(self.verdicts) - self.passed + len({error.file for error in self.errors})


def run_files(paths: Iterable[Path]) -> Report:
    """Run every case of these files, and of the tests in these folders."""
    report = Report()
    for path in case_files(paths):
        found = read_cases(path)
        loaded = load_rules(found.rules)
        errors = [*found.errors, *loaded.errors]
        report.errors += errors
        if not errors:
            report.verdicts += [run_case(case, loaded.rules) for case in found.cases]
    return report


def run_case(case: Case, rules: tuple[Rule, ...]) -> Verdict:
    """Run one case; its rules count as switched on."""
    shop = _Shop(tuple(rules))
    try:
        problem = _first_problem(shop, case)
    finally:
        shop.store.close()
    return Verdict(case.file, case.line, case.name, problem)


def _first_problem(shop: "_Shop", case: Case) -> str | None:
    # What is given at a moment is there when that moment is looked at.
    steps: list[tuple[float, int, Given | Expect]] = [(each.at, 0, each) for each in case.given]
    steps += [(each.at, 1, each) for each in case.expect]
    for at, _, step in sorted(steps, key=lambda each: each[:2]):
        now = BEGINNING + round(at * 1000)
        if isinstance(step, Given):
            shop.give(step, now)
        else:
            shop.judge(now)
            problem = _difference(step, shop.firing())
            if problem:
                return f"line {step.line}, {_span(at)} after the beginning: {problem}"
    return None


def _span(seconds: float) -> str:
    days, rest = divmod(round(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = [f"{days}d" * bool(days), f"{hours}h" * bool(hours), f"{rest // 60}m" * bool(rest >= 60)]
    return "".join(parts) or "0m"


class _Shop:
    """A source in a store in memory, and how it was last shown."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = tuple(replace(rule, enabled=True) for rule in rules)
        self.store: Store = open_store(":memory:")
        self._levels: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._documents = 0
        names = {name for rule in rules for name in rule.sources or ()} or {SOURCE}
        self.name = sorted(names)[0]
        self.source_id = simulation.connect_simulated(self.store, self.name, ZONE, BEGINNING)

    def give(self, given: Given, now: int) -> None:
        """Take over what a moment shows, as a poll would, and judge it."""
        if given.failure:
            simulation.simulated_poll(self.store, self.source_id, now, ok=False)
        else:
            self._sweep(given, now)
        self._book(given, now)
        with self.store.write():
            simulation.documents_read(self.store, self.source_id, now)
            settle(self.store, self.source_id, now, zone=ZONE)
        self.judge(now)

    def _sweep(self, given: Given, now: int) -> None:
        for row in given.stock:
            code = str(row.get("codigo") or row.get("id") or row.get("nombre"))
            facts = {name: value for name, value in row.items() if name not in _LEVEL}
            self._facts.setdefault(code, {}).update(facts)
            place = (str(row.get("nombre_sucursal") or "Centro"), str(row.get("nombre_bodega") or "Bodega"))
            level = self._levels.setdefault(code, {}).setdefault(place, {})
            level.update({name: row[name] for name in _LEVEL if name in row})
        for code in given.gone:
            self._levels.pop(code, None)
        with self.store.write():
            before = simulation.history_size(self.store)
            products = [self._product(number, code) for number, code in enumerate(self._facts) if code in self._levels]
            known = snapshots.known_digests(self.store, self.source_id)
            snapshots.apply(
                self.store,
                self.source_id,
                [(_mark(product), product) for product in products if _mark(product) not in known],
                seen={product.id for product in products},
                unread=set(),
                known=known,
                now=now,
            )
            changed = simulation.history_size(self.store) - before
            simulation.simulated_poll(self.store, self.source_id, now, products=len(products), changed=changed)

    def _product(self, number: int, code: str) -> Product:
        facts = self._facts[code]
        known_for = facts.get("known_for")
        identity = facts.get("id")
        return Product(
            id=number + 1 if identity is None else int(identity),
            name=str(facts.get("nombre") or code),
            levels=tuple(_level(place, level) for place, level in self._levels[code].items()),
            code=code,
            barcode=facts.get("barcode"),
            category=facts.get("nombre_categoria"),
            brand=facts.get("marca"),
            supplier=facts.get("nombre_proveedor"),
            kind=facts.get("tipo", "Producto"),
            enabled=bool(facts.get("enable", True)),
            price=facts.get("precio"),
            cost=facts.get("costo"),
            previous_cost=facts.get("costo_anterior"),
            average_cost=facts.get("costo_promedio"),
            created_at=None if known_for is None else BEGINNING - round(known_for * 1000),
        )

    def _book(self, given: Given, now: int) -> None:
        handed_out = [row for row in given.sales if row.get("sector") or row.get("cost_center")]
        sold = [row for row in given.sales if row not in handed_out]
        found = [document for row in sold for document in self._documents_of("sale", row, now)]
        found += [document for row in given.returns for document in self._documents_of("return", row, now)]
        taken = [each for row in handed_out for each in self._withdrawals_of(row, now)]
        with self.store.write():
            if found:
                documents.take(self.store, self.source_id, found, now)
            if taken:
                transactions.take(self.store, self.source_id, taken, zone=ZONE, now=now)

    def _withdrawals_of(self, row: dict[str, Any], now: int) -> list[Transaction]:
        """What a dispenser handed out, which says where; its products are known by their number."""
        code = str(row.get("codigo"))
        number = list(self._facts).index(code) + 1 if code in self._facts else code
        moved = (Moved(self._facts.get(code, {}).get("id") or number, -float(row.get("cantidad") or 1)),)
        places = {name: str(row[name]) for name in ("sector", "cost_center") if row.get(name)}
        return [
            Transaction("withdrawal", self._next(), True, moved, happened_at=now - days * DAY - MINUTE, **places)
            for days in self._days_of(row)
        ]

    def _next(self) -> int:
        self._documents += 1
        return self._documents

    def _days_of(self, row: dict[str, Any]) -> range:
        first = int(row.get("days_ago") or 0)
        return range(first, first + int(row.get("each_day_for") or 1))

    def _documents_of(self, kind: str, row: dict[str, Any], now: int) -> list[Document]:
        """One document, or one on each of so many days up to it."""
        return [self._document(kind, row, now - days * DAY) for days in self._days_of(row)]

    def _document(self, kind: str, row: dict[str, Any], at: int) -> Document:
        code = str(row.get("codigo"))
        total = row.get("total")
        line = Line(
            float(row.get("cantidad") or 1), code, str(self._facts.get(code, {}).get("nombre") or code), None, total
        )
        return Document(
            kind=kind,
            id=self._next(),
            date=local(at, ZONE).date().isoformat(),
            effect="moves",
            lines=(line,),
            type="devolucion" if kind == "return" else None,
            branch=row.get("nombre_sucursal") or "Centro",
            total=total,
            # It happened just before the reading that shows its effect.
            created_at=at - MINUTE,
        )

    def judge(self, now: int) -> None:
        """One evaluation."""
        with self.store.write():
            source = sources.get_source(self.store, self.name)
            evaluate(self.store, source, self.rules, now, about=_ABOUT)

    def firing(self) -> list[dict[str, Any]]:
        """What fires, and what waits to."""
        rows = [row for state in ("firing", "pending") for row in alerts.list_alerts(self.store, state)]
        return [
            {**row["subject"], "rule": row["rule"], "severity": row["severity"], "state": row["state"]}
            | {"values": row["values"]}
            for row in rows
        ]


_LEVEL = ("stock", "stock_minimo", "stock_maximo", "nota", "nombre_bodega", "nombre_sucursal")


def _level(place: tuple[str, str], facts: dict[str, Any]) -> StockLevel:
    return StockLevel(
        warehouse=place[1],
        branch=place[0],
        stock=float(facts.get("stock") or 0.0),
        minimum=facts.get("stock_minimo"),
        maximum=facts.get("stock_maximo"),
        note=facts.get("nota"),
    )


def _mark(product: Product) -> int:
    return hash(product)


def _difference(expect: Expect, found: list[dict[str, Any]]) -> str | None:
    """What is missing or too much, in one sentence; alerts that only wait count where the case names the state."""
    left = list(found)
    for wanted in expect.alerts:
        match = next((each for each in left if _fits({"state": "firing", **wanted}, each)), None)
        if match is None:
            return f"expected {_shown(wanted)}; there is {_all_shown(found)}."
        left.remove(match)
    surplus = [each for each in left if each["state"] == "firing"]
    return f"nobody expected {_all_shown(surplus)}." if surplus else None


def _fits(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    values = wanted.get("values") or {}
    plain = all(found.get(name) == value for name, value in wanted.items() if name != "values")
    return plain and all(_same(found["values"].get(name), value) for name, value in values.items())


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return abs(found - wanted) < 0.000_001
    return bool(found == wanted)


def _all_shown(found: list[dict[str, Any]]) -> str:
    return ", ".join(_shown(each) for each in found) or "nothing"


def _shown(alert: dict[str, Any]) -> str:
    words = [alert.get(name) for name in ("rule", "severity", "codigo", "nombre_bodega", "state")]
    about = " ".join(str(word) for word in words if word is not None)
    values = alert.get("values")
    return f"({about}{f' {values}' if values else ''})"
