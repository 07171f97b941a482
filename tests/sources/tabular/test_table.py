"""A table that a shop keeps: read as spreadsheets of the region save it, and never half."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Done

from alertd.engine.inspect import inspect_source
from alertd.errors import UsageTrouble
from alertd.sheets import Column, xlsx_bytes
from alertd.sources.tabular import address_of
from alertd.store import sources
from sources.house import House

SHEET = (
    "Código;Producto;Existencias;Mínimo;Bodega\n"
    "MAR-1;Martillo;12,5;4;Central\nMAR-1;Martillo;2;1;Norte\nCLA-1;Clavo;;5;\n"
)


@pytest.fixture
def table(house: House, tmp_path: Path) -> Callable[..., Path]:
    """Writes a table, and connects it the first time."""
    path = tmp_path / "lista.csv"

    def write(text: str | bytes, encoding: str = "utf-8", **columns: str) -> Path:
        fresh = not path.exists()
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        if fresh:
            house.connect("csv", address_of(str(path)))
        if columns:
            house.settle(**{f"column__{word}": column for word, column in columns.items()})
        return path

    return write


def levels(house: House) -> dict[tuple[str, str], tuple[float, float | None]]:
    rows = house.store.execute("SELECT code, warehouse, stock, minimum FROM stock_row WHERE present AND NOT gone")
    return {(code, place): (stock, minimum) for code, place, stock, minimum in rows}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_spreadsheet_of_the_region(house: House, table: Callable[..., Path], encoding: str) -> None:
    """Semicolons, decimal commas, accents in any encoding; an empty cell is unknown, not zero."""
    table(SHEET, encoding)
    assert house.poll().complete
    assert levels(house) == {("MAR-1", "Central"): (12.5, 4), ("MAR-1", "Norte"): (2, 1)}
    assert house.products() == {"Martillo", "Clavo"}
    assert house.firing() == {"Martillo"}


def test_columns_that_a_person_named(house: House, table: Callable[..., Path]) -> None:
    """Whatever they are called; what is found is remembered and may not vanish."""
    table("ref,what,left\nA,Aceite,2\nB,Arroz,9\n", codigo="ref", nombre="what", stock="left")
    assert house.poll().complete
    assert house.stock() == {"Aceite": 2, "Arroz": 9}
    table("ref,what,quantity\nA,Aceite,2\nB,Arroz,9\n")
    poll = house.poll()
    assert not poll.complete and "'left'" in (poll.error or "")
    assert house.stock() == {"Aceite": 2, "Arroz": 9}


def test_a_table_without_known_columns_says_which_there_are(house: House, table: Callable[..., Path]) -> None:
    """And how to name them."""
    table("a,b\n1,2\n")
    error = house.poll().error or ""
    assert "there are: a, b" in error and "column.stock" in error


def test_a_list_in_json(house: House, table: Callable[..., Path]) -> None:
    """Bare or under a name, with fields inside others."""
    rows = [{"sku": "A", "name": "Aceite", "inv": {"left": 2}}, {"sku": "B", "name": "Arroz", "inv": {"left": "9"}}]
    table(json.dumps({"data": rows}), stock="inv.left")
    assert house.poll().complete
    assert house.stock() == {"Aceite": 2, "Arroz": 9}


def test_rows_that_cannot_be_read_are_set_aside(house: House, table: Callable[..., Path]) -> None:
    """They change nothing of what is known of them, and the others are taken."""
    good = "".join(f"X{number},Otro {number},50\n" for number in range(20))
    table("codigo,nombre,stock\nA,Aceite,2\nB,Arroz,9\nC,Sal,7\n" + good)
    house.poll()
    table("codigo,nombre,stock\nA,Aceite,1\nB,Arroz,muchos\n,,4\nC,Sal\n" + good)
    poll = house.poll()
    assert (poll.complete, poll.quarantined) == (True, 3)
    house.poll()
    assert {name: stock for name, stock in house.stock().items() if stock < 50} == {"Aceite": 1, "Arroz": 9, "Sal": 7}


@pytest.mark.parametrize("broken", [b"", b"[{", b"<html>", b"PK\x03\x04xlsx", b"\n\n"])
def test_what_is_no_table_changes_nothing(house: House, table: Callable[..., Path], broken: bytes) -> None:
    """An empty file, half a list, a web page, a workbook."""
    table("codigo,stock\nA,2\n")
    house.poll()
    table(broken)
    assert not house.poll().complete
    assert house.stock() == {"A": 2}


def test_a_file_that_went_away(house: House, table: Callable[..., Path]) -> None:
    """Is a failed poll."""
    table("codigo,stock\nA,2\n").unlink()
    assert "Cannot read" in (house.poll().error or "")


def test_a_number_that_can_be_read_two_ways_is_asked_about(house: House, table: Callable[..., Path]) -> None:
    """Nothing in the table shows whether 1,250 is a thousand: that row waits until a person settles it."""
    table('codigo,stock\nA,"1,250"\nB,7\nC,8\n')
    assert house.poll().quarantined == 1
    assert house.stock() == {"B": 7, "C": 8}
    house.settle(decimal=".")
    assert house.poll().quarantined == 0
    assert house.stock()["A"] == 1250


def test_thousands_are_read_by_the_mark_of_the_table(house: House, table: Callable[..., Path]) -> None:
    """A number with a point in a table of commas is a thousand."""
    table("codigo;stock\nA;1.250\nB;3,5\n")
    house.poll()
    assert house.stock() == {"A": 1250, "B": 3.5}


def test_the_test_of_a_source_shows_how_it_was_read(house: House, table: Callable[..., Path]) -> None:
    """Delimiter, encoding, decimal mark and columns."""
    table(SHEET, "cp1252")
    text = "\n".join(inspect_source(house.context, sources.get_source(house.store, "fonte")).lines())
    for word in ("semicolon", "Windows-1252", "comma", "stock = Existencias", "stock_minimo = Mínimo"):
        assert word in text


@pytest.mark.parametrize("given", [None, "", "/nowhere/lista.csv", "https://user:pw@host/x.csv", "ftp://h/x.csv"])
def test_places_that_are_none(given: str | None) -> None:
    """Told at once."""
    with pytest.raises(UsageTrouble):
        address_of(given)


def test_a_workbook_is_a_table(house: House, tmp_path: Path) -> None:
    """Its first sheet, with numbers that are numbers and headings of the region."""
    columns = [Column("Código"), Column("Producto"), Column("Existencias", "number"), Column("Mínimo", "number")]
    rows = [("MAR-1", "Martillo", 12.5, 4), ("CLA-1", "Clavo", 1250, None), ("TOR-1", "Tornillo", 2, 5)]
    path = tmp_path / "lista.xlsx"
    path.write_bytes(xlsx_bytes(columns, rows))
    house.connect("csv", address_of(str(path)))
    assert house.poll().complete
    assert house.stock() == {"Martillo": 12.5, "Clavo": 1250, "Tornillo": 2}
    assert house.firing() == {"Tornillo"}
    text = "\n".join(inspect_source(house.context, sources.get_source(house.store, "fonte")).lines())
    assert "workbook" in text and "stock = Existencias" in text


def test_a_workbook_that_is_none_changes_nothing(house: House, table: Callable[..., Path]) -> None:
    """It says what to do."""
    table("codigo,stock\nA,2\n")
    house.poll()
    table(b"PK\x03\x04 and nothing else")
    assert "save it as XLSX or CSV" in (house.poll().error or "")
    assert house.stock() == {"A": 2}


def test_from_the_command_line(alertd: Callable[..., Done], tmp_path: Path) -> None:
    """As the page tells it."""
    path = tmp_path / "lista.csv"
    path.write_text("SKU,Qty,Nome\nA,2,Aceite\n")
    added = alertd("source", "add", "csv", "planilla", "--base-url", str(path), "--columns", "codigo=SKU,stock=Qty")
    assert added.status == 0, added.err
    assert alertd("poll", "planilla").status == 0
    assert [row["stock"] for row in alertd("stock", "--json").json["levels"]] == [2]
    wrong = alertd("source", "add", "csv", "otra", "--base-url", str(path), "--columns", "cosa=SKU")
    assert wrong.status == 2 and "column.cosa=SKU" in wrong.err
