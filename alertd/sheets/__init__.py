"""Tables that people send and take away: CSV and workbooks, read within bounds, and written so that nothing runs.

`read` takes the bytes of an upload and gives headings and rows with the line each stands on; `write_*` and `*_bytes`
take columns and rows. What the cells mean is the caller's. Everything that can be wrong with an upload is a
`SheetFault`: one sentence in each language, with its line where it has one.

    sheet = read(data)
    where = sheet.columns({"codigo": ("codigo", "sku"), "cantidad": ("cantidad", "qty")}, needed=("codigo", "cantidad"))
    mark = sheet.decimal_mark(where["cantidad"])
    for row in sheet.rows():
        if row.fault: ...                      # a SheetFault: this line cannot be read, the next one can
        row.cells[where["codigo"]]; number(row.cells[where["cantidad"]], mark)
"""

from .faults import SheetFault
from .numbers import decimal_mark, formula, number
from .reading import MOST_BYTES, Row, Sheet, heading_key, read
from .writing import Cell, Column, csv_bytes, csv_chunks, safe, write_csv, write_xlsx, xlsx_bytes

__all__ = [
    "MOST_BYTES",
    "Cell",
    "Column",
    "Row",
    "Sheet",
    "SheetFault",
    "csv_bytes",
    "csv_chunks",
    "decimal_mark",
    "formula",
    "heading_key",
    "number",
    "read",
    "safe",
    "write_csv",
    "write_xlsx",
    "xlsx_bytes",
]
