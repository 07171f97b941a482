"""alertd's own troubles, and those of the sources it reads: each told once, on every channel that works, until mended.

A busy database, a full disk or a refused key says nothing about stock, so it never becomes a stock alert; and it must
not stay unsaid either, because nobody misses a message that does not come.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from ..clock import local
from ..notify.content import Content, encode
from ..store import Store, channels, digests, outbox, polls, sources, staging, upkeep
from ..store.sources import Source
from .context import Context
from .rulebook import Rulebook

HOUR = 3_600_000
DAY = 24 * HOUR
SILENT_AFTER_MS = 15 * 60_000
SILENT_AFTER_TURNS = 3
MOST_FIRST_TRIES = 5
LEAST_FREE_MB = 200


@dataclass(frozen=True, slots=True)
class Worry:
    """Something that is wrong. `key` stays the same for as long as it is; `besides` is a channel that cannot hear."""

    key: str
    kind: str
    source: Source | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    besides: int | None = None


def tend(context: Context) -> int:
    """Look at everything that can go wrong, and tell what is new and what is over; returns the number of messages."""
    store, now = context.store, context.now()
    found = {worry.key: worry for worry in worries(context, now)}
    known = {key: each for key, each in digests.troubles(store).items() if not key.startswith("rule:")}
    over = [each for key, each in known.items() if key not in found and _may_end(each, now)]
    fresh = [worry for key, worry in found.items() if key not in known]
    families = {_family(key) for key in found}
    if not fresh and not over:
        return 0
    with store.write():
        told = sum(tell_worry(store, worry, now) for worry in fresh)
        for each in over:
            digests.mended(store, each.key)
            if _family(each.key) not in families:
                told += _tell_over(store, each, now)
    return told


def _may_end(known: digests.Known, now: int) -> bool:
    """The quota is used up and given back every hour; told once a day is enough."""
    return known.kind != "quota" or now - known.since >= DAY


def worries(context: Context, now: int) -> list[Worry]:
    """Everything that is wrong now."""
    store = context.store
    every = [worry for source in sources.list_sources(store) for worry in _of_source(store, source, now)]
    house = [*_of_disk(context), *_of_upkeep(store, now), *_of_channels(store, now)]
    return [*every, *_of_rules(context.rules.book(now)), *house]


def _of_source(store: Store, source: Source, now: int) -> Iterable[Worry]:
    sweep = polls.lanes(store, source.id).get("sweep")
    if sweep is None:
        return
    last = polls.last_poll(store, source.id, "sweep") or {}
    kind, detail = last.get("error_kind"), str(last.get("error") or "")
    facts = {"source": source.company or source.name, "detail": detail}
    if kind == "key":
        yield Worry(f"source:{source.id}:key", "key_refused", source, facts)
    elif kind == "quota":
        yield Worry(f"source:{source.id}:quota", "quota", source, facts)
    elif staging.held(store, source.id) is not None:
        yield Worry(f"source:{source.id}:held", "held", source, facts)
    elif sweep["failures"] and _is_silent(source, sweep["last_success_at"], sweep["failures"], now):
        since = sweep["last_success_at"]
        told = "?" if since is None else f"{local(since, source.timezone):%d/%m %H:%M}"
        yield Worry(f"source:{source.id}:silent", "source_silent", source, {**facts, "since": told})


def _is_silent(source: Source, last: int | None, failures: int, now: int) -> bool:
    """One that never answered has no moment to count from; five tries in a row will do.

    One slip alone is no silence, however long ago the last good reading was: the machine may have slept.
    """
    if last is None:
        return failures >= MOST_FIRST_TRIES
    return failures >= SILENT_AFTER_TURNS and now - last >= _patience(source)


def _patience(source: Source) -> float:
    """How long a source may be silent: three of its turns, and a quarter of an hour at least."""
    turn = max(source.every, source.sweep_every or 0.0)
    return max(SILENT_AFTER_MS, SILENT_AFTER_TURNS * turn * 1000)


def _of_rules(book: Rulebook) -> Iterable[Worry]:
    if not book.errors:
        return
    said = [str(error) for error in book.errors]
    mark = sha256("\n".join(sorted(said)).encode()).hexdigest()[:12]
    more = f" (+{len(said) - 1})" if len(said) > 1 else ""
    yield Worry(f"rules:{mark}", "rules", facts={"detail": said[0] + more})


def _of_disk(context: Context) -> Iterable[Worry]:
    try:
        free = shutil.disk_usage(context.settings.home).free // 1_000_000
    except OSError:
        return
    if free < LEAST_FREE_MB:
        yield Worry("disk", "disk", facts={"free": str(free)})


def _of_upkeep(store: Store, now: int) -> Iterable[Worry]:
    """A backup that failed, and faults of the database, which could not be told while they lasted."""
    for kind in ("backup", "database"):
        why = upkeep.failure(store, kind, now)
        if why is not None:
            yield Worry(kind, kind, facts={"detail": why})


def _of_channels(store: Store, now: int) -> Iterable[Worry]:
    for key, name, since, error in outbox.failing_channels(store, now, HOUR):
        zone = next((source.timezone for source in sources.list_sources(store)), "UTC")
        facts = {"channel": name, "since": f"{local(since, zone):%d/%m %H:%M}", "detail": error}
        yield Worry(f"channel:{key}", "channel", facts=facts, besides=key)


def rules_failed(store: Store, source: Source, failed: Mapping[str, str], now: int) -> int:
    """Rules that the database could not run in this evaluation; in the caller's transaction."""
    prefix = f"rule:{source.id}:"
    known = {key for key in digests.troubles(store) if key.startswith(prefix)}
    told = 0
    for key in known - {prefix + name for name in failed}:
        digests.mended(store, key)
        told += _post(store, "rule_failed_over", source, {"rule": key.removeprefix(prefix)}, now)
    fresh = {name: why for name, why in failed.items() if prefix + name not in known}
    return told + sum(
        tell_worry(store, Worry(prefix + name, "rule_failed", source, {"detail": f"{name}: {why}"}), now)
        for name, why in fresh.items()
    )


def tell_worry(store: Store, worry: Worry, now: int) -> int:
    """Remember a trouble and put it into the outbox; in the caller's transaction. Returns the number of messages."""
    source_id = worry.source.id if worry.source else None
    digests.note_trouble(store, worry.key, worry.kind, source_id, worry.facts.get("detail", ""), now)
    return _post(store, worry.kind, worry.source, worry.facts, now, besides=worry.besides)


TOLD_WHEN_OVER = frozenset(("source_silent", "key_refused", "rules", "disk", "channel", "backup"))
"""What people wait to hear the end of. A used-up quota ends every hour, and whoever accepted a reading knows it."""


def _family(key: str) -> str:
    """What a trouble is about: one that turned into another about the same is not over."""
    return key.rpartition(":")[0] if key.startswith(("source:", "rules:")) else key


def _tell_over(store: Store, known: digests.Known, now: int) -> int:
    """It is mended, on every channel; also on one that was dead itself."""
    if known.kind not in TOLD_WHEN_OVER:
        return 0
    source = next((each for each in sources.list_sources(store) if each.id == known.source_id), None)
    if known.source_id is not None and source is None:
        return 0
    facts = {"source": source.company or source.name} if source else {}
    if known.kind == "channel":
        key = int(known.key.partition(":")[2])
        name = next((each.name for each in channels.all_channels(store) if each.id == key), None)
        if name is None:
            return 0
        facts = {"channel": name}
    return _post(store, f"{known.kind}_over", source, facts, now)


def _post(
    store: Store, kind: str, source: Source | None, facts: Mapping[str, str], now: int, *, besides: int | None = None
) -> int:
    content = Content(
        kind="trouble",
        at=now,
        zone=source.timezone if source else next((each.timezone for each in sources.list_sources(store)), "UTC"),
        source=source.name if source else None,
        trouble=kind,
        facts=dict(facts),
    )
    hearing = [channel for channel in channels.all_channels(store) if channel.id != besides]
    for channel in hearing:
        outbox.enqueue(
            store,
            channel_id=channel.id,
            channel=channel.name,
            content=encode(content),
            rule=None,
            source=content.source,
            severity=None,
            now=now,
            kind="trouble",
        )
    return len(hearing)
