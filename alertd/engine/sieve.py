"""Which of many rules hold for anything at all: one reading of the rows for up to sixty of them.

Most rules hold for nothing most of the time. Only those that do are then asked what exactly they found, by `finding`;
nothing is judged or written here.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import structlog

from ..rules.rule import Rule
from ..store.evaluation import SIFTED_AT_ONCE
from . import finding
from .finding import SIFTED, Scope, Sifted, View

log = structlog.get_logger()
RuleTurn = tuple[Rule, Scope, Sifted | None]
"""A rule, how much it looks at, and what the sieve says; None where it was not sifted."""


def turns(view: View, looking: Iterable[tuple[Rule, Scope]]) -> Iterator[RuleTurn]:
    """Each rule once, those that look at the same rows together.

    What was sifted is kept until the next few are: deal with each before asking for the next.
    """
    together: dict[tuple[str, Scope], list[Rule]] = {}
    for rule, scope in looking:
        together.setdefault((rule.on, scope), []).append(rule)
    for (on, scope), rules in together.items():
        waiting = iter(rules)
        while some := list(islice(waiting, SIFTED_AT_ONCE)):
            marks = _sift(view, some, scope) if on in SIFTED else [None] * len(some)
            yield from ((rule, scope, mark) for rule, mark in zip(some, marks, strict=True))


def _sift(view: View, rules: Sequence[Rule], scope: Scope) -> Sequence[Sifted | None]:
    """Where each rule stands. One that the database cannot run leaves all of them to be asked one by one."""
    if len(rules) == 1:
        return [None]
    try:
        held = finding.sift(view, rules, scope)
    except sqlite3.OperationalError as fault:
        log.debug("rules are asked one by one", error=str(fault))
        return [None] * len(rules)
    return [Sifted(place, holds=bool(held >> place & 1)) for place in range(len(rules))]
