"""Walk the page as an owner does, on a desk and on a phone."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from web.makers import PASSWORD

from .conftest import Shop

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
PATHS = (
    "/", "/alerts", "/alerts?state=pending", "/alerts?state=resolved", "/alerts?q=nada+parecido",
    "/alerts/a000000000000000", "/products", "/products?state=low", "/products?q=lampara", "/products/{product}",
    "/products/6", "/rules", "/messages", "/messages/{message}", "/messages/{dead}", "/not-here",
    "/sources", "/sources/tienda-centro", "/sources/tienda-soyapango", "/channels", "/channels/new?service=mail",
    "/channels/new?service=mail&preset=own", "/users", "/audit", "/account", "/more", "/connect/shop",
    "/connect/tienda-centro/found", "/connect/tienda-centro/channels", "/connect/tienda-centro/rules",
    "/connect/tienda-nueva/reading",
)  # fmt: skip


@pytest.fixture(params=SIZES, scope="module")
def context(request: pytest.FixtureRequest, browser: Browser, shop: Shop) -> Iterator[BrowserContext]:
    width, height = SIZES[request.param]
    opened = browser.new_context(viewport={"width": width, "height": height}, locale="es-SV")
    _sign_in(opened, shop)
    yield opened
    opened.close()


def _sign_in(context: BrowserContext, shop: Shop) -> None:
    page = context.new_page()
    page.goto(shop.url + "/alerts")
    page.get_by_label("Usuario").fill("marta")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/alerts")
    page.close()


@pytest.mark.parametrize("path", PATHS)
def test_every_page_fits_and_is_quiet(context: BrowserContext, shop: Shop, path: str) -> None:
    """No sideways scrolling, nothing in the console, no request to another host, nothing the policy had to block."""
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(shop.url + path.format(**shop.ids))
    assert not [text for text in said if "404" not in text]
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(shop.url).netloc}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert _cut_off(page) == []
    page.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/", "/alerts", "/products", "/rules", "/messages"])
def test_empty_pages_fit_too(browser: Browser, empty_shop: Shop, size: str, path: str) -> None:
    """The first pages a new owner sees are as well made as the full ones."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-SV")
    page = context.new_page()
    page.goto(empty_shop.url + "/login")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    _sign_in(context, empty_shop)
    page.goto(empty_shop.url + path)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert _cut_off(page) == []
    context.close()


def _cut_off(page: Page) -> list[str]:
    """Texts of links and buttons that reach beyond the window."""
    return page.eval_on_selector_all(
        "main a, main button, main td, main h1, main p, main pre",
        "(all) => all.filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)"
        ".map(one => one.textContent.trim().slice(0, 40))",
    )


def test_what_is_touched_on_a_phone_is_large_enough(browser: Browser, shop: Shop) -> None:
    """The menu, the buttons and the rows of the lists can be hit with a thumb."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="es-SV", has_touch=True)
    _sign_in(context, shop)
    page = context.new_page()
    for path in ("/", "/alerts", "/products", "/messages"):
        page.goto(shop.url + path)
        small = page.eval_on_selector_all(
            "nav a, button, .alerts a, .messages a, .tile, .filters select, .filters input[type=search]",
            "(all) => all.map(one => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect().height])"
            ".filter(pair => pair[1] && pair[1] < 40)",
        )
        assert small == []
    context.close()


def test_the_keyboard_alone_opens_the_worst_alert(context: BrowserContext, shop: Shop) -> None:
    """Tab reaches the skip link first, and Enter on a row opens it."""
    page = context.new_page()
    page.goto(shop.url + "/alerts")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".alerts a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/a*")
    page.close()


def test_signing_out_closes_the_door(browser: Browser, shop: Shop) -> None:
    """After signing out, going back shows the sign-in form and no stock."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="es-SV")
    _sign_in(context, shop)
    page = context.new_page()
    page.goto(shop.url + "/products")
    page.locator(".who button").click()
    page.wait_for_url("**/login")
    page.goto(shop.url + "/products")
    assert page.get_by_role("button", name="Entrar").is_visible()
    context.close()
