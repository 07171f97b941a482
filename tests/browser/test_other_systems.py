"""The guided set-up of what is no shop, on a phone: dispensers, a loyalty programme, and a table of one's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from alertd.sandbox import smartbis, smartepi
from alertd.sheets import Column, xlsx_bytes

from .test_setup import House, Owner, _create_account, house

__all__ = ["house"]
pytestmark = pytest.mark.browser

LIST = xlsx_bytes(
    [Column("Item"), Column("Description"), Column("On hand", "number"), Column("Reorder at", "number")],
    [("H-1", "Hammer", 2, 5), ("N-1", "Nails 2 in", 400, 50), ("S-1", "Saw", 0, 3)],
)
CHOSEN = {"codigo": "Item", "nombre": "Description", "stock": "On hand", "stock_minimo": "Reorder at"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@contextmanager
def somebody(browser: Browser, house: House, locale: str) -> Iterator[Owner]:
    """An owner who has just made an account; at the end nothing was complained of."""
    owner = Owner(browser, "phone", locale)
    _create_account(owner, house, locale[:2])
    yield owner
    owner.fits()
    assert owner.complaints == []
    owner.context.close()


def go_on(owner: Owner, *buttons: str) -> None:
    """From what was found to the overview, after the first reading."""
    for name in buttons:
        owner.press(name)
    owner.page.wait_for_url(re.compile(r":\d+/$"))


def test_dispensers_of_protective_equipment(browser: Browser, house: House) -> None:
    """In Spanish: a key, an address, and what is watched is EPI; stock that is not told can be counted."""
    with (
        smartepi.serve(smartepi.Organisation.seeded(products=12, days=5)) as works,
        somebody(browser, house, "es-SV") as owner,
    ):
        page = owner.page
        page.get_by_role("link", name="SmartEPI").click()
        owner.fill(api_key=smartepi.DEFAULT_KEY, name="EPI planta", base_url=works.url)
        owner.press("Probar la conexión")
        page.wait_for_url("**/found")
        go_on(owner, "Seguir", "Seguir sin canal", "Empezar a vigilar")
        page.get_by_text("12 EPI bajo vigilancia").wait_for()
        assert "productos" not in page.locator("#live").inner_text()


def test_rewards_of_a_loyalty_programme(browser: Browser, house: House) -> None:
    """In Portuguese: a key and a secret, an address among the further options, and what is watched are rewards."""
    programme = smartbis.Programme()
    for name, stock in (("Ingresso de cinema", 0), ("Caneca", 30), ("Cashback em dobro", None)):
        programme.add(name, stock)
    with smartbis.serve(programme) as server, somebody(browser, house, "pt-BR") as owner:
        page = owner.page
        page.get_by_role("link", name="Smartbis").click()
        owner.fill(api_key=smartbis.DEFAULT_KEY, api_secret=smartbis.DEFAULT_SECRET, name="Prêmios")
        page.get_by_text("Mais opções").click()
        owner.fill(base_url=server.url)
        owner.press("Testar a conexão")
        page.wait_for_url("**/found")
        go_on(owner, "Continuar", "Continuar sem canal", "Começar a vigiar")
        page.get_by_text("3 recompensas sob vigilância").wait_for()
        assert "produto" not in page.locator("#live").inner_text()


def test_a_table_of_ones_own(browser: Browser, house: House) -> None:
    """In English: an Excel file is looked over, its columns are chosen, and what runs out is told."""
    with somebody(browser, house, "en-US") as owner:
        page = owner.page
        page.get_by_role("link", name="A list of your own").click()
        owner.fill(name="Warehouse")
        page.locator("[name=file]").set_input_files({"name": "stock.xlsx", "mimeType": XLSX, "buffer": LIST})
        owner.press("See the columns")
        page.get_by_text("Choose the column of the stock.").wait_for()
        for word, heading in CHOSEN.items():
            page.locator(f"[name=column-{word}]").select_option(heading)
        owner.press("See how it reads")
        page.get_by_text("Hammer").wait_for()
        owner.press("This is right")
        page.wait_for_url("**/found")
        go_on(owner, "Continue", "Continue without a channel", "Begin to watch")
        page.get_by_text("3 products under watch").wait_for()
        page.get_by_role("link", name="Saw").first.wait_for()
