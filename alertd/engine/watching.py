"""Hold the rules about the connected systems themselves against how their polls went.

Rules about stock are held against what was read. These speak of what was not: silence, failures, a spent quota. So they
are judged after a cycle has ended, however it ended, and every minute besides, because silence makes no event.
"""

from collections.abc import Iterable

from ..rules.rule import Rule
from ..store import Store, polls, sources
from ..store.sources import Source
from .calm import tell
from .context import Context
from .evaluate import Outcome, evaluate

ABOUT = frozenset({"source"})


def judge_source(store: Store, source: Source, rules: Iterable[Rule], now: int) -> tuple[Outcome, int]:
    """Judge one source; what the evaluation changed, and how many messages were put into the outbox."""
    rules = tuple(rules)
    if not any(rule.on in ABOUT for rule in rules):
        return Outcome(), 0
    with store.write():
        outcome = evaluate(store, source, rules, now, about=ABOUT)
        return outcome, tell(store, source, rules, now=now)


def judge_sources(context: Context) -> int:
    """Judge every source; returns how many messages were put into the outbox."""
    store, now = context.store, context.now()
    rules = context.rules.book(now).rules
    every = [source for source in sources.list_sources(store) if not _untried(store, source, now)]
    return sum(judge_source(store, source, rules, now)[1] for source in every)


def _untried(store: Store, source: Source, now: int) -> bool:
    """Whether a reading is due and was not tried yet, and the one before was good: after a stop, or a sleep.

    Then it was alertd that was silent; what the source has to say is known in a moment.
    """
    state = polls.lanes(store, source.id).get("sweep")
    return state is not None and not state["failures"] and not state["stopped"] and state["next_due_at"] <= now
