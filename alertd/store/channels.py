"""Channels: where messages go. The address is sealed, because most addresses are secrets; only a masked form is shown.

Whether an address is any good is not judged here; `alertd.notify` does that before it calls `add`.
"""

import re
import sqlite3

import msgspec

from ..errors import UsageTrouble
from ..vault import Vault
from . import told
from .db import Row, Store

LANGUAGES = ("es", "pt", "en")
_NAME = re.compile(r"[a-z0-9-]+")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_COLUMNS = "id, name, service, masked_url, language, digest, created_at"


class Channel(msgspec.Struct, frozen=True):
    """One way to reach people. `digest` is a time of day such as 08:00, or None for messages as they happen."""

    id: int
    name: str
    service: str
    masked_url: str
    language: str
    digest: str | None
    created_at: int


def add(
    store: Store,
    vault: Vault,
    *,
    name: str,
    url: str,
    service: str,
    masked_url: str,
    now: int,
    language: str = "es",
    digest: str | None = None,
    fenced: bool = False,
) -> Channel:
    """Keep a new channel. Raises UsageTrouble for a name that is taken or a value that cannot be.

    `fenced`: its address was typed into a form, and must not lead into the server's own network.
    """
    _check(name, language, digest)
    try:
        with store.write() as connection:
            key = connection.execute(
                "INSERT INTO channel (name, service, url, masked_url, language, digest, created_at, fenced)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (name, service, vault.seal(url.encode()), masked_url, language, digest, now, fenced),
            ).lastrowid
            told.meet(store, int(key or 0))
    except sqlite3.IntegrityError:
        raise UsageTrouble(f"There is already a channel called '{name}'; remove it or choose another name.") from None
    return get(store, name)


def all_channels(store: Store) -> list[Channel]:
    """Every channel, by name."""
    return [_channel(row) for row in store.rows(f"SELECT {_COLUMNS} FROM channel ORDER BY name")]


def find(store: Store, name: str) -> Channel | None:
    """The channel of that name, or None."""
    row = store.row(f"SELECT {_COLUMNS} FROM channel WHERE name = ?", (name,))
    return None if row is None else _channel(row)


def get(store: Store, name: str) -> Channel:
    """The channel of that name. Raises UsageTrouble that lists the names there are."""
    channel = find(store, name)
    if channel is not None:
        return channel
    known = ", ".join(each.name for each in all_channels(store))
    raise UsageTrouble(
        f"There is no channel called '{name}'; "
        + (f"there are: {known}." if known else "add one with 'alertd channel add NAME APPRISE_URL'.")
    )


def address(store: Store, vault: Vault, channel_id: int) -> str | None:
    """The channel's address in the clear, for sending only; None when the channel is gone.

    Raises Trouble when it was sealed under another secret key.
    """
    sealed = store.value("SELECT url FROM channel WHERE id = ?", (channel_id,))
    return None if sealed is None else vault.open(sealed).decode()


def is_fenced(store: Store, channel_id: int) -> bool:
    """Whether its address must not lead into the server's own network."""
    return bool(store.value("SELECT fenced FROM channel WHERE id = ?", (channel_id,)))


def remove(store: Store, name: str) -> None:
    """Forget a channel. What still waits for it will never be sent, and says so. Raises UsageTrouble when unknown."""
    channel = get(store, name)
    with store.write() as connection:
        connection.execute(
            "UPDATE message SET state = 'dead', lease_until = 0, lease_by = NULL, error = ?"
            " WHERE channel_id = ? AND state = 'waiting'",
            ("The channel was removed before this message was sent.", channel.id),
        )
        connection.execute("DELETE FROM channel WHERE id = ?", (channel.id,))


def revoke_links(store: Store, name: str, now: int) -> None:
    """Make every link that was sent to this channel until now worthless. Raises UsageTrouble when it is unknown."""
    channel = get(store, name)
    with store.write() as connection:
        connection.execute("UPDATE channel SET links_since = ? WHERE id = ?", (now, channel.id))


def _check(name: str, language: str, digest: str | None) -> None:
    if not _NAME.fullmatch(name):
        raise UsageTrouble(f"'{name}' cannot name a channel; use small letters, digits and '-', like slack-compras.")
    if language not in LANGUAGES:
        raise UsageTrouble(f"'{language}' is not a language of alertd; it may be es, pt or en.")
    if digest is not None and not _TIME_OF_DAY.fullmatch(digest):
        raise UsageTrouble(f"'{digest}' is not a time of day; write the digest like 08:00.")


def _channel(row: Row) -> Channel:
    return Channel(**row)
