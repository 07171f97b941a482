"""People who may sign in, the one-time link that lets the first one in, and failed tries.

A link is kept as a digest only: a copy of the database opens no door.
"""

import hashlib
import secrets
from dataclasses import dataclass

from .. import people
from ..errors import UsageTrouble
from ..folding import fold
from .db import Row, Store

LINK_LIFE = 24 * 3_600_000
FAILURE_WINDOW = 10 * 60_000
TRIES_A_NAME = 6
TRIES_AN_ADDRESS = 20

_COLUMNS = "id, name, role, password, language, generation, created_at, last_seen_at"


@dataclass(frozen=True, slots=True)
class User:
    """One person. `generation` grows with every new password, and sessions of an older generation end."""

    id: int
    name: str
    role: str
    password: str
    language: str | None
    generation: int
    created_at: int
    last_seen_at: int | None


def add_user(store: Store, name: str, password: str, role: str, now: int, language: str | None = None) -> User:
    """Let a person in. Raises UsageTrouble for a name that is taken or unusable, a short password, an unknown role."""
    kept = people.check_name(name)
    people.check_role(role)
    people.check_language(language)
    hashed = people.hash_password(people.check_password(password))
    with store.write():
        if find_user(store, kept) is not None:
            raise UsageTrouble(f"There is already a user called '{kept}'; choose another name.")
        key = store.execute(
            "INSERT INTO user (name, role, password, language, created_at) VALUES (?, ?, ?, ?, ?)",
            (kept, role, hashed, language, now),
        ).lastrowid
    return User(key or 0, kept, role, hashed, language, 1, now, None)


def list_users(store: Store) -> list[User]:
    """Everybody, by name."""
    return [User(**row) for row in store.rows(f"SELECT {_COLUMNS} FROM user ORDER BY name")]


def find_user(store: Store, name: str) -> User | None:
    """The user of that name, without regard to case and accents."""
    return _user(store.row(f"SELECT {_COLUMNS} FROM user WHERE fold(name) = ?", (fold(name.strip()),)))


def user_by_id(store: Store, key: int) -> User | None:
    """The user a session speaks of."""
    return _user(store.row(f"SELECT {_COLUMNS} FROM user WHERE id = ?", (key,)))


def anybody(store: Store) -> bool:
    """May anyone sign in yet?"""
    return store.value("SELECT 1 FROM user LIMIT 1") is not None


def set_password(store: Store, name: str, password: str, now: int) -> None:
    """Give a user a new password and end their sessions. Raises UsageTrouble for an unknown name, a short password."""
    hashed = people.hash_password(people.check_password(password))
    with store.write():
        user = _known(store, name)
        store.execute("UPDATE user SET password = ?, generation = generation + 1 WHERE id = ?", (hashed, user.id))
        store.execute("DELETE FROM sign_in_failure WHERE who = ? OR at < ?", (_name(user.name), now - FAILURE_WINDOW))


def set_role(store: Store, name: str, role: str) -> None:
    """Let a person do more, or less. Raises UsageTrouble for an unknown name or role, and the last administrator."""
    people.check_role(role)
    with store.write():
        user = _known(store, name)
        if user.role == "admin" and role != "admin":
            _keep_an_administrator(store, user)
        store.execute("UPDATE user SET role = ? WHERE id = ?", (role, user.id))


def set_language(store: Store, key: int, language: str) -> None:
    """Remember the language a user reads. Raises UsageTrouble for one the page does not speak."""
    store.execute("UPDATE user SET language = ? WHERE id = ?", (people.check_language(language), key))


def seen(store: Store, key: int, now: int) -> None:
    """Note that a user signed in."""
    store.execute("UPDATE user SET last_seen_at = ? WHERE id = ?", (now, key))


def remove_user(store: Store, name: str) -> None:
    """Take a person's access away. Raises UsageTrouble for an unknown name and for the last administrator."""
    with store.write():
        user = _known(store, name)
        if user.role == "admin":
            _keep_an_administrator(store, user)
        store.execute("DELETE FROM user WHERE id = ?", (user.id,))


def _keep_an_administrator(store: Store, user: User) -> None:
    if not store.value("SELECT count(*) FROM user WHERE role = 'admin' AND id <> ?", (user.id,)):
        raise UsageTrouble(f"'{user.name}' is the last administrator; add another one first.")


def make_setup_link(store: Store, now: int) -> str:
    """The token of a fresh one-time link. Links made before stop working: only the newest is in somebody's hands."""
    token = secrets.token_urlsafe(32)
    with store.write():
        store.execute("DELETE FROM setup_link")
        store.execute("INSERT INTO setup_link VALUES (?, ?, ?)", (_digest(token), now, now + LINK_LIFE))
    return token


def setup_link_open(store: Store, token: str, now: int) -> bool:
    """Would this link still let somebody in?"""
    found = store.value("SELECT 1 FROM setup_link WHERE digest = ? AND expires_at > ?", (_digest(token), now))
    return found is not None


def use_setup_link(
    store: Store, token: str, name: str, password: str, now: int, language: str | None = None
) -> User | None:
    """Make the administrator whom the link lets in; None when it was used, is too old or never existed.

    Raises UsageTrouble, and leaves the link usable, when the name or the password will not do.
    """
    if not setup_link_open(store, token, now):
        return None
    with store.write():
        spent = store.execute("DELETE FROM setup_link WHERE digest = ? AND expires_at > ?", (_digest(token), now))
        if not spent.rowcount:
            return None
        return add_user(store, name, password, "admin", now, language)


def begin_try(store: Store, name: str, address: str, now: int) -> int | None:
    """Count one try to sign in, before the password is looked at; the moment to come back at when there were too many.

    Counted first, so that many tries at once cannot slip through between the look and the count.
    """
    with store.write():
        store.execute("DELETE FROM sign_in_failure WHERE at <= ?", (now - FAILURE_WINDOW,))
        limits = ((_name(name), TRIES_A_NAME), (_address(address), TRIES_AN_ADDRESS))
        waits = [at for who, limit in limits if (at := _full_until(store, who, limit)) is not None]
        if waits:
            return max(waits)
        store.connection.executemany(
            "INSERT INTO sign_in_failure (who, at) VALUES (?, ?)", [(who, now) for who, _ in limits]
        )
    return None


def forgive_tries(store: Store, name: str, address: str, now: int) -> None:
    """The password was right: forget the name's failures and this one try of the address."""
    with store.write():
        store.execute("DELETE FROM sign_in_failure WHERE who = ?", (_name(name),))
        store.execute(
            "DELETE FROM sign_in_failure WHERE id = (SELECT max(id) FROM sign_in_failure WHERE who = ? AND at = ?)",
            (_address(address), now),
        )


def _full_until(store: Store, who: str, limit: int) -> int | None:
    """When the oldest try that counts will have been forgotten; None while there is room for one more."""
    at: int | None = store.value(
        "SELECT at FROM sign_in_failure WHERE who = ? ORDER BY at DESC LIMIT 1 OFFSET ?", (who, limit - 1)
    )
    return None if at is None else at + FAILURE_WINDOW


def _known(store: Store, name: str) -> User:
    user = find_user(store, name)
    if user is None:
        raise UsageTrouble(f"There is no user called '{name}'; see 'alertd user list'.")
    return user


def _user(row: Row | None) -> User | None:
    return None if row is None else User(**row)


def _name(name: str) -> str:
    """Who tried, as it is counted: a digest, because people type passwords into the name field by mistake."""
    return "name:" + _digest(fold(name.strip()) or "")[:32]


def _address(address: str) -> str:
    return "address:" + address


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
