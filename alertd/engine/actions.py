"""What the page may ask of the engine, as the functions of `alertd.web.actions`: each is a few calls of this room."""

import re
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from .. import clock
from ..clock import Clock
from ..errors import SourceTrouble, Trouble, UsageTrouble
from ..model import Page, Product
from ..rules import editing
from ..rules.rule import Rule
from ..sources.registry import KINDS, Kind, Mapped, address_for, kind_named
from ..store import Store, hours, open_store, options, pages_sources, quality, snapshots
from ..store import sources as stored
from ..store.sources import Source
from ..vault import Vault
from ..web.actions import Actions, Connection, KindOffer, PlanNumbers, Progress, SourceCheck
from ..web.rule_actions import Wish
from . import cycle, explain, heartbeat, inspect, planner
from .authoring import Desk, rule_actions
from .context import Context
from .demoshop import DemoShop
from .evaluate import evaluate
from .hearing import heard, looked
from .opening import open_reader
from .systems import system_actions

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
DEFAULT_EVERY = 300.0
# A set-up that somebody leaves half-way begins to read by itself after this.
REST_MS = 30 * 60_000
# How much of the catalogue is looked at before it is connected: most small shops are in here whole.
SAMPLE_PAGES = 5


class ProgressBoard:
    """How far each reading has come, told by the poller and asked for by the page, in the same process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, Progress] = {}

    def tell(self, source: str, lane: str, page: int, pages: int | None) -> None:
        """A page was read."""
        with self._lock:
            self._now[source] = Progress(lane, page, pages)

    def of(self, source: str) -> Progress | None:
        """The last that was told."""
        with self._lock:
            return self._now.get(source)


def actions_of(context: Context, board: ProgressBoard, demo: DemoShop | None = None) -> Actions:
    """Everything a page in this process may ask for."""
    return Actions(
        kinds=kinds,
        connect=lambda wanted: connect(context, wanted),
        check=lambda name: check(context, stored.get_source(context.store, name)),
        accept=lambda name: cycle.accept(context, stored.get_source(context.store, name)) is not None,
        plan=lambda name: plan_of(context, stored.get_source(context.store, name)),
        progress=board.of,
        matches=lambda name: matches(context, stored.get_source(context.store, name)),
        heard=lambda name: heard(context.store, context.rules.book(context.now()).rules, name, context.now()),
        looked=lambda key: looked(context.store, context.rules.book(context.now()).rules, key, context.now()),
        start_demo=demo.start if demo else None,
        set_heartbeat=lambda name, url: set_heartbeat(context, name, url),
        systems=system_actions(context, lambda wanted: connect(context, wanted)),
        explain=lambda fingerprint, language: explain.of_alert(
            context.store, context.rules.book(context.now()).rules, fingerprint, context.now(), language
        ),
        switch_rules=lambda wanted, who: switch_rules(context, wanted, who),
        rules=rule_actions(context),
    )


def set_heartbeat(context: Context, name: str, url: str | None) -> None:
    """Keep the address that is called after a healthy cycle of a source. Raises UsageTrouble for one that cannot be."""
    source = stored.get_source(context.store, name)
    checked = None if url is None else heartbeat.check(url, private=context.settings.private_networks)
    hours.set_beat(context.store, context.vault, source.id, checked, fenced=True)


def kinds() -> tuple[KindOffer, ...]:
    """The systems there are."""
    return tuple(KindOffer(kind.name, kind.default_url, kind.secrets, kind.zone) for kind in KINDS.values())


def connect(context: Context, wanted: Connection) -> SourceCheck:
    """Try a system with what was typed. When it answers it is kept, and rests until the set-up is finished.

    Raises UsageTrouble for what cannot be: a name that is taken, a malformed address, an unknown zone.
    """
    kind = kind_named(wanted.kind)
    if not NAME.fullmatch(wanted.name):
        raise UsageTrouble(f"'{wanted.name}' is no name for a source; use small letters, digits and dashes.")
    source = _keep(context, kind, wanted)
    found = _try_out(context, source)
    if not found.reachable:
        stored.remove_source(context.store, source.name)
    return found


def _keep(context: Context, kind: Kind, wanted: Connection) -> Source:
    with context.store.write():
        source = stored.add_source(
            context.store,
            context.vault,
            name=wanted.name,
            kind=kind.name,
            base_url=_address(context, kind, wanted.base_url),
            secrets=dict(wanted.secrets),
            timezone=clock.check_zone(wanted.timezone),
            every=DEFAULT_EVERY,
            sweep_every=None,
            now=context.now(),
            fenced=True,
        )
        options.put(context.store, source.id, wanted.options)
        pages_sources.wait_until(context.store, source.id, kind.lanes, context.now() + REST_MS)
    return source


def _address(context: Context, kind: Kind, given: str | None) -> str:
    """The address as it is kept. Raises UsageTrouble for a file of the server that nobody sent on the page."""
    address = address_for(kind, given)
    own = context.settings.home.resolve().as_uri() + "/tables/"
    if address.startswith("file:") and not address.startswith(own) and not context.settings.allow_private_hosts:
        raise UsageTrouble("A file of the server itself is connected with 'alertd source add'.")
    return address


def _try_out(context: Context, source: Source) -> SourceCheck:
    """Read the first pages, and look at them as if they were the catalogue."""
    reader, _ = open_reader(context, source)
    try:
        pages = list(islice(reader.sweep(0, frozenset()), SAMPLE_PAGES))
        left = None
        with suppress(SourceTrouble):
            left = reader.quota_left()
        stored.learn(context.store, source.id, company=reader.company, dialect=reader.dialect)
        found = _described(context, source, pages, reader.company, left)
        return replace(found, mapping=reader.mapping()) if isinstance(reader, Mapped) else found
    except SourceTrouble as fault:
        return SourceCheck(context.now(), error=str(fault), error_kind=fault.kind)
    finally:
        reader.close()


def _described(
    context: Context, source: Source, pages: list[Page], company: str | None, quota_left: int | None
) -> SourceCheck:
    products = [pair for page in pages for pair in page.changed]
    total = pages[0].total if pages else 0
    findings, counts = _look(context, source, products)
    return SourceCheck(
        at=context.now(),
        reachable=True,
        company=company,
        products=total,
        warehouses=_warehouses(product for _, product in products),
        quota_left=quota_left,
        plan=_numbers(source, total) if total is not None else None,
        looked_at=len(products),
        findings={**findings, "quarantined": sum(len(page.quarantined) for page in pages)},
        matches=counts,
    )


def _look(
    context: Context, source: Source, products: list[tuple[int, Product]]
) -> tuple[dict[str, int], dict[str, int]]:
    """What is wrong with these products and which rules would match them, in a store that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="alertd-look-") as folder:
        store = open_store(Path(folder) / "look.db")
        try:
            copy = stored.add_source(
                store, Vault("-"), name=source.name, kind=source.kind, base_url=source.base_url, secrets={},
                timezone=source.timezone, every=source.every, sweep_every=None, now=context.now(),
            )  # fmt: skip
            with store.write():
                seen = {product.id for _, product in products}
                snapshots.apply(
                    store,
                    copy.id,
                    products,
                    seen=seen,
                    unread=set(),
                    known=snapshots.known_digests(store, copy.id),
                    now=context.now(),
                )
            copy = stored.get_source(store, copy.name)
            return quality.findings(store, copy.id), _counted(store, copy, _all_rules(context), context.now)
        finally:
            store.close()


def matches(context: Context, source: Source) -> dict[str, int]:
    """By rule, how much of the stock that was read last it would speak of; also for rules that are switched off."""
    if source.snapshot_at is None:
        return {}
    return _counted(context.store, source, _all_rules(context), context.now)


class _UndoneError(Exception):
    """Ends a transaction that was only a trial."""


def _counted(store: Store, source: Source, rules: tuple[Rule, ...], now: Clock) -> dict[str, int]:
    """Evaluate the rules as the engine would, count what they found, and undo it."""
    found: dict[str, int] = {}
    with suppress(_UndoneError), store.write():
        evaluate(store, source, rules, now())
        counts = pages_sources.open_by_rule(store, source.id)
        found = {rule.name: counts.get(rule.name, 0) for rule in rules}
        raise _UndoneError
    return found


def _all_rules(context: Context) -> tuple[Rule, ...]:
    return tuple(replace(rule, enabled=True) for rule in context.rules.book(context.now()).rules)


def _warehouses(products: Iterable[Product]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                " / ".join(filter(None, (level.branch, level.warehouse)))
                for product in products
                for level in product.levels
            }
        )
    )


def check(context: Context, source: Source) -> SourceCheck:
    """Ask a connected system, as `alertd source test` does; one that was never read is looked at more closely."""
    try:
        source.secrets(context.vault)
    except Trouble as trouble:
        # Its key was sealed under another secret key: the person who looks is told what to restore.
        return SourceCheck(context.now(), error=str(trouble), error_kind="key")
    if source.snapshot_at is None:
        return _try_out(context, source)
    found = inspect.inspect_source(context, source)
    return SourceCheck(
        at=context.now(),
        reachable=found.reachable,
        error=found.error,
        error_kind=found.error_kind,
        company=found.company,
        dialect=found.dialect,
        products=found.products,
        warehouses=tuple(found.warehouses),
        quota_left=found.quota_left,
        plan=_numbers(source, found.products) if found.products is not None else None,
        looked_at=found.products or 0,
        mapping=found.mapping,
    )


def plan_of(context: Context, source: Source) -> PlanNumbers | None:
    """The plan of a source whose catalogue is known."""
    products = snapshots.product_count(context.store, source.id)
    return _numbers(source, products) if products else None


def _numbers(source: Source, products: int) -> PlanNumbers | None:
    if KINDS[source.kind].calls_a_second is not None:
        return None
    found = planner.plan(products, every=source.every, sweep_every=source.sweep_every)
    return PlanNumbers(
        products=products,
        calls=found.calls,
        sweep_every=found.sweep_every,
        hourly=found.hourly,
        allowance=planner.PLAIN_CALLS,
        as_asked=found.sweep_every <= found.wanted,
    )


def switch_rules(context: Context, wanted: Mapping[str, bool], who: str) -> tuple[str, ...]:
    """Write `enabled` into the file of each rule that stands otherwise. Returns those whose file could not be changed.

    Only that line is touched; comments and the other rules of the file stay.
    """
    desk, refused = Desk(context), list[str]()
    for rule in context.rules.book(context.now()).rules:
        on = wanted.get(rule.name, rule.enabled)
        if on != rule.enabled and not _switch(desk, rule.name, on, who):
            refused.append(rule.name)
    return tuple(refused)


def _switch(desk: Desk, name: str, on: bool, who: str) -> bool:
    found = desk.read(name)
    if found is None:
        return False
    text = editing.put(found.text, ("enabled",), "true" if on else "false")
    return bool(desk.save(Wish(text, name, found.mark, who, "switched")).name)
