"""The pages of the count in a real browser, on a desk and on a phone: they fit, are quiet, and axe finds nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import stamina
from playwright.sync_api import Browser, Page
from reconcile.conftest import MAIN, Bench, Clock
from web import makers

from alertd.sandbox.smartpyme import Shop, serve
from alertd.settings import read_settings
from alertd.store import sessions, silences
from alertd.web.app import create_app
from alertd.web.server import Server

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
SIZES = {"desk": (1280, 800), "phone": (390, 844)}
PATHS = (
    "/reconcile", "/reconcile?view=guessed", "/reconcile/product/1", "/reconcile/knowledge", "/returns",
    "/returns/product/2", "/count", "/count/sheet", "/count/receipts", "/silences", "/weekly",
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """A shop in which something is missing, and the session of its owner."""

    url: str
    cookie: str
    bench: Bench


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    stamina.set_testing(True, attempts=2, cap=True)
    clock, home = Clock(), tmp_path_factory.mktemp("counting")
    shop = Shop.empty(dialect="deployed", clock=clock)
    shop.add_warehouse(MAIN, "Sucursal Central")
    shop.add_warehouse("Bodega Norte", "Sucursal Norte")
    bench = Bench(shop, serve(shop), home, clock)
    _trade(bench)
    store = bench.context.store
    app = create_app(
        store, read_settings({"ALERTD_HOME": str(home / "home")}), "k", clock=clock.moment, rules=makers.rules
    )
    user = makers.user(store, language="es")
    makers.channel(store, "correo")
    token = sessions.begin(store, user, address="127.0.0.1", agent="a test", now=clock.moment())
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    server = Server(app, "127.0.0.1", 0)
    server.start()
    yield House(server.url, signer.dumps({"id": token, "generation": 1}), bench)
    server.stop()
    bench.server.close()
    store.close()
    stamina.set_testing(False)


def _trade(bench: Bench) -> None:
    long = "Broca para concreto 1/4 de pulgada con punta de carburo de tungsteno"
    keys = [
        bench.shop.add_product(
            nombre=name, codigo=f"A-{place}", costo=2.5, costo_promedio=2.5, precio=5, nombre_categoria="Ferretería",
            inventarios=[{"nombre_bodega": where, "stock": 40, "stock_minimo": 5} for where in (MAIN, "Bodega Norte")],
        )
        for place, name in enumerate(("Cinta aislante", "Taladro X200", long, "Foco LED 9 W"), start=1)
    ]  # fmt: skip
    bench.poll()
    sale = bench.shop.sell([(key, 3) for key in keys], MAIN)
    bench.shop.return_(sale, [(keys[1], 2)], observaciones="No carga")
    bench.clock.forward(minutes=5)
    bench.poll()
    bench.shop.set_level(keys[0], MAIN, stock=20)
    bench.shop.set_level(keys[2], MAIN, stock=30)
    bench.shop.set_level(keys[2], "Bodega Norte", stock=47)
    bench.shop.set_level(keys[3], MAIN, stock=97)
    bench.poll()
    bench.poll()
    now = bench.clock.moment()
    silences.add(bench.context.store, {"codigo": "A-1"}, comment="Inventario", now=now, ends_at=now + 8 * 3_600_000)


def opened(browser: Browser, house: House, size: str) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-SV")
    context.add_cookies([{"name": "alertd", "value": house.cookie, "url": house.url}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.mark.parametrize("size", SIZES)
def test_every_page_of_the_count_fits_is_quiet_and_accessible(browser: Browser, house: House, size: str) -> None:
    """No sideways scrolling, no complaint in the console, no rule of axe broken; opened differences as well."""
    page = opened(browser, house, size)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    found: dict[str, object] = {}
    for path in PATHS:
        page.goto(house.url + path)
        for summary in page.query_selector_all("details.gap:not([open]) > summary")[:1]:
            summary.click()
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        page.evaluate(AXE.read_text() + ";0")
        broken = page.evaluate(
            "axe.run().then(found => found.violations.map(each => each.id + ' ' + each.nodes[0].html))"
        )
        if wide or broken or said:
            found[path] = (wide, broken, list(said))
        said.clear()
    page.context.close()
    assert found == {}


def test_a_difference_is_answered_on_a_phone(browser: Browser, house: House) -> None:
    """Open it, tap what it was, and it is off the list; what was said can be found again."""
    page = opened(browser, house, "phone")
    page.goto(house.url + "/reconcile")
    row = page.locator("details.gap", has_text="Cinta aislante")
    row.locator("summary").click()
    assert "hay 60" in row.inner_text()
    row.get_by_role("button", name="Fue un ajuste").click()
    page.get_by_text("anotado como ajuste").wait_for()
    assert page.locator("details.gap", has_text="Cinta aislante").count() == 0
    page.goto(house.url + "/count/receipts")
    assert "Cinta aislante" in page.locator("main").inner_text()
    page.context.close()


def test_a_count_is_entered_with_the_thumb(browser: Browser, house: House) -> None:
    """The button stays in reach; counted and equal is a result."""
    page = opened(browser, house, "phone")
    page.goto(house.url + "/count")
    page.get_by_label("Foco LED 9 W").fill("137")
    button = page.get_by_role("button", name="Guardar lo contado")
    assert button.is_visible() and (button.bounding_box() or {"height": 0})["height"] >= 44
    button.click()
    page.get_by_text("Se guardó 1 conteo").wait_for()
    page.context.close()
