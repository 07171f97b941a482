"""The rule builder beside its YAML, in a real browser, with the real engine and a real file behind it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from web import makers
from web.makers import PASSWORD

from alertd.engine.authoring import rule_actions
from alertd.engine.context import open_context
from alertd.rules.load import RuleSet
from alertd.settings import read_settings
from alertd.web.actions import Actions
from alertd.web.app import create_app
from alertd.web.server import Server

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
AXE = Path(__file__).parent / "vendor"
OIL = """\
# Avisa cuando queda menos de una caja.
name: poco-aceite
title: Queda poco aceite
on: stock
query:
  nombre: aceite   # todas las marcas
when: stock <= 5   # de la caja
severity: high
"""


@dataclass(frozen=True)
class Bench:
    """A shop that answers, and its folder of rules."""

    url: str
    folder: Path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    folder = tmp_path / "reglas"
    folder.mkdir()
    (folder / "poco-aceite.yaml").write_text(OIL)
    context = open_context(read_settings({"ALERTD_HOME": str(tmp_path / "home"), "ALERTD_RULES": str(folder)}))
    context.now = lambda: makers.NOW
    makers.seed_shop(context.store)
    makers.user(context.store, language="es")

    def rules() -> RuleSet:
        book = context.rules.book(makers.NOW)
        return RuleSet(book.rules, book.errors)

    actions = Actions(rules=rule_actions(context))
    app = create_app(context.store, context.settings, "k", clock=context.now, rules=rules, actions=actions)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    yield Bench(server.url, folder)
    server.stop()
    context.store.close()


@pytest.fixture(params=SIZES)
def window(request: pytest.FixtureRequest, browser: Browser, bench: Bench) -> Iterator[BrowserContext]:
    width, height = SIZES[request.param]
    opened = browser.new_context(viewport={"width": width, "height": height}, locale="es-SV")
    page = opened.new_page()
    page.goto(bench.url + "/login?next=/rules")
    page.get_by_label("Usuario").fill("marta")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/rules")
    page.close()
    yield opened
    opened.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A page that must stay quiet: nothing in the console, nothing that the policy had to block."""
    opened = window.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert [text for text in said if "401" not in text] == []


def test_builder_and_text_follow_each_other_to_the_file_and_back(page: Page, bench: Bench) -> None:
    """A number in the form, a title in the text, a match in the preview; saved with the comment kept, then undone."""
    page.goto(bench.url + "/rule/poco-aceite/edit")
    text = page.locator("#rule-text")
    expect(page.locator(".tally")).to_have_text("1")
    page.locator("#row-0-value").fill("14")
    expect(text).to_have_value(re.compile(r"when: stock <= 14   # de la caja"))
    text.fill(text.input_value().replace("Queda poco aceite", "Casi no hay aceite") + "for: 30m\n")
    expect(page.locator("#b-title_es")).to_have_value("Casi no hay aceite")
    expect(page.locator("#b-for")).to_have_value("30m")
    expect(page.locator(".samples")).to_contain_text("Aceite vegetal 1 L")
    page.get_by_role("button", name="Revisar y guardar").click()
    expect(page.locator(".diff .plus").first).to_contain_text("Casi no hay aceite")
    page.get_by_role("button", name="Guardar", exact=True).click()
    page.wait_for_url("**/rule/poco-aceite")
    expected = OIL.replace("stock <= 5", "stock <= 14").replace("Queda poco", "Casi no hay") + "for: 30m\n"
    assert (bench.folder / "poco-aceite.yaml").read_text() == expected
    page.get_by_text("Como estaba en el archivo").click()
    page.get_by_role("button", name="Recuperar esta versión").click()
    page.get_by_role("button", name="Guardar", exact=True).click()
    page.wait_for_url("**/rule/poco-aceite")
    assert (bench.folder / "poco-aceite.yaml").read_text() == OIL


def test_a_condition_is_built_row_by_row(page: Page, bench: Bench) -> None:
    """A row more, its word chosen: the comparisons and the suggestions follow the word; then it goes again."""
    page.goto(bench.url + "/rule/poco-aceite/edit")
    page.get_by_role("button", name="Otra condición").click()
    page.locator("#row-1-word").wait_for()
    # What was just put into the page listens only once htmx has settled it, a few hundredths of a second later.
    busy = ".htmx-request, .htmx-settling, .htmx-added, .htmx-swapping"
    expect(page.locator(busy)).to_have_count(0)
    page.locator("#row-1-word").select_option("nombre_bodega")
    expect(page.locator("#row-1-sign")).to_have_value("contains")
    expect(page.locator("#row-1-value")).to_have_attribute("list", "has-nombre_bodega")
    page.locator("#row-1-value").fill("Sala")
    expect(page.locator("#rule-text")).to_have_value(
        re.compile(r"when: stock <= 5 and contains\(nombre_bodega, 'Sala'\)")
    )
    expect(page.locator(".matches")).to_contain_text("Nada, en este momento")
    page.get_by_role("button", name="Quitar la condición 2").click()
    expect(page.locator("#rule-text")).to_have_value(OIL)


def test_a_mistake_shows_its_place_and_the_form_waits(page: Page, bench: Bench) -> None:
    """Half a line of YAML: nothing is lost, and one touch leads to the place."""
    page.goto(bench.url + "/rule/poco-aceite/edit")
    text = page.locator("#rule-text")
    text.fill(OIL.replace("stock <= 5", "stok <= 5"))
    place = page.locator(".place")
    expect(place).to_have_text("7:7")
    expect(page.locator("#rule-say .mistakes")).to_contain_text("No existe el dato 'stok'")
    place.click()
    assert page.evaluate("document.activeElement.selectionStart") == OIL.index("stock <= 5")
    text.fill(OIL + "for: [")
    expect(page.locator("#rule-say .mistakes")).to_contain_text("El formulario sigue al texto")
    assert page.locator("#b-title_es").input_value() == "Queda poco aceite"
    text.fill(OIL + "for: 5m")
    expect(page.locator("#b-for")).to_have_value("5m")


def test_what_was_typed_outlives_the_session(page: Page, bench: Bench, window: BrowserContext) -> None:
    """The cookie is gone in the middle of a sentence; after signing in again the text is there to be taken back."""
    page.goto(bench.url + "/rule/poco-aceite/edit")
    window.clear_cookies()
    page.locator("#rule-text").fill(OIL + "# una nota larga\n")
    expect(page.locator("#rule-lost")).to_contain_text("Su sesión terminó")
    page.goto(bench.url + "/rule/poco-aceite/edit")
    page.get_by_label("Usuario").fill("marta")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.get_by_role("button", name="Recuperarlo").click()
    expect(page.locator("#rule-text")).to_have_value(OIL + "# una nota larga\n")


def test_the_pages_of_rules_fit_and_can_be_used_by_everybody(page: Page, bench: Bench) -> None:
    """No sideways scrolling, and axe finds nothing against WCAG 2.1 AA."""
    page.goto(bench.url + "/rule/poco-aceite/edit")
    page.locator("#b-for").fill("30m")
    expect(page.locator("#rule-text")).to_have_value(re.compile("for: 30m"))
    page.get_by_role("button", name="Revisar y guardar").click()
    expect(page.locator(".diff")).to_be_visible()
    _look(page, "review")
    for path in ("/rules", "/rules/new", "/rule/poco-aceite", "/rule/poco-aceite/edit", "/rules/new?like=returns-spike",
                 "/rules/new?like=runs-out-soon"):  # fmt: skip
        page.goto(bench.url + path)
        page.wait_for_load_state("networkidle")
        _look(page, path)


def _look(page: Page, where: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), where
    script = next(AXE.glob("axe*.js")).read_text()
    page.evaluate(script)
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    told = [
        (each["id"], node["target"], node["failureSummary"]) for each in found["violations"] for node in each["nodes"]
    ]
    assert told == [], where


def test_nothing_is_lost_under_fast_fingers(page: Page, bench: Bench) -> None:
    """Answers come while somebody types on: neither side loses a letter, nor the place of the hand."""
    page.goto(bench.url + "/rule/poco-aceite/edit")
    words = "Queda muy poco aceite de todas las marcas en la bodega"
    page.locator("#b-title_es").fill("")
    page.locator("#b-title_es").press_sequentially(words, delay=45)
    expect(page.locator("#rule-text")).to_have_value(re.compile(f"title: {words}\n"))
    text = page.locator("#rule-text")
    text.press("Control+Home")
    text.press_sequentially("# nota escrita de corrido, sin esperar a nadie", delay=45)
    text.press("Enter")
    expect(page.locator("#rule-hidden textarea")).to_have_value(
        re.compile("# nota escrita de corrido, sin esperar a nadie\n#")
    )
    assert text.input_value().startswith("# nota escrita de corrido, sin esperar a nadie\n# Avisa cuando")
    assert page.locator("#b-title_es").input_value() == words
