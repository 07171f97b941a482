"""Every page under axe-core, light and dark, on a desk and on a phone: WCAG 2.1 AA, a quiet console, no other host."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from .every_page import addresses
from .lived import Lived, lived
from .screens import sign_in

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
LOOKS = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@pytest.fixture(scope="module")
def shop() -> Iterator[Lived]:
    """A shop with a week behind it."""
    with lived(products=60, days=6) as opened:
        yield opened


def _open(browser: Browser, shop: Lived, width: int, scheme: str) -> BrowserContext:
    # The policy of the page forbids scripts from elsewhere; only here, axe may be put into it.
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, locale="es-SV"
    )
    sign_in(context, shop)
    return context


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_no_page_shuts_anybody_out(browser: Browser, shop: Lived, width: int, scheme: str) -> None:
    """Contrast, names, roles, order, focus: no violation on any page; nothing in the console, no request elsewhere."""
    context = _open(browser, shop, width, scheme)
    page = context.new_page()
    said: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: said.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    wrong = [
        f"{path} {each}" for path in addresses(shop.app, shop).values() for each in _violations(page, shop.url + path)
    ]
    context.close()
    assert not wrong, "\n".join(wrong)
    assert [text for text in said if "404" not in text] == []
    assert asked <= {urlsplit(shop.url).netloc, ""}


def _violations(page: Page, address: str) -> list[str]:
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    page.add_script_tag(path=AXE)
    # Held to the rules by name, so that a newer axe does not change what this test promises.
    found = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
    return [
        f"{each['id']}: {node['target']} {' '.join(node.get('failureSummary', '').split())[:200]}"
        for each in found["violations"]
        for node in each["nodes"][:2]
    ]
