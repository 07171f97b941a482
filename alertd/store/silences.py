"""Silences as rows. What one holds is decided in `alertd.alerts.silence`."""

from collections.abc import Mapping

import msgspec

from ..alerts.silence import Silence
from ..errors import UsageTrouble
from .db import Row, Store

_COLUMNS = "id, matchers, comment, created_by, created_at, starts_at, ends_at"


def add(
    store: Store,
    matchers: Mapping[str, str],
    *,
    comment: str,
    now: int,
    ends_at: int,
    starts_at: int | None = None,
    by: str | None = None,
) -> Silence:
    """Keep a new silence."""
    with store.write() as connection:
        key = connection.execute(
            "INSERT INTO silence (matchers, comment, created_by, created_at, starts_at, ends_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (msgspec.json.encode(dict(matchers)).decode(), comment, by, now, starts_at or now, ends_at),
        ).lastrowid
    return get(store, int(key or 0))


def get(store: Store, key: int) -> Silence:
    """The silence of that number. Raises UsageTrouble where there is none."""
    row = store.row(f"SELECT {_COLUMNS} FROM silence WHERE id = ?", (key,)) if 0 < key < 2**63 else None
    if row is None:
        raise UsageTrouble(f"There is no silence with the number {key}; 'alertd silence list' shows them.")
    return _silence(row)


def not_over(store: Store, now: int) -> list[Silence]:
    """The silences that hold now or will, the next to end first."""
    rows = store.rows(f"SELECT {_COLUMNS} FROM silence WHERE ends_at > ? ORDER BY ends_at, id", (now,))
    return [_silence(row) for row in rows]


def active(store: Store, now: int) -> list[Silence]:
    """The silences that hold now."""
    return [silence for silence in not_over(store, now) if silence.state(now) == "active"]


def recent(store: Store, limit: int = 100) -> list[Silence]:
    """Every silence, ended ones too, the newest first."""
    return [_silence(row) for row in store.rows(f"SELECT {_COLUMNS} FROM silence ORDER BY id DESC LIMIT ?", (limit,))]


def end(store: Store, key: int, now: int) -> Silence:
    """Let a silence end now; one that is over already stays as it is. Raises UsageTrouble where there is none."""
    found = get(store, key)
    with store.write() as connection:
        connection.execute(
            "UPDATE silence SET ends_at = ?1, starts_at = min(starts_at, ?1) WHERE id = ?2 AND ends_at > ?1", (now, key)
        )
    return found


def _silence(row: Row) -> Silence:
    return Silence(**{**row, "matchers": msgspec.json.decode(row["matchers"], type=dict[str, str])})
