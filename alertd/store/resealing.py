"""Put everything that is sealed under another secret key: all of it, or nothing.

What is sealed is told by how it begins, in whatever table it stands, so that a secret kept later is not forgotten here.
"""

import msgspec

from ..errors import Trouble
from ..vault import SEALED, Vault
from .db import Store

_BEGINS = f"typeof({{column}}) = 'blob' AND substr({{column}}, 1, {len(SEALED)}) = x'{SEALED.hex()}'"


def reseal(store: Store, old: Vault, new: Vault) -> int:
    """Open with the old keys and seal with the new one. Returns how many secrets.

    Raises Trouble, and changes nothing, where one of them was sealed under neither.
    """
    with store.write() as connection:
        _move_budgets(store, old, new)
        faults: list[Trouble] = []
        connection.create_function("reseal", 1, lambda sealed: _resealed(sealed, old, new, faults))
        count = 0
        for table, column in _places(store):
            count += connection.execute(
                f'UPDATE "{table}" SET "{column}" = reseal("{column}") WHERE ' + _BEGINS.format(column=f'"{column}"')
            ).rowcount
        if faults:
            raise faults[0]
    return count


def _resealed(sealed: bytes, old: Vault, new: Vault, faults: list[Trouble]) -> bytes:
    try:
        return new.seal(old.open(sealed))
    except Trouble as trouble:
        # A fault inside a function of SQL loses its words; it is raised when the statement is over.
        faults.append(trouble)
        return sealed


def _places(store: Store) -> list[tuple[str, str]]:
    """Every column that could hold bytes."""
    rows = store.execute(
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.type IN ('BLOB', 'ANY') ORDER BY 1, 2"
    )
    return [(table, column) for table, column in rows]


def _move_budgets(store: Store, old: Vault, new: Vault) -> None:
    """The calls of this hour are counted under a digest of each key, which is another one now."""
    for key, kind, base_url, sealed, budget_key in store.execute(
        "SELECT id, kind, base_url, credentials, budget_key FROM source"
    ).fetchall():
        secrets = msgspec.json.decode(old.open(sealed), type=dict[str, str])
        moved = new.digest(f"{kind} {base_url} {secrets.get('api_key', '')}")
        store.execute("UPDATE source SET budget_key = ? WHERE id = ?", (moved, key))
        store.execute("UPDATE OR REPLACE budget SET budget_key = ? WHERE budget_key = ?", (moved, budget_key))
