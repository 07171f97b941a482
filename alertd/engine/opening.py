"""Open a connected system: its keys out of the vault, its settings out of the store, and the budget of its kind."""

from ..fence import EVERYWHERE
from ..sources import http
from ..sources.http import Transport
from ..sources.registry import Kind, Reader, kind_named
from ..sources.setup import Setup
from ..store import ledger, options
from ..store.sources import Source
from .context import Context
from .pacer import Pacer
from .purse import Purse

Allowing = Purse | Pacer
# A new key may take a while to be let in; until then a refusal says nothing about it.
FRESH_MS = 15 * 60_000


def open_reader(context: Context, source: Source) -> tuple[Reader, Allowing]:
    """A reader of a source, and what allows its calls. The caller closes the reader."""
    kind = kind_named(source.kind)
    allowing = allowing_for(context, source, kind)
    store = context.store
    setup = Setup(
        name=source.name,
        base_url=source.base_url,
        secrets=source.secrets(context.vault),
        options=options.of(store, source.id),
        budget=allowing,
        transport=transport_for(context, fenced=source.fenced),
        zone=source.timezone,
        fresh=context.now() - options.connected_at(store, source.id) < FRESH_MS,
        now=context.now,
        sleep=context.sleep,
        dice=context.dice,
        counted=lambda identity: ledger.levels_of(store, source.id, identity),
        remember=lambda found: options.put(store, source.id, found),
    )
    return kind.open(setup), allowing


def transport_for(context: Context, *, fenced: bool) -> Transport | None:
    """The way calls go: from behind the fence where the address was typed into a form."""
    private = context.settings.private_networks
    if context.transport is not None or not fenced or private == EVERYWHERE:
        return context.transport
    return http.fenced(private)


def allowing_for(context: Context, source: Source, kind: Kind) -> Allowing:
    """An hourly purse, or a pace, as the kind of system wants it."""
    if kind.calls_a_second is None:
        return Purse(context, source)
    return Pacer(context, kind.calls_a_second)
