"""The last good text of every rule, so that a broken file does not end what it watches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from ..model import Subject
from .db import Row, Store


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


@dataclass(frozen=True, slots=True)
class Looked:
    """When a rule last looked at a source, and on what: what has not moved since then need not be looked at again."""

    digest: str
    at: int
    basis: str
    movement_id: int
    snapshot_before_at: int | None
    failures: int = 0


def last_looks(store: Store, source_id: int) -> dict[str, Looked]:
    """By rule, its last evaluation on this source."""
    rows = store.execute(
        "SELECT rule, digest, at, basis, movement_id, snapshot_before_at, failures FROM rule_evaluation"
        " WHERE source_id = ?",
        (source_id,),
    )
    return {row[0]: Looked(*row[1:]) for row in rows}


def note_looks(store: Store, source_id: int, looks: Iterable[tuple[str, Looked]]) -> None:
    """Rules looked at the source; in the transaction of what they found."""
    store.connection.executemany(
        "INSERT OR REPLACE INTO rule_evaluation (rule, source_id, digest, at, basis, movement_id, snapshot_before_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (rule, source_id, each.digest, each.at, each.basis, each.movement_id, each.snapshot_before_at)
            for rule, each in looks
        ],
    )


def note_failure(store: Store, source_id: int, rule: str, error: str, now: int) -> None:
    """A rule could not be run; its next evaluation looks at everything again."""
    store.execute(
        "INSERT INTO rule_evaluation (rule, source_id, digest, at, basis, movement_id, failures, error, failed_at)"
        " VALUES (?1, ?2, '', ?4, '', 0, 1, ?3, ?4) ON CONFLICT (rule, source_id) DO UPDATE SET digest = '',"
        " failures = failures + 1, error = ?3, failed_at = ?4",
        (rule, source_id, error, now),
    )


def forget_looks(store: Store, source_id: int, rules: Iterable[str]) -> None:
    """Rules that were removed or switched off: whoever brings them back starts by looking at everything."""
    store.connection.executemany(
        "DELETE FROM rule_evaluation WHERE source_id = ? AND rule = ?", [(source_id, rule) for rule in rules]
    )


def failing(store: Store) -> list[Row]:
    """The rules whose last evaluation failed: rule, source, how often in a row, why and when."""
    return store.rows(
        "SELECT e.rule, s.name AS source, e.failures, e.error, e.failed_at FROM rule_evaluation e"
        " JOIN source s ON s.id = e.source_id WHERE e.failures > 0 ORDER BY e.rule, s.name"
    )


def carry_over(store: Store, old: str, new: str, fingerprint: Callable[[str, str, Subject], str]) -> int:
    """A rule has another name now: its open alerts move with it, and what it looked at. Returns how many moved.

    An alert whose new fingerprint is taken, because there was a rule of that name long ago, keeps its old one.
    """
    with store.write():
        rows = store.execute(
            "SELECT a.id, a.subject, s.name FROM alert a JOIN source s ON s.id = a.source_id"
            " WHERE a.rule = ? AND a.state <> 'resolved'",
            (old,),
        ).fetchall()
        for key, subject, source in rows:
            mark = fingerprint(new, source, msgspec.json.decode(subject, type=Subject))
            store.execute("UPDATE alert SET rule = ? WHERE id = ?", (new, key))
            store.execute("UPDATE OR IGNORE alert SET fingerprint = ? WHERE id = ?", (mark, key))
        store.execute("DELETE FROM rule_evaluation WHERE rule = ?", (old,))
    return len(rows)
