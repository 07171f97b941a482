"""Connected systems: what they are called, where they are, and their sealed keys."""

import sqlite3
from dataclasses import dataclass
from typing import Any

import msgspec

from ..errors import UsageTrouble
from ..vault import Vault
from .db import Store


@dataclass(frozen=True, slots=True)
class Source:
    """A connected system. `sweep_every` is None where the planner chooses; both intervals are seconds.

    `fenced`: its address was typed into a form, and must not lead into the server's own network.
    """

    id: int
    name: str
    kind: str
    base_url: str
    credentials: bytes
    budget_key: str
    timezone: str
    every: float
    sweep_every: float | None
    company: str | None
    dialect: str | None
    snapshot_at: int | None
    fenced: bool = False

    def secrets(self, vault: Vault) -> dict[str, str]:
        """The opened credentials: `api_key`, and what else this kind of system needs."""
        return msgspec.json.decode(vault.open(self.credentials), type=dict[str, str])


_COLUMNS = (
    "id, name, kind, base_url, credentials, budget_key, timezone, every_seconds, sweep_every_seconds,"
    " company, dialect, snapshot_at, fenced"
)


def add_source(
    store: Store,
    vault: Vault,
    *,
    name: str,
    kind: str,
    base_url: str,
    secrets: dict[str, str],
    timezone: str,
    every: float,
    sweep_every: float | None,
    now: int,
    fenced: bool = False,
) -> Source:
    """Connect a system. Raises UsageTrouble for a name that is taken."""
    sealed = vault.seal(msgspec.json.encode(secrets))
    # Two sources that share a key share its hourly quota, and so one row of the budget.
    budget_key = vault.digest(f"{kind} {base_url} {secrets.get('api_key', '')}")
    try:
        with store.write():
            store.execute(
                "INSERT INTO source (name, kind, base_url, credentials, budget_key, timezone, every_seconds,"
                " sweep_every_seconds, created_at, fenced) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (name, kind, base_url, sealed, budget_key, timezone, every, sweep_every, now, fenced),
            )
    except sqlite3.IntegrityError:
        raise UsageTrouble(f"There is a source called '{name}' already; choose another name or remove it.") from None
    return get_source(store, name)


def get_source(store: Store, name: str) -> Source:
    """The source of that name. Raises UsageTrouble that lists those there are."""
    row = store.execute(f"SELECT {_COLUMNS} FROM source WHERE name = ?", (name,)).fetchone()
    if row is None:
        there = ", ".join(source.name for source in list_sources(store)) or "none yet; add one with 'alertd source add'"
        raise UsageTrouble(f"There is no source called '{name}' (there are: {there}).")
    return _source(row)


def list_sources(store: Store) -> list[Source]:
    """Every source, by name."""
    return [_source(row) for row in store.execute(f"SELECT {_COLUMNS} FROM source ORDER BY name")]


def _source(row: tuple[Any, ...]) -> Source:
    values = [*row[:-1], bool(row[-1])]
    return Source(*values)


def remove_source(store: Store, name: str) -> None:
    """Forget a source with its levels, history and alerts. Raises UsageTrouble where there is none of that name."""
    source = get_source(store, name)
    with store.write():
        store.execute("DELETE FROM source WHERE id = ?", (source.id,))


def learn(store: Store, source_id: int, *, company: str | None = None, dialect: str | None = None) -> None:
    """Keep what a poll found out about the system."""
    store.execute(
        "UPDATE source SET company = coalesce(?1, company), dialect = coalesce(?2, dialect) WHERE id = ?3"
        " AND (company IS NOT coalesce(?1, company) OR dialect IS NOT coalesce(?2, dialect))",
        (company, dialect, source_id),
    )
