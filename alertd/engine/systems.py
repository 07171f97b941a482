"""What the page may ask about webhooks, counts and tables, as the functions of `alertd.web.system_actions`."""

from collections.abc import Callable, Sequence

from ..errors import UsageTrouble
from ..sheets import SheetFault, number, read
from ..sources.smartepi import SCHEMES
from ..sources.smartepi.webhooks import DEFAULT_SCHEME, NEVER_PINNED
from ..store import deliveries, ledger, options
from ..store import sources as stored
from ..store.sources import Source
from ..web.actions import Connection, SourceCheck
from ..web.system_actions import CountLine, CountMistake, SystemActions, Webhooks
from . import counting, hooks
from .context import Context
from .tables import Tables

LANGUAGES = ("es", "pt", "en")


def system_actions(context: Context, connect: Callable[[Connection], SourceCheck]) -> SystemActions:
    """Everything a page in this process may ask for; `connect` tries a system and keeps it when it answers."""
    tables = Tables(context, connect)

    def named(name: str) -> Source:
        return stored.get_source(context.store, name)

    return SystemActions(
        webhooks=lambda name: webhooks(context, named(name)),
        change_secret=lambda name, secret: hooks.change_secret(context, named(name), secret),
        pin_scheme=lambda name, scheme: pin_scheme(context, named(name), scheme),
        read_counts=lambda name, data: read_counts(context, named(name), data),
        take_counts=lambda name, lines, by: take_counts(context, named(name), lines, by),
        begin_table=tables.begin,
        open_table=lambda name: tables.open(named(name)),
        look_at_table=tables.look,
        connect_table=tables.connect,
        replace_table=lambda name, data: tables.replace(named(name), data),
    )


def webhooks(context: Context, source: Source) -> Webhooks:
    """How the webhooks of a source are believed now."""
    store = context.store
    scheme = options.of(store, source.id).get("signature", DEFAULT_SCHEME)
    came, refused = deliveries.latest(store, source.id, 1), deliveries.latest_refused(store, source.id, 1)
    newer = bool(refused) and (not came or refused[0]["at"] > came[0]["last_at"])
    fits = refused[0]["fits"] if newer and refused[0]["fits"] != scheme else None
    secrets = hooks.secrets_of(context, source)
    until = hooks.secret_before_until(context, source) if len(secrets) > 1 else None
    return Webhooks(bool(secrets), scheme, until, fits)


def pin_scheme(context: Context, source: Source, scheme: str) -> None:
    """Settle how signatures are read. Raises UsageTrouble for a scheme that is none, or that must be asked for."""
    if scheme not in SCHEMES or scheme == NEVER_PINNED:
        raise UsageTrouble(f"'{scheme}' is no scheme that a page may settle; use 'alertd source set'.")
    options.put(context.store, source.id, {"signature": scheme})


def read_counts(context: Context, source: Source, data: bytes) -> tuple[list[CountLine], list[CountMistake]]:
    """What a file of counts holds, and what of it cannot be used. Raises SheetFault for what is no table."""
    sheet = read(data)
    where = sheet.columns(counting.COLUMNS, needed=("codigo", "cantidad"))
    mark = sheet.decimal_mark(*(place for word, place in where.items() if word != "codigo"))
    good: list[CountLine] = []
    bad: list[CountMistake] = []
    for row in sheet.rows():
        if row.fault is not None:
            bad.append(_said(row.line, row.fault))
            continue
        told = {word: row.cells[place] for word, place in where.items()}
        found = _line(context, source, row.line, told, mark)
        if isinstance(found, CountLine):
            good.append(found)
        else:
            bad.append(found)
    return good, bad


def _line(context: Context, source: Source, line: int, told: dict[str, str], mark: str) -> CountLine | CountMistake:
    if not told["codigo"] or not told["cantidad"]:
        return CountMistake(line, "lacks")
    try:
        counted = number(told["cantidad"], mark)
        minimum = number(told["minimo"], mark) if told.get("minimo") else None
    except SheetFault as fault:
        return _said(line, fault)
    if counted < 0 or (minimum or 0) < 0:
        return CountMistake(line, "negative", told["cantidad"][:40])
    matching = ledger.find_products(context.store, source.id, told["codigo"])
    if len(matching) != 1:
        return CountMistake(line, "many" if matching else "unknown", told["codigo"][:40])
    key, code, name, before = matching[0]
    if ledger.told_by_system(context.store, source.id, key):
        return CountMistake(line, "told", told["codigo"][:40])
    return CountLine(line, key, code, name, counted, minimum, before)


def _said(line: int, fault: SheetFault) -> CountMistake:
    return CountMistake(line, "said", said={each: fault.said(each, numbered=False) for each in LANGUAGES})


def take_counts(context: Context, source: Source, lines: Sequence[CountLine], by: str | None) -> int:
    """Write the counts down. Raises UsageTrouble."""
    counts = [counting.Counted(each.name, each.counted, each.minimum, product_id=each.product_id) for each in lines]
    return counting.take_counts(context, source, counts, by=by)
