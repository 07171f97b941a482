"""Ask a system a few questions and say in plain words what was found: reachable, whose, how large, how good its data.

Reads the first page and the quota, and for the quality of the data the last snapshot where there is one. Changes
nothing but what is known of company and dialect.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from ..clock import local
from ..errors import SourceTrouble
from ..model import Page, Product
from ..sources.registry import KINDS, Explaining, Mapped, Reader, Telling
from ..sources.smartpyme import Summary
from ..store import budget, documents, polls, quality, quarantine, sources, staging
from ..store.sources import Source
from .context import Context
from .hooks import webhook_notes
from .opening import open_reader
from .papers import SERVER_ZONE
from .planner import Plan, plan
from .purse import ALLOWANCE

MOST_SHOWN = 20
OWN_WORD_DAYS = 7


@dataclass(slots=True)
class Findings:
    """What `source test` tells. `error` and its kind are set when the system could not be read."""

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
    mapping: dict[str, str | None] = field(default_factory=dict)
    own_word: list[str] = field(default_factory=list)
    unknown: list[dict[str, object]] = field(default_factory=list)
    sales_listed: bool | None = None
    held: str | None = None
    notes: list[str] = field(default_factory=list)
    error: str | None = None
    error_kind: str | None = None

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
            "mapping": self.mapping,
            "own_word": self.own_word,
            "unknown_states": self.unknown,
            "sales_listed": self.sales_listed,
            "held": self.held,
            "notes": self.notes,
            "error": self.error,
        }

    def lines(self) -> list[str]:
        """For people."""
        if not self.reachable:
            return []
        lines = [
            f"Reachable: yes, as '{self.company or 'a company without a name'}' (dialect: {self.dialect})"
            if self.company or self.dialect
            else "Reachable: yes",
            f"Products: {self.products:,}" if self.products is not None else "Products: the system does not say",
            f"Warehouses: {', '.join(self.warehouses) or 'none seen yet'}",
            f"Quota: {self.quota_left:,} calls left in this hour" if self.quota_left is not None else "Quota: not told",
        ]
        if self.plan:
            lines.append(f"Plan: {self.plan.sentence()}")
        if self.sales_listed is False:
            lines.append("Sales: this server cannot list them (a known defect of its newer version); stock alone")
        lines += [f"Its own word: {sentence}" for sentence in self.own_word]
        lines += [f"Data: {count:,} {_WORDS[name]}" for name, count in self.quality.items() if count]
        lines += [f"Set aside: {each['record'] or 'a record without id'}: {each['reason']}" for each in self.set_aside]
        lines += [
            f"Unknown: {each['documents']:,} documents of kind '{each['kind']}' are '{each['state']}'; unverified, they"
            " count as moving stock"
            for each in self.unknown
        ]
        lines += self.notes
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
    reader, _ = open_reader(context, source)
    try:
        _ask(context, source, reader, found)
    except SourceTrouble as fault:
        found.error, found.error_kind = str(fault), fault.kind
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
    found.notes = list(reader.notes()) if isinstance(reader, Explaining) else []
    found.mapping = reader.mapping() if isinstance(reader, Mapped) else {}
    found.notes += webhook_notes(context, source)
    if page.total is not None and KINDS[source.kind].calls_a_second is None:
        found.plan = plan(page.total, every=source.every, sweep_every=source.sweep_every)
    _ask_for_sales(context, source, reader, found)
    found.dialect = reader.dialect
    sources.learn(context.store, source.id, company=reader.company, dialect=reader.dialect)
    try:
        found.quota_left = reader.quota_left()
    except SourceTrouble:
        used = budget.used(context.store, source.budget_key, context.now())
        found.quota_left = max(0, ALLOWANCE.plain - used)


def _ask_for_sales(context: Context, source: Source, reader: Reader, found: Findings) -> None:
    """Whether sales can be listed, and what the system says of itself; shown beside our counts, never decided by."""
    if not isinstance(reader, Telling):
        return
    today = local(context.now(), SERVER_ZONE).date()
    since, until = (today - timedelta(days=OWN_WORD_DAYS)).isoformat(), today.isoformat()
    try:
        found.sales_listed = reader.lists_sales(since, until)
        if found.sales_listed:
            polls.ask_again(context.store, source.id, "sales")
        found.own_word = _own_word(context, source, reader.summary(since, until), since, until)
    except SourceTrouble as fault:
        found.own_word = [f"it could not be asked ({fault})"]


def _own_word(context: Context, source: Source, said: Summary, since: str, until: str) -> list[str]:
    store = context.store
    low = quality.low_levels(store, source.id) if source.snapshot_at is not None else None
    ours = f"alertd counts {low:,} (at or below their minimum)" if low is not None else "alertd has not read them yet"
    sentences = [
        f"the system's own summary says {said.low:,} products low; {ours}"
        if said.low is not None
        else f"its summary of the stock does not work, which is known of this system; {ours}"
    ]
    for kind, plural, count in (("sale", "sales", said.sales), ("return", "returns", said.returns)):
        if count is None:
            sentences.append(f"it gives no summary of {plural}")
            continue
        kept = documents.counted(store, source.id, kind, since, until)
        sentences.append(
            f"{count:,} {plural} from {since} to {until}, cancelled ones and quotations included; alertd keeps {kept:,}"
        )
    return sentences


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
    found.unknown = [
        {
            "kind": row["kind"],
            "state": " / ".join(filter(None, (row["state"], row["type"]))),
            "documents": row["documents"],
        }
        for row in documents.unknown_states(store, source.id)
    ]
    found.quality["unverified_documents"] = sum(row["documents"] for row in documents.unknown_states(store, source.id))
    held = staging.held(store, source.id)
    found.held = held["reason"] if held else None
