"""Make the pictures of mails in the docs: `python -m tests.notify.pictures docs/pictures` (needs Chromium).

The HTML is what is sent, with the chart in place of its `cid:`.
"""

import base64
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from alertd.notify import chart
from alertd.notify.render import render
from alertd.notify.speech import Speech

from . import samples

URL = "https://avisos.example.com"
CHROMIUM = "/usr/bin/chromium"
# A build machine has no font for these signs, which every phone has; the pictures show dots of their colours.
SIGNS = {"🔴": "#cf3b36", "🟠": "#e0812b", "🟡": "#d8b02c", "🔵": "#3b7dd1", "🟢": "#2f9e62", "🛒": "#26332d"}


def page(language: str) -> str:
    """A purchase list, one product with its weeks, and units without a document, under each other."""
    parts = []
    for made in (samples.morning(), samples.oil(), samples.perfume()):
        html = render(made, language, URL, link=f"{URL}/a/WzcsMTc2NDg3MDAwMF0.k3").html
        if made.chart:
            png = base64.b64encode(chart.draw(made.chart, Speech(language, made.zone))).decode()
            html = html.replace(f"cid:{chart.NAME}", f"data:image/png;base64,{png}")
        for sign, colour in SIGNS.items():
            html = html.replace(sign, f'<span style="color: {colour}">●</span>')
        parts.append(html)
    return f'<!doctype html><meta charset="utf-8"><body style="margin: 0">{"".join(parts)}'


def main(folder: str) -> None:
    """One picture a language."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as place:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language in ("es", "pt", "en"):
            file = Path(place) / "mail.html"
            file.write_text(page(language))
            tab = browser.new_page(viewport={"width": 620, "height": 900})
            tab.goto(file.as_uri())
            tab.screenshot(path=str(Path(folder) / f"mail-{language}.png"), full_page=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
