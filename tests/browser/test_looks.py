"""Every page under axe-core, light and dark, on a desk and on a phone: WCAG 2.1 AA, a quiet console, no other host."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from unittest import mock
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from alertd.store import users

from .every_page import addresses, forgotten, outside
from .lived import Lived, lived
from .screens import sign_in

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text() + ";0"
# Held to the rules by name, so that a newer axe does not change what this test promises.
ALL = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# What a page says does not depend on its colours, so the second look at each width is at the colours alone.
LOOKS = [(390, "light", COLOURS), (390, "dark", ALL), (1280, "dark", COLOURS), (1280, "light", ALL)]


@dataclass
class Watch:
    """A page that is looked at, and what it said and asked for meanwhile."""

    page: Page
    shop: Lived
    said: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.said.append(f"{self.page.url} {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"{self.page.url} {error}"))
        self.page.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))

    def see(self, path: str, looks: list[tuple[int, str, dict[str, object]]] = LOOKS) -> None:
        """Open it once, and look at it in each size and light."""
        self.page.set_viewport_size({"width": looks[0][0], "height": 844})
        self.page.goto(self.shop.url + path)
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        self.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        self.page.evaluate(AXE)
        for width, scheme, rules in looks:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.set_viewport_size({"width": width, "height": 844})
            self._look(f"{path} {width} {scheme}", rules)

    def _look(self, where: str, rules: dict[str, object]) -> None:
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.wrong.append(f"{where} is wider than the window")
        found = self.page.evaluate("(rules) => axe.run(document, {...rules, resultTypes: ['violations']})", rules)
        self.wrong += [
            f"{where} {each['id']}: {node['target']} {' '.join(node.get('failureSummary', '').split())[:200]}"
            for each in found["violations"]
            for node in each["nodes"][:2]
        ]

    def is_content(self) -> None:
        """Nothing was found; the console was quiet but for pages that had to be refused; no other host was asked."""
        assert not self.wrong, "\n".join(self.wrong)
        assert [text for text in self.said if "Failed to load resource" not in text] == []
        assert self.asked <= {urlsplit(self.shop.url).netloc, ""}


@pytest.fixture(scope="module")
def shop() -> Iterator[Lived]:
    """A shop with a week behind it."""
    with lived(products=60, days=6) as opened:
        yield opened


@contextmanager
def _watch(browser: Browser, shop: Lived, name: str | None = "marta") -> Iterator[Watch]:
    # Movements of colour from light to dark are over at once, so that none is looked at half way.
    context = browser.new_context(locale="es-SV", reduced_motion="reduce")
    if name:
        sign_in(context, shop, name)
    yield Watch(context.new_page(), shop)
    context.close()


def test_no_page_is_left_out(shop: Lived) -> None:
    """A page that is new in the map of addresses has to be visited here."""
    assert forgotten(shop.app, shop) == set()


def test_no_page_shuts_anybody_out(browser: Browser, shop: Lived) -> None:
    """Contrast, names, roles, order, focus: no violation on any page, in any light, at any width."""
    with _watch(browser, shop) as watch:
        for path in addresses(shop.app, shop).values():
            watch.see(path)
        watch.is_content()


@pytest.mark.parametrize(("language", "width"), [("pt", 390), ("en", 1280)])
def test_nor_in_the_other_languages(browser: Browser, shop: Lived, language: str, width: int) -> None:
    """Other words have other lengths, and every name that is only heard is there in them too."""
    with _watch(browser, shop) as watch:
        _speak(shop, language)
        for path in addresses(shop.app, shop).values():
            watch.see(path, [(width, "light", ALL)])
        _speak(shop, "es")
        watch.is_content()


def _speak(shop: Lived, language: str) -> None:
    marta = users.find_user(shop.context.store, "marta")
    assert marta is not None
    users.set_language(shop.context.store, marta.id, language)


def test_nor_do_those_in_front_of_the_door(browser: Browser, shop: Lived) -> None:
    """Signing in, the first visit, the link of a message, and links that are of no use."""
    with _watch(browser, shop, None) as watch:
        for path in outside(shop).values():
            watch.see(path)
        watch.is_content()


def test_nor_do_refusals(browser: Browser, shop: Lived) -> None:
    """Not found is among the pages; here are what a viewer may not see, and a fault of our own."""

    def breaks() -> NoReturn:
        raise ValueError("a fault of our own")

    with _watch(browser, shop, "ana") as watch:
        watch.see("/users")
        assert watch.page.locator("h1").is_visible()
        with mock.patch.dict(shop.app.view_functions, {"weekly.index": breaks}):
            watch.see("/weekly")
        watch.is_content()
        assert [text for text in watch.said if "403" in text] and [text for text in watch.said if "500" in text]
