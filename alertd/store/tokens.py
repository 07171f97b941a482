"""Tokens of the JSON API: who may call it, to read or to write, and until when.

A token is shown once, when it is made; the row holds its digest, so a copy of the database opens no door.
"""

import hashlib
import re
import secrets
import sqlite3
from dataclasses import dataclass

from ..errors import UsageTrouble
from .db import Row, Store

SCOPES = ("read", "write")
PREFIX = "alertd_"
# Being used is written down this often at most: answering a question should not write.
SEEN_EVERY = 60_000
LONGEST_LIFE = 10 * 365 * 86_400_000

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_COLUMNS = "id, name, scope, created_at, created_by, expires_at, last_used_at"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token once it was shown. `expires_at` None: it is good until it is removed."""

    id: int
    name: str
    scope: str
    created_at: int
    created_by: str | None
    expires_at: int | None
    last_used_at: int | None

    def over(self, now: int) -> bool:
        """Whether it has run out."""
        return self.expires_at is not None and now >= self.expires_at

    @property
    def who(self) -> str:
        """How it is named where somebody is named: in the change log, and on what it acknowledged."""
        return f"token {self.name}"


def add(
    store: Store, name: str, *, scope: str = "read", life: int | None = None, by: str | None = None, now: int
) -> tuple[Token, str]:
    """A new token and its text, which is not kept. Raises UsageTrouble for a name, scope or life that cannot be."""
    _check(name, scope, life)
    text = PREFIX + secrets.token_urlsafe(32)
    try:
        key = store.execute(
            "INSERT INTO api_token (name, digest, scope, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
            (name, _digest(text), scope, now, by, None if life is None else now + life),
        ).lastrowid
    except sqlite3.IntegrityError:
        raise UsageTrouble(f"There is a token called '{name}' already; choose another name or remove it.") from None
    found = by_id(store, int(key or 0))
    assert found is not None  # noqa: S101 - an INSERT that did not raise has a row
    return found, text


def _check(name: str, scope: str, life: int | None) -> None:
    if not _NAME.fullmatch(name):
        raise UsageTrouble(f"'{name}' cannot name a token; use small letters, digits and '-', like hoja-de-compras.")
    if scope not in SCOPES:
        raise UsageTrouble(f"There is no scope '{scope}'; choose read or write.")
    if life is not None and not 0 < life <= LONGEST_LIFE:
        raise UsageTrouble("A token lives from a second to ten years; leave the time out for one that does not end.")


def holder(store: Store, text: str) -> Token | None:
    """The token of this text, also one that has run out; None for what is none."""
    if not text.startswith(PREFIX):
        return None
    return _token(store.row(f"SELECT {_COLUMNS} FROM api_token WHERE digest = ?", (_digest(text),)))


def used(store: Store, token: Token, now: int) -> None:
    """Note that a token was used."""
    if token.last_used_at is None or abs(now - token.last_used_at) >= SEEN_EVERY:
        store.execute("UPDATE api_token SET last_used_at = ? WHERE id = ?", (now, token.id))


def all_tokens(store: Store) -> list[Token]:
    """Every token, by name."""
    return [Token(**row) for row in store.rows(f"SELECT {_COLUMNS} FROM api_token ORDER BY name")]


def by_id(store: Store, key: int) -> Token | None:
    """The token of that number."""
    return _token(store.row(f"SELECT {_COLUMNS} FROM api_token WHERE id = ?", (key,)) if key < 2**63 else None)


def remove(store: Store, name: str) -> Token:
    """Take a token back; it is refused from now on. Raises UsageTrouble where there is none of that name."""
    row = store.row(f"DELETE FROM api_token WHERE name = ? RETURNING {_COLUMNS}", (name,))
    if row is None:
        raise UsageTrouble(f"There is no token called '{name}'; 'alertd token list' shows them.")
    return Token(**row)


def _token(row: Row | None) -> Token | None:
    return None if row is None else Token(**row)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
