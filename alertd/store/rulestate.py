"""The last good text of every rule, so that a broken file does not end what it watches."""

from collections.abc import Iterable
from dataclasses import dataclass

from .db import Store


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule as it was when it last passed its checks."""

    rule: str
    file: str
    text: str


def remembered(store: Store) -> list[RuleState]:
    """Every rule that was good when it was last read, by name."""
    return [RuleState(*row) for row in store.execute("SELECT rule, file, text FROM rule_state ORDER BY rule")]


def remember(store: Store, good: Iterable[tuple[str, str, str, str]], kept: set[str], now: int) -> None:
    """Keep the good rules (name, file, text, digest), leave those in `kept` as they are, forget the rest.

    Writes only what differs: this runs in every cycle.
    """
    before = {row[0]: row[1:] for row in store.execute("SELECT rule, file, text, digest FROM rule_state")}
    good = list(good)
    changed = [row for row in good if before.get(row[0]) != row[1:]]
    removed = set(before) - {row[0] for row in good} - kept
    if not changed and not removed:
        return
    with store.write() as connection:
        connection.executemany(
            "INSERT INTO rule_state VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (rule) DO UPDATE SET"
            " file = ?2, text = ?3, digest = ?4, seen_at = ?5",
            [(*row, now) for row in changed],
        )
        connection.executemany("DELETE FROM rule_state WHERE rule = ?", [(name,) for name in removed])
