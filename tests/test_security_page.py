"""The figures of docs/security.md are those of the code: a limit that was changed and is still promised is a lie."""

from pathlib import Path

import pytest

from alertd import people
from alertd.notify import own
from alertd.sheets import reading, workbook
from alertd.sources import http
from alertd.store import links, users
from alertd.web import hooks, limit

MB = 2**20
PAGE = " ".join((Path(__file__).parent.parent / "docs" / "security.md").read_text().split())


@pytest.mark.parametrize(
    "promised",
    [
        f"scrypt, N = 2^{int(people.HASHING.split(':')[1]).bit_length() - 1}",
        f"{users.TRIES_A_NAME} tries a name and {users.TRIES_AN_ADDRESS} an address in ten minutes",
        f"{links.MOST_MISSES} misses in ten minutes",
        f"{limit.BURST} calls at once, {limit.A_SECOND:g} a second",
        f"after {hooks.MOST_REFUSALS} refusals at once an address waits",
        f"more than {http.LARGEST_ANSWER // MB} MiB unpacked",
        f"{reading.MOST_BYTES // MB} MB; workbooks are opened in a child of",
        f"{workbook.MOST_SECONDS} s",
        f"{own._CHILD_SECONDS} s of CPU, {own._CHILD_BYTES // MB} MB",
    ],
)
def test_what_is_promised_is_what_is_done(promised: str) -> None:
    """Word for word."""
    assert promised in PAGE


def test_ten_minutes_are_ten_minutes() -> None:
    """The same for names, addresses and links."""
    assert {users.FAILURE_WINDOW, links.MISS_WINDOW_MS} == {600_000}
