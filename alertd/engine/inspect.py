"""Ask a system a few questions and say in plain words what was found: reachable, whose, how large, how good its data.

Reads the first page and the quota, and for the quality of the data the last snapshot where there is one. Changes
nothing but what is known of company and dialect.
"""

from dataclasses import dataclass, field

from ..errors import SourceTrouble
from ..model import Page, Product
from ..sources.registry import Reader, kind_named
from ..store import budget, documents, quality, quarantine, snapshots, sources
from ..store.sources import Source
from .context import Context
from .planner import Plan, plan
from .purse import ALLOWANCE, Purse

MOST_SHOWN = 20


@dataclass(slots=True)
class Findings:
    """What `source test` tells. `error` is set when the system could not be read."""

    source: str
    reachable: bool = False
    dialect: str | None = None
    company: str | None = None
    products: int | None = None
    warehouses: list[str] = field(default_factory=list)
    quota_left: int | None = None
    plan: Plan | None = None
    quality: dict[str, int] = field(default_factory=dict)
    set_aside: list[dict[str, str]] = field(default_factory=list)
    held: str | None = None
    error: str | None = None

    def document(self) -> dict[str, object]:
        """For programs."""
        return {
            "source": self.source,
            "reachable": self.reachable,
            "dialect": self.dialect,
            "company": self.company,
            "products": self.products,
            "warehouses": self.warehouses,
            "quota_left": self.quota_left,
            "plan": self.plan.sentence() if self.plan else None,
            "findings": self.quality,
            "set_aside": self.set_aside,
            "held": self.held,
            "error": self.error,
        }

    def lines(self) -> list[str]:
        """For people."""
        if not self.reachable:
            return []
        lines = [
            f"Reachable: yes, as '{self.company or 'a company without a name'}' (dialect: {self.dialect})",
            f"Products: {self.products:,}" if self.products is not None else "Products: the system does not say",
            f"Warehouses: {', '.join(self.warehouses) or 'none seen yet'}",
            f"Quota: {self.quota_left:,} calls left in this hour" if self.quota_left is not None else "Quota: not told",
        ]
        if self.plan:
            lines.append(f"Plan: {self.plan.sentence()}")
        lines += [f"Data: {count:,} {_WORDS[name]}" for name, count in self.quality.items() if count]
        lines += [f"Set aside: {each['record'] or 'a record without id'}: {each['reason']}" for each in self.set_aside]
        if self.held:
            lines.append(f"Held back: {self.held}; 'alertd source accept {self.source}' takes it")
        return lines


_WORDS = {
    "no_minimum": "levels have no minimum, so nothing tells when they are low",
    "minimum_above_maximum": "levels have a minimum above their maximum",
    "equal_codes": "products share their code with another",
    "missing_codes": "products have no code, so their sales cannot be matched",
    "disabled_with_stock": "products are switched off (or deleted) and still show stock",
    "quarantined": "records could not be read and were set aside",
    "unmatched_lines": "lines of sales or returns name no known product",
    "unverified_documents": "documents are in a state alertd does not know; they count as moving stock",
}


def inspect_source(context: Context, source: Source) -> Findings:
    """Ask a connected system. Faults of the upstream end up in the findings."""
    found = Findings(source.name)
    purse = Purse(context, source)
    reader = kind_named(source.kind).open(source.base_url, source.secrets(context.vault), purse, context.transport)
    try:
        _ask(context, source, reader, found)
    except SourceTrouble as fault:
        found.error = str(fault)
    finally:
        reader.close()
    _look_at_data(context, source, found)
    return found


def _ask(context: Context, source: Source, reader: Reader, found: Findings) -> None:
    page = next(iter(reader.sweep(0, frozenset())))
    found.reachable = True
    found.company, found.dialect = reader.company, reader.dialect
    found.products = page.total
    found.warehouses = _warehouses(page)
    if page.total is not None:
        found.plan = plan(page.total, every=source.every, sweep_every=source.sweep_every)
    sources.learn(context.store, source.id, company=reader.company, dialect=reader.dialect)
    try:
        found.quota_left = reader.quota_left()
    except SourceTrouble:
        used = budget.used(context.store, source.budget_key, context.now())
        found.quota_left = max(0, ALLOWANCE.plain - used)


def _warehouses(page: Page) -> list[str]:
    products: list[Product] = [product for _, product in page.changed]
    return sorted({f"{level.branch} / {level.warehouse}" for product in products for level in product.levels})


def _look_at_data(context: Context, source: Source, found: Findings) -> None:
    store = context.store
    if source.snapshot_at is not None:
        found.quality = quality.findings(store, source.id)
        found.warehouses = quality.warehouses(store, source.id) or found.warehouses
    set_aside = quarantine.list_quarantine(store, source.id)
    found.quality["quarantined"] = len(set_aside)
    found.set_aside = [{"record": row["key"], "reason": row["reason"]} for row in set_aside[:MOST_SHOWN]]
    found.quality["unmatched_lines"] = len(documents.unmatched_lines(store, source.id, limit=10_000))
    found.quality["unverified_documents"] = sum(row["documents"] for row in documents.unknown_states(store, source.id))
    held = snapshots.held(store, source.id)
    found.held = held["reason"] if held else None
