"""What the page shows of dispensers and counted stock, over a works that is really read."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sources.house import House

from alertd.engine.actions import ProgressBoard, actions_of
from alertd.engine.hooks import Desk
from alertd.sandbox.smartepi import DEFAULT_KEY, Organisation, serve, sign
from alertd.sandbox.smartepi.webhooks import event_of
from alertd.sheets import Column, xlsx_bytes
from alertd.web import systems
from alertd.web.app import create_app

from . import makers

SECRET = "whsec_alertd_example_secret"
HOOK = "/hooks/smartepi/fonte"
DAY = 86_400


class Page:
    """A works, the house that reads it, and somebody signed in at its page."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        self.works = Organisation(clock=self.house.seconds, rate=1e9)
        self.works.add_product("Luva", ca="31214")
        self.works.add_product("Bota", ca="42106")
        self.server = serve(self.works)
        self.house.connect("smartepi", self.server.url, api_key=DEFAULT_KEY, webhook_secret=SECRET)
        context = self.house.context
        self.app = create_app(
            context.store,
            context.settings,
            "a key",
            clock=context.now,
            actions=actions_of(context, ProgressBoard()),
            receive=Desk(context).receive,
        )
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.client = self.person("marta", "admin", "es")

    def person(self, name: str, role: str, language: str) -> FlaskClient:
        browser = self.app.test_client()
        makers.sign_in(browser, self.house.store, makers.user(self.house.store, name, role, language))
        return browser

    def send(self, event: Any, secret: str = SECRET, scheme: str = "text") -> int:
        body, t = json.dumps(event).encode(), self.house.now // 1000
        header = {"X-SmartEPI-Signature": f"t={t},v1={sign(secret, t, body, scheme)}"}
        return self.client.post(HOOK, data=body, headers=header).status_code

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return re.sub(r"\s+", " ", answer.get_data(as_text=True))

    def post(self, path: str, follow: bool = True, **form: Any) -> str:
        answer = self.client.post(path, data=form, follow_redirects=follow)
        return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    found = Page(tmp_path)
    yield found
    found.server.close()
    found.house.store.close()


def test_the_page_of_a_source_tells_of_its_webhooks(page: Page) -> None:
    """What came last, and what was refused since, in the reader's words."""
    page.house.cycle("fonte")
    assert "Todavía no llegó ninguno" in page.get("/sources/fonte")
    page.send(event_of("withdrawals", page.works.withdraw("prd-1"), page.house.now // 1000))
    assert "Retiro" in page.get("/sources/fonte")
    page.house.forward(5)
    page.send({"id": "x", "type": "webhook.test"}, secret="whsec_wrong")
    assert "La firma no coincide con el secreto." in page.get("/sources/fonte")


def test_the_last_deliveries_and_refusals_have_a_page(page: Page) -> None:
    """Doubled ones say how often, tests are tests, and each refusal says why."""
    page.house.cycle("fonte")
    event = event_of("withdrawals", page.works.withdraw("prd-1"), page.house.now // 1000)
    for _ in range(2):
        page.send(event)
    page.send({"id": "evt_test", "type": "webhook.test", "createdAt": 1, "data": {}})
    page.client.post(HOOK, data=b"{}")
    text = page.get("/sources/fonte/webhooks")
    for words in (
        "llegó 2 veces",
        "Prueba recibida",
        "No trae firma.",
        "Con el secreto completo",
        "/hooks/smartepi/fonte",
    ):
        assert words in text
    assert SECRET not in text


def test_every_reason_of_a_refusal_is_in_the_readers_words() -> None:
    """A new sentence without words would be shown in English."""
    room = Path(systems.__file__).parents[1]
    code = (room / "sources" / "smartepi" / "webhooks.py").read_text() + (room / "engine" / "hooks.py").read_text()
    said = re.findall(r'Refused\(\s*40\d, "([^"]+)"\)', code)
    assert len(said) >= 7
    assert set(said) <= systems._WHY.keys()


def test_a_scheme_that_fits_is_pinned_by_a_press(page: Page) -> None:
    """The refused test shows which reading fits; from then on it is that one."""
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="
    page.post("/sources/fonte/webhooks/secret", webhook_secret=secret)
    test = {"id": "evt_test", "type": "webhook.test", "createdAt": 1, "data": {}}
    assert page.send(test, secret, "base64") == 401
    assert "Con el secreto decodificado" in page.get("/sources/fonte/webhooks")
    assert "Presione el botón de prueba otra vez" in page.post("/sources/fonte/webhooks/scheme", scheme="base64")
    assert page.send(test, secret, "base64") == 200
    assert page.client.post("/sources/fonte/webhooks/scheme", data={"scheme": "body"}).status_code == 400


def test_a_change_of_secrets_shows_until_when_the_old_one_is_good(page: Page) -> None:
    """And both are believed until then."""
    text = page.post("/sources/fonte/webhooks/secret", webhook_secret="whsec_new")
    assert "El secreto anterior sirve hasta" in text and "whsec_new" not in text
    test = {"id": "evt_test", "type": "webhook.test"}
    assert (page.send(test, "whsec_new"), page.send(test, SECRET)) == (200, 200)
    assert page.client.post("/sources/fonte/webhooks/secret", data={"webhook_secret": "two words"}).status_code == 422


def test_consumption_by_sector_and_by_cost_centre(page: Page) -> None:
    """Week by week, the largest first; what of, behind a press; and no name of a place."""
    page.works.add("sectors", name="Manutenção")
    page.works.add("cost-centers", name="Planta 1")
    for day in range(56):
        page.works.withdraw("prd-1", 1, at=page.house.seconds() - DAY * day)
    page.works.withdraw("prd-2", 30, sectorId="sec-7")
    page.works.give_back("prd-1", 2)
    page.house.cycle("fonte")
    text = page.get("/sources/fonte/consumption")
    assert text.index("sec-7") < text.index("sec-1")
    assert "30 unidades" in text and "2 devueltas" in text and "Semana 8: 30" in text
    assert "Manuten" not in text
    assert "Luva" in page.get("/sources/fonte/consumption?place=sec-1")
    assert "58 unidades" in page.get("/sources/fonte/consumption?by=cost_center")


def test_what_did_not_succeed_is_shown_apart(page: Page) -> None:
    """Counted on the source's page, listed on its own, never taken off."""
    page.works.withdraw("prd-1", 3, status="FAILED")
    page.house.cycle("fonte")
    assert "1 retiro no se completó en 30 días" in page.get("/sources/fonte")
    text = page.get("/sources/fonte/incomplete")
    assert "Luva" in text and "Estado: FAILED" in text


def test_a_count_is_typed_beside_its_product(page: Page) -> None:
    """Only what was filled in is counted; a mistake loses nothing that was typed and takes nothing."""
    page.house.cycle("fonte")
    text = page.get("/sources/fonte/stock-count")
    key = re.search(r'Luva.*?name="count-(\d+)"', text)
    assert key is not None
    gloves = key[1]
    wrong = page.post("/sources/fonte/stock-count", **{f"count-{gloves}": "muchos", f"minimum-{gloves}": "4"})
    assert "no es un número" in wrong and 'value="muchos"' in wrong and 'value="4"' in wrong
    assert page.house.stock() == {}
    done = page.post("/sources/fonte/stock-count", **{f"count-{gloves}": "12,5", f"minimum-{gloves}": "4"})
    assert "1 producto contado" in done and "Ahora: 12.5" in done and "marta" in done
    assert page.house.stock() == {"Luva": 12.5}
    page.house.forward(60)
    page.works.withdraw("prd-1", 10)
    page.house.cycle("fonte")
    assert page.house.stock() == {"Luva": 2.5}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_count_is_sent_as_a_file_and_looked_over(page: Page, form: str) -> None:
    """Each line that cannot be used says why; nothing is taken before the yes."""
    page.house.cycle("fonte")
    rows = [("31214", "20", "5"), ("99", "1", ""), ("42106", "-3", ""), ("42106", "8", "")]
    if form == "csv":
        data = "código;contado;mínimo\n" + "".join(";".join(row) + "\n" for row in rows)
        file = (BytesIO(data.encode("cp1252")), "conteo.csv")
    else:
        columns = [Column("código"), Column("contado"), Column("mínimo")]
        file = (BytesIO(xlsx_bytes(columns, rows)), "conteo.xlsx")
    text = page.post("/sources/fonte/stock-count/upload", file=file)
    assert "2 líneas sirven" in text and "2 líneas no sirven" in text
    assert "ningún producto tiene el código" in text and "es menos que nada" in text
    assert page.house.stock() == {}
    key = re.search(r"stock-count/upload/(\d+)", text)
    assert key is not None
    assert "2 productos contados" in page.post(f"/sources/fonte/stock-count/upload/{key[1]}")
    assert page.house.stock() == {"Luva": 20, "Bota": 8}


def test_what_is_no_table_is_told_in_the_readers_words(page: Page) -> None:
    """And nothing happens."""
    text = page.post("/sources/fonte/stock-count/upload", file=(BytesIO(b"<html>"), "x.csv"))
    assert "Esto no es una tabla" in text


def test_a_viewer_looks_and_an_editor_counts(page: Page) -> None:
    """Secrets are for those who administer."""
    page.house.cycle("fonte")
    viewer, editor = page.person("ines", "viewer", "pt"), page.person("leo", "editor", "en")
    for path in ("webhooks", "consumption", "incomplete", "stock-count"):
        assert viewer.get(f"/sources/fonte/{path}").status_code == 200
        assert editor.get(f"/sources/fonte/{path}").status_code == 200
    assert viewer.post("/sources/fonte/stock-count", data={}).status_code == 403
    assert editor.post("/sources/fonte/webhooks/secret", data={"webhook_secret": "x"}).status_code == 403
    assert editor.post("/sources/fonte/stock-count", data={}).status_code == 303


def test_other_systems_have_none_of_these(page: Page) -> None:
    """A shop has no webhooks, and no such page."""
    page.house.connect("smartpyme", "http://127.0.0.1:9/", name="tienda", api_key="k")
    for path in ("webhooks", "consumption", "stock-count"):
        assert page.client.get(f"/sources/tienda/{path}").status_code == 404
    page.get("/sources/tienda")
