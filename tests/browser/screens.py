"""Take pictures of every page for `docs/screens`: `python -m tests.browser.screens [NAME ...]`.

Light and dark, on a phone and on a desk, of a shop that was watched for weeks. A picture has few colours, so that it
stays small.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from .every_page import addresses, outside
from .lived import PASSWORD, Lived, lived

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
SIZES = {390: 844, 1280: 800}
SCHEMES = ("light", "dark")
COLOURS = 64
TALLEST = 1600
FLAGS = ("--no-sandbox", "--disable-gpu", "--font-render-hinting=none")


def main(names: list[str], folder: Path = FOLDER) -> None:
    """All pages, or those whose names begin so."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("There is no Chromium here; install it (Debian: apt-get install chromium).")
    folder.mkdir(parents=True, exist_ok=True)
    with lived() as shop, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for width, height in SIZES.items():
            for scheme in SCHEMES:
                _take(browser, shop, names, folder, width, height, scheme)
        browser.close()


def _take(browser: Browser, shop: Lived, names: list[str], folder: Path, width: int, height: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="es-SV")
    for pages in (outside(shop), addresses(shop.app, shop)):
        for name, path in pages.items():
            if not names or any(name.startswith(each) for each in names):
                _picture(context, shop.url + path, folder / f"{name}-{width}-{scheme}.png")
        if pages.keys() & {"login"}:
            sign_in(context, shop)
    context.close()


def sign_in(context: BrowserContext, shop: Lived, name: str = "marta") -> None:
    """Marta, or somebody else, opens the page."""
    page = context.new_page()
    page.goto(shop.url + "/login")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button").first.click()
    page.wait_for_url("**/")
    page.close()


def _picture(context: BrowserContext, address: str, path: Path) -> None:
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    # A window as tall as the page, so that what is fixed to its edges stands at the edges of the picture.
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    width = page.evaluate("window.innerWidth")
    page.set_viewport_size({"width": width, "height": max(tall, SIZES[width])})
    raw = page.screenshot(animations="disabled")
    page.close()
    image = Image.open(io.BytesIO(raw)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
