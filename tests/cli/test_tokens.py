"""`alertd token`: made once and shown once, listed without its secret, and taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertd.store.db import open_store

Run = Callable[..., Any]


def test_a_token_is_shown_once_and_kept_as_a_digest(alertd: Run, home: Path) -> None:
    """Standard output carries the token alone, so that a script can keep it."""
    made = alertd("token", "add", "hoja", "--scope", "write", "--expires", "90d")
    text = made.out.strip()
    assert (made.status, text.startswith("alertd_"), len(made.out.splitlines())) == (0, True, 1)
    listed = alertd("token", "list", "--json").json["tokens"]
    assert [(each["name"], each["scope"], each["last_used_at"]) for each in listed] == [("hoja", "write", None)]
    store = open_store(home / "alertd.db")
    dump = "\n".join(store.connection.iterdump())
    store.close()
    assert text not in dump
    assert "token.added" in dump


def test_a_token_is_taken_back(alertd: Run) -> None:
    """Then it is not listed any more."""
    alertd("token", "add", "hoja")
    assert alertd("token", "remove", "hoja").status == 0
    assert alertd("token", "list", "--json").json == {"tokens": []}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("add", "Hoja de compras"), "small letters"),
        (("add", "hoja", "--scope", "all"), "scope"),
        (("add", "hoja", "--expires", "soon"), "duration"),
        (("add", "hoja", "--expires", "9999999d"), "ten years"),
        (("remove", "nobody"), "no token called"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(alertd: Run, arguments: tuple[str, ...], word: str) -> None:
    """Wrong usage: exit status 2, and what to write instead."""
    done = alertd("token", *arguments)
    assert (done.status, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert word in done.err


def test_a_name_is_given_once(alertd: Run) -> None:
    """Two programs with one name could not be told apart in the change log."""
    alertd("token", "add", "hoja")
    again = alertd("token", "add", "hoja")
    assert (again.status, "already" in again.err) == (2, True)
