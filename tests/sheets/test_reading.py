"""What people upload: CSV as the spreadsheets of the region save it, workbooks, and what only pretends to be one."""

import io
import tracemalloc
import zipfile

import pytest
import xlsxwriter

from alertd.sheets import SheetFault, decimal_mark, formula, number, read
from alertd.sheets.reading import MOST_BYTES


def table(data: bytes):
    sheet = read(data)
    return sheet.header, [(row.line, row.cells) for row in sheet.rows() if not row.fault]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_as_any_spreadsheet_saves_it(delimiter, encoding):
    """Whatever stands between the cells, and however the accents are written."""
    text = f"Código{delimiter}Descripción\r\nA-1{delimiter}Café\r\n"
    assert table(text.encode(encoding)) == (("Código", "Descripción"), [(2, ("A-1", "Café"))])


def test_a_delimiter_that_the_file_names_is_used():
    """Spreadsheets write `sep=;` for each other; it is no heading, and lines are still counted as people see them."""
    assert table(b"sep=;\r\na;b\r\n1;2\r\n") == (("a", "b"), [(3, ("1", "2"))])


def test_a_comma_inside_a_heading_does_not_decide_the_delimiter():
    """What stands inside quotation marks is text."""
    assert read(b'"codigo, de barras, y mas";cantidad\n1;2\n').delimiter == ";"


def test_lines_are_counted_as_people_see_them():
    """Empty lines and texts over two lines do not shift the number that a fault names."""
    assert table(b'a,b\n\n1,"two\nlines"\n,\n3,4\n')[1] == [(3, ("1", "two\nlines")), (6, ("3", "4"))]


def test_a_value_that_fell_into_a_cell_of_its_own_spoils_its_line_alone():
    """1,5 without quotation marks in a file of commas would book 1."""
    rows = list(read(b"codigo,cantidad\nA-1,1,5\nA-2,2\n").rows())
    assert rows[0].fault.line == 2 and "3 cells and 2 columns" in str(rows[0].fault)
    assert rows[1].cells == ("A-2", "2")


def test_a_quotation_mark_that_is_not_closed_is_told_with_its_line():
    """And the lines before it are read."""
    rows = list(read(b'a,b\n1,2\n"3,4\n5,6\n').rows())
    assert rows[0].cells == ("1", "2")
    assert str(rows[1].fault).startswith("Line 3: a quotation mark")
    assert rows[1].fault.said("es").startswith("Línea 3: unas comillas")
    assert not rows[1].fault.said("pt", numbered=False).startswith("Linha")


def test_headings_are_known_by_several_names():
    """With or without accents, capitals and points; what is missing is named along with what is there."""
    sheet = read("CÓD. de Producto;Qtd\n1;2\n".encode())
    known = {"codigo": ("codigo", "cod_de_producto"), "cantidad": ("cantidad", "qtd")}
    assert sheet.columns(known, needed=("codigo", "cantidad")) == {"codigo": 0, "cantidad": 1}
    with pytest.raises(SheetFault, match=r"missing: costo\. It holds: CÓD\. de Producto, Qtd"):
        sheet.columns(known | {"costo": ("costo",)}, needed=("costo",))


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1,5", "", 1.5), ("1.5", "", 1.5), ("1.234,50", "", 1234.5), ("1,234.50", "", 1234.5), ("−3", "", -3),
        (" 24 ", "", 24), ("1.234", ".", 1.234), ("1.234", ",", 1234), ("1,234", ".", 1234), ("1,234,567", "", 1234567),
        ("0,125", "", 0.125), (".5", "", 0.5), ("R$ 1.190,00", "", 1190), ("$1,190.5", "", 1190.5), ("-Q 3", "", -3),
    ],
)  # fmt: skip
def test_numbers_of_the_region_are_read(text, mark, value):
    """Comma or point, with or without groups, with or without a sign of money."""
    assert number(text, mark) == value


@pytest.mark.parametrize("text", ["", "doce", "1e5", "=1+1", "nan", "inf", "99999999999999", "1.2.3", "1,23,4", "1-2"])
def test_what_is_no_number_is_refused(text):
    """It is never read as nought."""
    with pytest.raises(SheetFault):
        number(text)


def test_what_can_be_read_two_ways_is_not_guessed():
    """A thousand and two hundred units, or one and a bit: the person says which."""
    with pytest.raises(SheetFault, match=r"can be read as 1234 or as 1\.234; write 1234 or 1\.2340"):
        number("1,234")


@pytest.mark.parametrize(
    ("cells", "delimiter", "mark"),
    [
        (["12", "1,5"], ";", ","), (["1,5"], ",", ","), (["1.234,50"], ";", ","), (["1,234.50"], ",", "."),
        (["1.234.567"], ";", ","), (["1,234", "7"], ";", ","), (["1,234", "7"], ",", ""), (["12", "x.y"], ";", ""),
    ],
)  # fmt: skip
def test_a_column_shows_what_stands_before_its_decimals(cells, delimiter, mark):
    """One value that can be read in one way only settles the rest."""
    assert decimal_mark(cells, delimiter) == mark


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("=1+1", True), ("@SUM(A1)", True), ("+A1", True), ("-A1", True), ("-3", False), ("+ 3", False)],
)
def test_a_formula_is_told_from_a_signed_number(text, is_one):
    """Adjustments are negative; they are no formulas."""
    assert formula(text) is is_one


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"<html><table>", b"\x89PNG\x00\x00", b'{"a": 1}', b"PK\x03\x04 nothing of the kind",
             b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing of the kind"]
)  # fmt: skip
def test_what_is_no_table_is_refused_in_one_sentence(data):
    """A picture, a web page, a file that was cut off."""
    with pytest.raises(SheetFault) as caught:
        read(data)
    assert all(caught.value.said(language).endswith(".") for language in ("es", "pt", "en"))


def test_a_file_beyond_the_bounds_is_refused_before_it_is_read():
    """Bytes, rows, and columns."""
    with pytest.raises(SheetFault, match="more than 20 MB"):
        read(b"a" * (MOST_BYTES + 1))
    with pytest.raises(SheetFault, match="more than 2 lines"):
        read(b"a\n1\n2\n3\n", most_rows=2)
    with pytest.raises(SheetFault, match="300 columns"):
        read(b",".join(b"c%d" % n for n in range(300)) + b"\n")


def test_a_hundred_thousand_lines_are_never_objects_all_at_once():
    """The text stays; rows come and go."""
    data = b"codigo;cantidad\n" + b"".join(b"A-%d;1,5\n" % n for n in range(100_000))
    sheet = read(data)
    tracemalloc.start()
    count = sum(1 for _ in sheet.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, sheet.count) == (100_000, 100_000)
    assert peak < 12 * 2**20


def book(rows, *, hide_first=False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as made:
        if hide_first:
            made.add_worksheet("Hidden").write(0, 0, "nothing to see")
            shown = made.add_worksheet("Shown")
            shown.activate()
            made.worksheets()[0].hide()
        else:
            shown = made.add_worksheet()
        for place, cells in rows.items():
            shown.write_row(place, 0, cells)
    return out.getvalue()


def test_a_workbook_is_read_like_a_table():
    """Numbers with a point, dates as dates, rows counted as the program shows them; a hidden sheet is not taken."""
    from datetime import date

    data = book(
        {0: ["Código", "Cantidad", "Fecha"], 3: ["A-1", 1.5, date(2026, 11, 20)], 4: ["007", 24]}, hide_first=True
    )
    assert table(data) == (
        ("Código", "Cantidad", "Fecha"),
        [(4, ("A-1", "1.5", "2026-11-20")), (5, ("007", "24", ""))],
    )
    assert read(data).decimal_mark(1) == "."


def test_a_workbook_with_too_many_rows_is_refused():
    """Said as for any table."""
    with pytest.raises(SheetFault, match="more than 2 lines"):
        read(book({n: [n] for n in range(6)}), most_rows=2)


def repacked(data: bytes, name: str, change) -> bytes:
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            new.writestr(item.filename, change(part) if item.filename == name else part)
    return out.getvalue()


def test_a_workbook_that_claims_a_giant_sheet_ends_its_own_reading_and_nothing_else():
    """Two cells, one in the last corner of the sheet: seventeen thousand million cells between them."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = repacked(book({0: ["a"]}), "xl/worksheets/sheet1.xml", lambda part: part.replace(b"</sheetData>", far))
    with pytest.raises(SheetFault, match="too large"):
        read(data)


def test_a_workbook_that_unpacks_into_too_much_is_refused_unopened():
    """A few kilobytes that say of themselves that they are gigabytes."""
    data = repacked(book({0: ["a"]}), "xl/worksheets/sheet1.xml", lambda part: part + b" " * (450 * 2**20))
    assert len(data) < 2**20
    with pytest.raises(SheetFault, match="too large"):
        read(data)
