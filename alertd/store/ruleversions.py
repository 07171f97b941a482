"""What a rule said before: its text each time somebody saved it on the page, and what was found on disk meanwhile.

The files stay the truth; these rows are for reading back and for undoing.
"""

from dataclasses import dataclass

from .db import Store

KEPT = 200
"""Versions of one rule; older ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as it was from then on. `what` is created, saved, renamed, switched, restored, removed or found (on disk).

    `was` is the name it had before, where it was renamed.
    """

    id: int
    rule: str
    at: int
    who: str
    what: str
    was: str | None
    file: str
    text: str


_COLUMNS = "id, rule, at, who, what, was, file, text"


def add(store: Store, rule: str, text: str, *, who: str, what: str, file: str, now: int, was: str | None = None) -> int:
    """Keep a version; joins the caller's transaction. A renamed rule takes its earlier versions with it."""
    with store.write():
        if was is not None:
            store.execute("UPDATE rule_version SET rule = ? WHERE rule = ?", (rule, was))
        key = store.execute(
            "INSERT INTO rule_version (rule, at, who, what, was, file, text) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (rule, now, who, what, was, file, text),
        ).lastrowid
        store.execute(
            "DELETE FROM rule_version WHERE rule = ?1 AND id <= (SELECT id FROM rule_version WHERE rule = ?1"
            " ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            (rule, KEPT),
        )
    return int(key or 0)


def forget(store: Store, key: int) -> None:
    """Take a version back that could not be written to its file; a rename is undone with it."""
    with store.write():
        version = one(store, key)
        store.execute("DELETE FROM rule_version WHERE id = ?", (key,))
        if version is not None and version.was is not None:
            store.execute("UPDATE rule_version SET rule = ? WHERE rule = ?", (version.was, version.rule))


def of_rule(store: Store, rule: str, limit: int = 50) -> list[Version]:
    """The versions of a rule, newest first."""
    rows = store.rows(f"SELECT {_COLUMNS} FROM rule_version WHERE rule = ? ORDER BY id DESC LIMIT ?", (rule, limit))
    return [Version(**row) for row in rows]


def one(store: Store, key: int) -> Version | None:
    """One version."""
    row = store.row(f"SELECT {_COLUMNS} FROM rule_version WHERE id = ?", (key,))
    return None if row is None else Version(**row)


def newest(store: Store) -> dict[str, Version]:
    """The last version of every rule, by its name."""
    rows = store.rows(
        f"SELECT {_COLUMNS} FROM rule_version WHERE id IN (SELECT max(id) FROM rule_version GROUP BY rule)"
    )
    return {row["rule"]: Version(**row) for row in rows}


def renames(store: Store) -> dict[str, str]:
    """Old names and the new ones they were given on the page."""
    rows = store.execute("SELECT was, rule FROM rule_version WHERE was IS NOT NULL ORDER BY id")
    return {row[0]: row[1] for row in rows}
