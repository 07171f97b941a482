"""Replay variants of a rule for the page: one trial at a time, in a process of its own that is gentle and can be ended.

A replay lives through weeks of changes and may take minutes in a large shop; the page asks how far it is. Nothing of a
trial is kept when alertd stops.
"""

import multiprocessing
import os
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from ..errors import Trouble
from ..rules import editing
from ..rules.load import load_text
from ..rules.query import EVERYTHING
from ..store import measures, sources
from ..store.db import Store
from ..store.glimpse import glimpse
from ..web.rule_actions import Replayed, Trial
from .backtest import Replay, replay
from .context import Context
from .finding import View
from .preview import matches_in

MOST_VARIANTS = 5
LONGEST_SECONDS = 600.0
KEPT = 8
MOST_SHOWN = 200
DAY = 86_400_000
_GENTLY = 10

Variant = tuple[str, str]
"""The threshold as it is called, and the text of the rule with it."""


class Trials:
    """The trial that runs, and the last ones that did, by their keys."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._found: dict[str, Trial] = {}
        self._process: BaseProcess | None = None
        self._running: str | None = None

    def begin(self, name: str, variants: tuple[Variant, ...], days: int) -> str | None:
        """Start a replay of the last so many days; None while another one runs."""
        now = self._context.now()
        since = now - days * DAY
        rules = load_text(variants[0][1], "regla.yaml").rules
        key = secrets.token_urlsafe(12)
        asked = variants[:MOST_VARIANTS]
        with self._lock:
            if self._running is not None:
                return None
            self._running = key
            on = rules[0].on if rules else ""
            self._found[key] = Trial(name, on, since, now, tuple(threshold for threshold, _ in asked), at=now)
            for old in list(self._found)[:-KEPT]:
                del self._found[old]
        thread = threading.Thread(target=self._run, args=(key, asked, since, now), name="rule-trial", daemon=True)
        thread.start()
        return key

    def of(self, key: str) -> Trial | None:
        """How far a trial is."""
        with self._lock:
            return self._found.get(key)

    def stop(self, key: str) -> None:
        """End a trial that runs."""
        with self._lock:
            if self._running == key and self._process is not None:
                self._process.kill()

    def _run(self, key: str, variants: Sequence[Variant], since: int, now: int) -> None:
        """Listen to the process until it is done, silent for too long, or stopped."""
        context = multiprocessing.get_context("spawn")
        ours, its = context.Pipe(duplex=False)
        process = context.Process(
            target=replay_all, args=(self._context.store.path, variants, since, now, its), daemon=True
        )
        process.start()
        its.close()
        with self._lock:
            self._process = process
        trouble, said = self._listen(key, ours)
        process.kill()
        process.join()
        with self._lock:
            trial = self._found.get(key)
            if trial is not None:
                self._found[key] = replace(trial, running=False, trouble=trouble, said=said)
            self._running = self._process = None

    def _listen(self, key: str, ours: Connection) -> tuple[str, str]:
        ends = time.monotonic() + LONGEST_SECONDS
        while ours.poll(max(0.0, ends - time.monotonic())):
            try:
                told = ours.recv()
            except EOFError:
                return "stopped", ""
            if told is None:
                return "", ""
            if isinstance(told, str):
                return "refused", told
            with self._lock:
                self._found[key] = replace(self._found[key], done=(*self._found[key].done, told))
        return "late", ""


def replay_all(path: str, variants: Sequence[Variant], since: int, now: int, told: Connection) -> None:
    """In the process of its own: replay each variant and tell it; None is the end, a text why it cannot be."""
    os.nice(_GENTLY)
    store = Store(path)
    try:
        for threshold, text in variants:
            rules = load_text(text, "regla.yaml").rules
            if not rules:
                told.send("The rule has a mistake; mend it first.")
                return
            told.send(_short(threshold, replay(store, rules[0], since=since, now=now), _concerned(store, text, now)))
        told.send(None)
    except Trouble as trouble:
        told.send(str(trouble))
    finally:
        store.close()


def _concerned(store: Store, text: str, now: int) -> set[tuple[str, str]] | None:
    """The subjects a rule looks at, by source and key; None is all of them.

    A rule about oil is not to blame for screws that ran out. Filters that speak of the stock itself are left aside:
    what ran out is in their scope today or was the day before.
    """
    for name in ("con_stock", "stock_minimo"):
        text = editing.put(text, ("query", name), None)
    rules = load_text(text, "regla.yaml").rules
    if not rules or rules[0].on != "stock" or rules[0].query == EVERYTHING:
        return None
    everything = replace(rules[0], when=EVERYTHING)
    with glimpse(store, LONGEST_SECONDS) as look:
        return {
            (source.name, found.subject.key())
            for source in sources.list_sources(look)
            for found in matches_in(View(look, source, measures.moment_of(look, source, now)), everything)
        }


def _short(threshold: str, found: Replay, concerned: set[tuple[str, str]] | None) -> Replayed:
    """What the page shows of a replay."""
    return Replayed(
        threshold,
        tuple(episode.fired_at for episode in found.episodes),
        found.messages,
        tuple(
            (out.at, out.hours_before)
            for out in found.stock_outs
            if concerned is None or (out.source, out.subject.key()) in concerned
        ),
        sum(episode.resolved_at is None for episode in found.episodes),
        tuple(
            (episode.subject.nombre or episode.source, episode.severity, episode.fired_at, episode.resolved_at)
            for episode in found.episodes[-MOST_SHOWN:]
        ),
    )
