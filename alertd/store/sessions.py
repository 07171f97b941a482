"""Who is signed in, and where. A session is a row, so that signing out ends it wherever its cookie was copied to.

The cookie carries a token and the row its digest: a copy of the database opens no door.
"""

import hashlib
import secrets
from dataclasses import dataclass

from .db import Store

LIFE = 30 * 86_400_000
# Being seen is written down this often at most: reading a page should not write.
SEEN_EVERY = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that somebody is signed in with."""

    digest: str
    user_id: int
    created_at: int
    last_seen_at: int
    address: str
    agent: str


_COLUMNS = "digest, user_id, created_at, last_seen_at, address, agent"


def begin(store: Store, user_id: int, *, address: str, agent: str, now: int) -> str:
    """The token of a new session; those that ran out are forgotten."""
    token = secrets.token_urlsafe(32)
    with store.write():
        store.execute("DELETE FROM web_session WHERE last_seen_at <= ?", (now - LIFE,))
        store.execute(
            "INSERT INTO web_session VALUES (?, ?, ?, ?, ?, ?)",
            (_digest(token), user_id, now, now, address[:64], agent[:200]),
        )
    return token


def find(store: Store, token: str, now: int) -> Session | None:
    """The session of a token, unless it was ended or ran out."""
    row = store.row(
        f"SELECT {_COLUMNS} FROM web_session WHERE digest = ? AND last_seen_at > ?", (_digest(token), now - LIFE)
    )
    return None if row is None else Session(**row)


def seen(store: Store, session: Session, now: int) -> bool:
    """Note that the session is in use. Returns whether that was written down, which is not done for every page."""
    if now - session.last_seen_at < SEEN_EVERY:
        return False
    store.execute("UPDATE web_session SET last_seen_at = ? WHERE digest = ?", (now, session.digest))
    return True


def end(store: Store, digest: str) -> None:
    """Sign one browser out."""
    store.execute("DELETE FROM web_session WHERE digest = ?", (digest,))


def end_all(store: Store, user_id: int, besides: str | None = None) -> int:
    """Sign a person out everywhere, or everywhere else. Returns how many sessions ended."""
    return store.execute("DELETE FROM web_session WHERE user_id = ? AND digest IS NOT ?", (user_id, besides)).rowcount


def of_user(store: Store, user_id: int, now: int) -> list[Session]:
    """Where a person is signed in, the last used first."""
    rows = store.rows(
        f"SELECT {_COLUMNS} FROM web_session WHERE user_id = ? AND last_seen_at > ? ORDER BY last_seen_at DESC, digest",
        (user_id, now - LIFE),
    )
    return [Session(**row) for row in rows]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
