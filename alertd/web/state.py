"""How the page asks for the state of a level: by the expression that rules, exports and messages use too."""

from ..rules.state import STATES, state_sql
from ..store.pages import State

DAY = 86_400_000

# From the one that needs a person most to the one that needs nobody.
WORST_FIRST = ("negative", "out", "low", "over", "unknown", "ok")
assert set(WORST_FIRST) == set(STATES)  # noqa: S101 - a state without a rank would break the list when it first occurs

_SQL = state_sql()


def state_at(now: int) -> State:
    """The expression and the day it is asked on.

    The age of the data does not make a level unknown here: every source says on the first page how old its data is. The
    day is that of UTC, which no shop west of Greenwich has passed yet, so that today's sales count.
    """
    return State(_SQL, today=now // DAY, fresh_since=None)


def worst(states: list[str]) -> str:
    """The state that speaks for several levels; of none it is unknown."""
    return min(states, key=WORST_FIRST.index, default="unknown")
