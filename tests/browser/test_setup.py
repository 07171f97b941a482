"""The whole set-up as an owner does it, from the one-time link to a message in a mailbox and at a web service."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from end_to_end.receivers import PostOffice, WebService
from playwright.sync_api import Browser, Page, expect
from web.makers import PASSWORD

from alertd.engine.context import open_context
from alertd.engine.service import Service, let_somebody_in
from alertd.sandbox.smartpyme import DEFAULT_KEY, RunningServer, Shop, serve
from alertd.settings import data_folder, read_settings
from alertd.store.db import Store

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 800), "phone": (390, 844)}


@dataclass
class House:
    """A fresh installation that runs: page, worker and sender, and the link that lets its owner in."""

    link: str
    url: str
    store: Store


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    rules = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), rules)
    context = open_context(
        read_settings({
            "ALERTD_HOME": str(tmp_path / "home"), "ALERTD_RULES": str(rules), "PORT": "0",
            "ALERTD_ALLOW_PRIVATE_HOSTS": "1",
        })
    )  # fmt: skip
    service = Service(context)
    link = let_somebody_in(context)
    assert link is not None
    service.start()
    yield House(link, service.url, context.store)
    service.stop()
    context.store.close()


@pytest.fixture(scope="module")
def upstream() -> Iterator[RunningServer]:
    with serve(Shop.seeded(products=450, seed=3, dialect="deployed")) as server:
        yield server


@pytest.fixture
def web_service() -> Iterator[WebService]:
    made = WebService()
    yield made
    made.close()


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    made = PostOffice()
    yield made
    made.close()


class Owner:
    """Somebody at a screen. Notes what the browser complains of, and which hosts it asked."""

    def __init__(self, browser: Browser, size: str, locale: str = "es-SV") -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def fits(self) -> None:
        """Nothing of the page lies beyond the window."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    def press(self, name: str) -> None:
        button = self.page.get_by_role("button", name=name, exact=True).first
        button.wait_for()
        self.page.wait_for_load_state()
        self.fits()
        button.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)


def _create_account(owner: Owner, house: House, language: str) -> None:
    owner.page.goto(house.link)
    owner.fill(name="Marta", password=PASSWORD, again=PASSWORD)
    owner.page.locator("#language").select_option(language)
    owner.page.locator("main form button").click()
    owner.page.wait_for_url("**/connect/shop")


@pytest.mark.parametrize("size", SIZES)
def test_from_the_first_link_to_a_message(
    browser: Browser, house: House, upstream: RunningServer, web_service: WebService, post_office: PostOffice, size: str
) -> None:
    """A wrong key first, as it happens; then the shop, a mailbox and a web service, rules, the reading, alerts."""
    owner = Owner(browser, size)
    page = owner.page
    _create_account(owner, house, "es")

    page.get_by_role("link", name="SmartPyme").click()
    owner.fill(api_key="not-the-key", name="Tienda Centro")
    page.get_by_text("Más opciones").click()
    owner.fill(base_url=upstream.url)
    owner.press("Probar la conexión")
    page.get_by_text("El sistema no aceptó la clave").wait_for()
    assert page.locator("[name=name]").input_value() == "Tienda Centro"
    assert page.locator("[name=api_key]").input_value() == ""
    owner.fill(api_key=DEFAULT_KEY)
    owner.press("Probar la conexión")
    page.wait_for_url("**/found")
    page.get_by_text("450 productos = 3 llamadas por barrido").wait_for()
    owner.press("Seguir")

    page.get_by_role("link", name="Correo").click()
    page.get_by_role("link", name="Otro servidor").click()
    mailbox = urlsplit(post_office.url)
    owner.fill(host="127.0.0.1", port=str(mailbox.port), to="duena@tienda.test", **{"from": "avisos@tienda.test"})
    page.locator("#security").select_option("none")
    owner.press("Guardar el canal")
    page.get_by_text("El canal correo está guardado").wait_for()
    owner.press("Enviar una prueba")
    page.get_by_text("El servicio aceptó la prueba de correo").wait_for()
    assert "Prueba de alertd" in str(post_office.mails[0]["Subject"])

    page.get_by_role("link", name="Otro servicio").click()
    owner.fill(url=web_service.url, name="compras")
    owner.press("Guardar el canal")
    page.get_by_text("El canal compras está guardado").wait_for()
    owner.press("Seguir")

    page.get_by_text(re.compile("Coincide con [1-9]")).first.wait_for()
    owner.press("Empezar a vigilar")
    page.wait_for_url(re.compile(r":\d+/$"))
    page.get_by_text("450 productos bajo vigilancia").wait_for()
    owner.fits()
    assert "tienda-centro" in page.locator("main").inner_text()
    assert page.locator(".alerts .alert").count() > 0

    told = web_service.next()
    assert "agotado" in told["title"] + told["message"]
    _answer_the_mail(browser, house, post_office, size)
    assert owner.hosts == {urlsplit(house.url).netloc}
    assert [text for text in owner.complaints if "422" not in text] == []
    owner.context.close()


def _answer_the_mail(browser: Browser, house: House, post_office: PostOffice, size: str) -> None:
    """Whoever holds the mail, and has no password, opens its link: looking changes nothing, one tap says it is seen."""
    assert "Prueba" in str(post_office.next()["Subject"])
    part = post_office.next().get_body(("plain", "html"))
    assert part is not None
    link = re.search(rf"{re.escape(house.url)}/a/[\w.-]+", part.get_content())
    assert link is not None
    somebody = Owner(browser, size)
    page = somebody.page
    for _ in range(2):
        page.goto(link.group())
        assert _seen(house) == 0
    somebody.fits()
    page.locator("form:has([value=ack]) button").click()
    page.get_by_role("status").wait_for()
    assert _seen(house) > 0
    assert page.locator(".linked").get_by_text("correo").first.is_visible()
    assert somebody.complaints == []
    assert somebody.hosts == {urlsplit(house.url).netloc}
    somebody.context.close()


def _seen(house: House) -> int:
    """How many alerts somebody said to have seen."""
    return int(house.store.value("SELECT count(*) FROM alert WHERE acknowledged_by IS NOT NULL"))


@pytest.mark.parametrize(
    ("language", "words"),
    [("pt", ("Onde está seu estoque?", "Loja de exemplo", "Continuar", "Continuar sem canal", "Começar a vigiar")),
     ("en", ("Where is your stock kept?", "Demo shop", "Continue", "Continue without a channel", "Begin to watch"))],
)  # fmt: skip
def test_the_demo_shop_in_another_language(
    browser: Browser, house: House, language: str, words: tuple[str, ...]
) -> None:
    """No key, no channel: five touches to a shop that lives, and the overview says that nobody is told."""
    question, demo, go_on, skip, begin = words
    owner = Owner(browser, "phone", {"pt": "pt-BR", "en": "en-US"}[language])
    _create_account(owner, house, language)
    owner.page.get_by_text(question).wait_for()
    owner.page.get_by_text(demo).click()
    owner.page.wait_for_url("**/found")
    for name in (go_on, skip, begin):
        owner.press(name)
    owner.page.wait_for_url(re.compile(r":\d+/$"))
    assert owner.page.locator("#no-channels").is_visible()
    assert owner.complaints == []
    owner.context.close()


def test_the_overview_renews_itself_under_a_still_hand(browser: Browser, house: House, upstream: RunningServer) -> None:
    """New numbers come in; the place on the page, the focus and what was opened stay."""
    owner = Owner(browser, "phone")
    page = owner.page
    _create_account(owner, house, "es")
    page.get_by_text("Tienda de muestra").click()
    for name in ("Seguir", "Seguir sin canal", "Empezar a vigilar"):
        owner.press(name)
    page.wait_for_url(re.compile(r":\d+/$"))
    page.locator("#all-messages").focus()
    page.evaluate("window.scrollTo(0, 300)")
    page.evaluate("document.querySelector('#live').dataset.old = 'yes'")
    with page.expect_response(lambda response: response.request.headers.get("hx-request") == "true"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#live[data-old]")).to_have_count(0)
    expect(page.locator("#live")).to_have_count(1)
    assert page.evaluate("window.scrollY") == 300
    expect(page.locator("#all-messages")).to_be_focused()
    assert owner.complaints == []
    owner.context.close()


def test_a_session_that_ended_leads_to_the_door_and_not_into_the_page(browser: Browser, house: House) -> None:
    """The overview asks for news with a session that is over: the whole page goes to the sign-in form."""
    owner = Owner(browser, "desk")
    page = owner.page
    _create_account(owner, house, "es")
    page.get_by_text("Tienda de muestra").click()
    for name in ("Seguir", "Seguir sin canal", "Empezar a vigilar"):
        owner.press(name)
    page.wait_for_url(re.compile(r":\d+/$"))
    owner.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_url("**/login")
    owner.context.close()
