"""What people take away: nothing in it runs, numbers are numbers, and it comes back as it went."""

import csv
import io
from datetime import date, datetime

import pytest

from alertd.sheets import Column, csv_bytes, csv_chunks, read, safe, write_csv, write_xlsx, xlsx_bytes

COLUMNS = (
    Column("Código"),
    Column("Cantidad", "number"),
    Column("Valor", "money"),
    Column("Fecha", "date"),
    Column("Visto", "moment"),
)
EVIL = '=HYPERLINK("http://x.example")'
ROWS = [
    (EVIL, -3.5, 1234.5, date(2026, 11, 20), datetime(2026, 11, 20, 7, 30)),
    ("+503 2222", float("nan"), None, None, None),
]


def cells(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_a_text_never_runs_and_a_negative_number_stays_a_number():
    """An apostrophe before what begins like a formula; none before a number."""
    assert cells(csv_bytes(COLUMNS, ROWS)) == [
        ["Código", "Cantidad", "Valor", "Fecha", "Visto"],
        ["'" + EVIL, "-3.5", "1234.5", "2026-11-20", "2026-11-20 07:30"],
        ["'+503 2222", "", "", "", ""],
    ]


def test_decimals_with_a_comma_come_with_semicolons():
    """So that the spreadsheets of Brazil open it with a click."""
    assert cells(csv_bytes(COLUMNS, ROWS, mark=","), ";")[1][1:3] == ["-3,5", "1234,5"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "|cmd", "%0A", "\uff1d1"])
def test_every_beginning_of_a_formula_is_kept_from_running(text):
    """Also behind spaces, and in the wide letters that some spreadsheets take for the same."""
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("made", [csv_bytes, xlsx_bytes])
def test_a_table_comes_back_as_it_went(made):
    """Written, opened, saved, uploaded: the same texts and numbers."""
    rows = [row.cells for row in read(made(COLUMNS, ROWS)).rows()]
    assert rows[0][:4] == (EVIL, "-3.5", "1234.5", "2026-11-20")
    assert rows[1][0] == "+503 2222"


def test_a_long_table_is_written_piece_by_piece():
    """The first piece leaves before the last row is known."""
    chunks = csv_chunks((Column("n", "whole"),), ((n,) for n in range(100_000)))
    assert next(chunks) == b"\xef\xbb\xbf"
    assert sum(len(chunk) for chunk in chunks) > 500_000


def test_a_file_takes_its_place_whole_or_not_at_all(tmp_path):
    """What was there before stays when the rows end in a fault."""
    for write, name in ((write_csv, "a.csv"), (write_xlsx, "a.xlsx")):
        path = tmp_path / name
        write(path, COLUMNS, ROWS)
        before = path.read_bytes()
        with pytest.raises(RuntimeError):
            write(path, COLUMNS, failing())
        assert path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.xlsx"]


def failing():
    yield ROWS[0]
    raise RuntimeError("the shop was closed half-way")
