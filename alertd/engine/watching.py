"""Hold the rules about the connected systems themselves against how their polls went.

Rules about stock are held against what was read. These speak of what was not: silence, failures, a spent quota. So they
are judged after a cycle has ended, however it ended, and every minute besides, because silence makes no event.
"""

from collections.abc import Iterable

from ..rules.rule import Rule
from ..store import Store, sources
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
    return sum(judge_source(store, source, rules, now)[1] for source in sources.list_sources(store))
