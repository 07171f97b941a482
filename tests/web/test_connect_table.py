"""A list of one's own through the guided set-up: a file or an address, its columns, and the first look at it."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, ClassVar

import pytest

from alertd.settings import read_settings
from alertd.sheets import Column, xlsx_bytes
from alertd.store import options, sources

from .test_systems import Page, page

__all__ = ["page"]
BOOK = xlsx_bytes(
    [Column("Ref"), Column("Qué es"), Column("Quedan", "number"), Column("Piso", "number")],
    [("M1", "Martillo", 2, 5), ("C1", "Clavo", 900, 100)],
)
ZONE = "America/El_Salvador"


def sent(page: Page, data: bytes = BOOK, name: str = "Ferretería", **more: Any) -> str:
    return page.post("/connect/table", name=name, timezone=ZONE, file=(BytesIO(data), "lista.xlsx"), **more)


def columns(**chosen: str) -> dict[str, str]:
    return {f"column-{word}": heading for word, heading in chosen.items()}


def test_a_workbook_with_headings_of_its_own_is_mapped_and_connected(page: Page) -> None:
    """Sent, its columns chosen, seen as it will be read, and then a source like any other."""
    text = sent(page)
    assert "¿Qué columna es qué?" in text and "Elija la columna de las existencias." in text
    chosen = columns(codigo="Ref", nombre="Qué es", stock="Quedan", stock_minimo="Piso")
    text = page.post("/connect/table/ferreteria", do="look", **chosen)
    assert "Martillo" in text and "mín 5" in text and "2 productos en total" in text
    assert [source.name for source in sources.list_sources(page.house.store)] == ["fonte"]
    text = page.post("/connect/table/ferreteria", do="connect", **chosen)
    assert "Dónde se lee cada dato" in text and "Quedan" in text
    found = sources.get_source(page.house.store, "ferreteria")
    assert (found.kind, found.timezone) == ("csv", ZONE)
    assert page.house.poll(name="ferreteria").complete
    assert page.house.stock()["Martillo"] == 2
    assert page.house.firing() == {"Martillo"}


def test_known_headings_need_one_press(page: Page) -> None:
    """And numbers that can be read two ways are asked about before anything is connected."""
    text = sent(page, b'codigo,nombre,existencias\nA,Aceite,"1,250"\nB,Arroz,7\n')
    assert "1 fila no se puede leer" in text and "Arroz" in text
    text = page.post("/connect/table/ferreteria", do="look", decimal=".", **KNOWN)
    assert "1,250" in text and "no se puede leer" not in text
    page.post("/connect/table/ferreteria", do="connect", decimal=".", **KNOWN)
    source = sources.get_source(page.house.store, "ferreteria")
    assert options.of(page.house.store, source.id)["decimal"] == "."


def test_without_stock_nothing_is_connected(page: Page) -> None:
    """It says which column is missing, and keeps what was chosen."""
    sent(page)
    text = page.post("/connect/table/ferreteria", do="connect", **columns(codigo="Ref"))
    assert "columna" in text
    assert [source.name for source in sources.list_sources(page.house.store)] == ["fonte"]


KNOWN = columns(codigo="codigo", nombre="nombre", stock="existencias")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": ""}, "nombre"),
        ({"name": "fonte"}, "fonte"),
        ({"file": b""}, "Elija un archivo"),
        ({"file": b"<html>"}, "Eso no es una lista"),
        ({"file": b"PK\x03\x04 no"}, "El libro no se puede leer"),
        ({"timezone": "Mars/Olympus"}, "zona"),
        ({"base_url": "https://example.com/x.csv"}, "no los dos"),
        ({"file": b"", "base_url": "ftp://example.com/x"}, "dirección"),
        ({"file": b"", "base_url": "file:///etc/passwd"}, "dirección"),
        ({"file": b"", "base_url": "http://127.0.0.1:9/x.csv"}, "servidor"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(page: Page, form: dict[str, Any], words: str) -> None:
    """In the reader's words; nothing is connected, and no file of the server can be had."""
    data = form.pop("file", BOOK)
    wanted = {"name": "lista", "timezone": ZONE, **form}
    answer = page.client.post("/connect/table", data={**wanted, "file": (BytesIO(data), "x")})
    text = re.sub(r"\s+", " ", answer.get_data(as_text=True))
    assert answer.status_code in (200, 422)
    assert words in text and 'role="alert"' in text
    assert [source.name for source in sources.list_sources(page.house.store)] == ["fonte"]


def test_a_newer_list_takes_the_place_of_the_old(page: Page) -> None:
    """With the same columns; one without them changes nothing and says so."""
    sent(page)
    page.post("/connect/table/ferreteria", do="connect", **columns(codigo="Ref", nombre="Qué es", stock="Quedan"))
    page.house.poll(name="ferreteria")
    text = page.post("/sources/ferreteria/table", file=(BytesIO(b"a,b\n1,2\n"), "x.csv"))
    assert "Falta una columna" in text
    newer = "Ref;Qué es;Quedan\nM1;Martillo;40\n"
    assert "Lista recibida: 1 producto" in page.post(
        "/sources/ferreteria/table", file=(BytesIO(newer.encode("utf-16")), "lista.csv")
    )
    page.house.poll(name="ferreteria")
    assert page.house.stock()["Martillo"] == 40


def test_the_columns_of_a_connected_list_can_be_changed(page: Page) -> None:
    """The same page again, with what is settled."""
    sent(page, b"codigo,nombre,existencias,reservado\nA,Aceite,9,2\n")
    page.post("/connect/table/ferreteria", do="connect", **KNOWN)
    page.house.poll(name="ferreteria")
    assert "¿Qué columna es qué?" in page.post("/sources/ferreteria/columns")
    text = page.post("/connect/table/ferreteria", do="connect", **KNOWN | columns(stock="reservado"))
    assert "Las columnas quedaron guardadas" in text
    page.house.poll(name="ferreteria")
    assert page.house.stock()["Aceite"] == 2


def test_a_list_that_waited_too_long_is_asked_for_again(page: Page) -> None:
    """After a restart, or an hour."""
    assert "envíela otra vez" in page.post("/connect/table/nobody", do="look")


class _Shelf(BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, tuple[int, bytes]]] = {}

    def do_GET(self) -> None:
        status, body = self.pages.get(self.path, (404, b""))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Silence."""


@pytest.fixture
def shelf() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shelf)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("allowed", ["1", "127.0.0.0/8"])
def test_a_list_at_an_address(page: Page, shelf: str, monkeypatch: pytest.MonkeyPatch, allowed: str) -> None:
    """Read from there at once and from then on; an address without a list says so."""
    settings = read_settings({"ALERTD_HOME": str(page.house.folder / "home"), "ALERTD_ALLOW_PRIVATE_HOSTS": allowed})
    monkeypatch.setattr(page.app.extensions["alertd"], "settings", settings)
    page.house.context.settings = settings
    _Shelf.pages = {"/lista.xlsx": (200, BOOK)}
    form = {"name": "lista", "timezone": ZONE, "base_url": f"{shelf}/nada.csv"}
    assert "no hay ninguna lista" in page.post("/connect/table", **form)
    page.post("/connect/table", **{**form, "base_url": f"{shelf}/lista.xlsx"})
    page.post("/connect/table/lista", do="connect", **columns(codigo="Ref", nombre="Qué es", stock="Quedan"))
    assert page.house.poll(name="lista").complete
    assert page.house.stock()["Clavo"] == 900
