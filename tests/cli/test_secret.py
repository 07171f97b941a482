"""`alertd secret rotate`: the new key opens everything, the old one nothing, and nothing is lost on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertd.errors import Trouble
from alertd.settings import keep_keys, read_settings
from alertd.store import budget, channels, sources
from alertd.store.db import Store, open_store
from alertd.store.resealing import reseal
from alertd.vault import SEALED, Vault

Run = Callable[..., Any]


def _key(home: Path) -> str:
    return (home / "secret-key").read_text()


def _secrets(home: Path, vault: Vault) -> tuple[dict[str, str], str | None]:
    """The key of the shop and the address of the channel, as this vault opens them."""
    store = open_store(home / "alertd.db")
    try:
        channel = channels.get(store, "gancho")
        return sources.get_source(store, "tienda").secrets(vault), channels.address(store, vault, channel.id)
    finally:
        store.close()


def test_the_new_key_opens_all_and_the_old_one_nothing(furnished: Run, home: Path) -> None:
    """A key that leaked is worth nothing on tomorrow's copy of the database."""
    old = _key(home)
    before = _secrets(home, Vault(old))
    done = furnished("secret", "rotate")
    assert (done.status, "2 secrets" in done.err, "Restart" in done.err) == (0, True, True)
    new = _key(home)
    assert new != old
    assert oct((home / "secret-key").stat().st_mode & 0o777) == "0o600"
    assert _secrets(home, Vault(new)) == before
    with pytest.raises(Trouble, match="another secret key"):
        _secrets(home, Vault(old))


def test_no_table_keeps_anything_under_the_old_key(furnished: Run, home: Path) -> None:
    """Every column of every table is looked at, also one that is added later."""
    old = Vault(_key(home))
    furnished("secret", "rotate")
    new = Vault(_key(home))
    store = open_store(home / "alertd.db")
    found = 0
    for table in [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]:
        for row in store.execute(f'SELECT * FROM "{table}"'):
            for value in row:
                raw = value.encode() if isinstance(value, str) else value
                if isinstance(raw, bytes) and raw.startswith(SEALED):
                    found += 1
                    new.open(raw)
                    with pytest.raises(Trouble):
                        old.open(raw)
    store.close()
    assert found == 2


def test_a_server_that_runs_follows(furnished: Run, home: Path) -> None:
    """It opens what is sealed anew without a restart, and seals under the new key itself."""
    settings = read_settings({"ALERTD_HOME": str(home)})
    running = Vault(keys=lambda: tuple(_key(home).split()))
    before = _secrets(home, running)
    furnished("secret", "rotate")
    assert _secrets(home, running) == before
    assert Vault(_key(home)).open(running.seal(b"later")) == b"later"
    assert settings.secret_key is None


def test_a_rotation_that_was_cut_off_lost_nothing(furnished: Run, home: Path) -> None:
    """Killed after the new key was written and before anything was sealed: both open, and the next one ends it."""
    old, settings = _key(home), read_settings({"ALERTD_HOME": str(home)})
    before = _secrets(home, Vault(old))
    keep_keys(settings, ("half", old))
    assert furnished("source", "list").status == 0
    assert _secrets(home, Vault("half", old)) == before
    assert furnished("secret", "rotate").status == 0
    assert len(_key(home).split()) == 1
    assert _secrets(home, Vault(_key(home))) == before


def test_a_key_of_the_environment_is_rotated_from_the_one_before(
    furnished: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator sets the new one and hands the old one in; without it nothing is touched."""
    old = _key(home)
    before = _secrets(home, Vault(old))
    monkeypatch.setenv("ALERTD_SECRET_KEY", "a new key of the operator")
    refused = furnished("secret", "rotate")
    assert (refused.status, "--from -" in refused.err) == (2, True)
    assert furnished("secret", "rotate", "--from", "-", stdin="not the key\n").status == 1
    assert _secrets(home, Vault(old)) == before
    assert furnished("secret", "rotate", "--from", "-", stdin=f"{old}\n").status == 0
    assert _secrets(home, Vault("a new key of the operator")) == before


def test_what_neither_key_opens_stops_it_before_anything_changed(furnished: Run, home: Path) -> None:
    """All or nothing, and both keys stay on disk."""
    old = _key(home)
    store = open_store(home / "alertd.db")
    store.execute("UPDATE channel SET url = ?", (Vault("a stranger").seal(b"json://x"),))
    store.close()
    done = furnished("secret", "rotate")
    assert (done.status, "another secret key" in done.err) == (1, True)
    assert old in _key(home).split()
    store = open_store(home / "alertd.db")
    assert sources.get_source(store, "tienda").secrets(Vault(old)) == {"api_key": "k"}
    store.close()


def test_the_calls_of_this_hour_stay_counted(tmp_path: Path) -> None:
    """Else a rotation would give the key a second quota, and the server would refuse it."""
    store: Store = open_store(tmp_path / "alertd.db")
    old, new = Vault("old"), Vault("new")
    kept = sources.add_source(
        store, old, name="a", kind="smartpyme", base_url="https://erp.example/", secrets={"api_key": "k"},
        timezone="UTC", every=300, sweep_every=None, now=0,
    )  # fmt: skip
    for _ in range(7):
        budget.take(store, kept.budget_key, 0, limit=1000)
    reseal(store, old, new)
    moved = sources.get_source(store, "a")
    assert moved.budget_key == new.digest("smartpyme https://erp.example/ k")
    assert budget.used(store, moved.budget_key, 0) == 7
    store.close()


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    """Nobody ever reads half a key, and no copy is left beside it."""
    settings = read_settings({"ALERTD_HOME": str(tmp_path)})
    keep_keys(settings, ("one", "two"))
    keep_keys(settings, ("three",))
    assert [each.name for each in tmp_path.iterdir()] == ["secret-key"]
    assert (tmp_path / "secret-key").read_text() == "three"
