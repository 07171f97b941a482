"""The pages on which rules are written: with the real engine behind them and real files in a real folder."""

import re
import threading
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alertd.engine.authoring import rule_actions
from alertd.engine.context import Context, open_context
from alertd.rules.load import RuleSet
from alertd.settings import Settings, read_settings
from alertd.store import audit, rulestate, ruleversions
from alertd.store.db import Store
from alertd.web.actions import Actions
from alertd.web.app import create_app

from . import makers
from .conftest import Clock
from .test_door import token_of

LOW = """\
# Avisa antes de que falte.
name: poco
title: Queda poco
on: stock
when: stock <= stock_minimo and stock_minimo > 0   # como siempre
severity: high
"""
PAIR = """\
rules:
  # la primera
  - name: uno
    on: stock
    when: stock < 1
  - name: dos
    on: stock
    when: stock < 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reglas"
    made.mkdir()
    (made / "poco.yaml").write_text(LOW)
    return made


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    return read_settings({"ALERTD_HOME": str(tmp_path), "ALERTD_RULES": str(folder)})


@pytest.fixture
def context(store: Store, settings: Settings, clock: Clock) -> Context:
    found = open_context(settings)
    found.now = clock
    return found


@pytest.fixture
def app(store: Store, settings: Settings, clock: Clock, context: Context) -> Flask:
    def rules() -> RuleSet:
        book = context.rules.book(clock())
        return RuleSet(book.rules, book.errors)

    actions = Actions(rules=rule_actions(context))
    return create_app(store, settings, "a key for tests", clock=clock, rules=rules, actions=actions)


@pytest.fixture
def marta(app: Flask, store: Store) -> FlaskClient:
    """An editor, before a shop with stock."""
    makers.seed_shop(store)
    browser = app.test_client()
    makers.sign_in(browser, store, makers.user(store, "marta", role="editor", language="es"))
    return browser


@pytest.fixture
def other(app: Flask, store: Store) -> Callable[[str], FlaskClient]:
    def sign_in(role: str) -> FlaskClient:
        browser = app.test_client()
        makers.sign_in(browser, store, makers.user(store, f"otra-{role}", role=role, language="es"))
        return browser

    return sign_in


def form_of(page: TestResponse) -> dict[str, str | list[str]]:
    """Every field of the rule form as a browser would send it."""
    found: dict[str, str | list[str]] = {}
    body = page.text.partition('id="rule-form"')[2].partition("</form>")[0]

    def add(name: str, value: str) -> None:
        before = found.get(name)
        found[name] = value if before is None else [*([before] if isinstance(before, str) else before), value]

    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        picked = not re.search(r'type="(checkbox|radio)"', tag) or " checked" in tag
        if name and picked:
            add(name[1], unescape(value[1]) if value else "")
    for tag, inside in re.findall(r"<textarea([^>]*)>(.*?)</textarea>", body, re.DOTALL):
        name = re.search(r' name="([^"]*)"', tag)
        assert name is not None
        add(name[1], unescape(inside).removeprefix("\n"))
    for tag, inside in re.findall(r"<select([^>]*)>(.*?)</select>", body, re.DOTALL):
        name = re.search(r' name="([^"]*)"', tag)
        chosen = re.search(r'<option value="([^"]*)" selected', inside) or re.search(r'<option value="([^"]*)"', inside)
        assert name is not None
        assert chosen is not None
        add(name[1], unescape(chosen[1]))
    return found


def opened(client: FlaskClient, name: str = "poco") -> dict[str, str | list[str]]:
    return form_of(client.get(f"/rule/{name}/edit"))


def send(client: FlaskClient, path: str, form: dict[str, str | list[str]], *, part: bool = False) -> TestResponse:
    return client.post(path, data=form, headers={"HX-Request": "true"} if part else {})


def hidden_of(page: TestResponse) -> dict[str, str]:
    """What a page carries to the next step: the first form in its main part."""
    body = page.text.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    found = {
        name: unescape(inside).removeprefix("\n")
        for name, inside in re.findall(r'<textarea name="(\w+)" hidden>(.*?)</textarea>', body, re.DOTALL)
    }
    return found | {
        name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body)
    }


def test_a_change_in_the_form_is_written_into_the_text_and_nothing_else_moves(marta: FlaskClient, folder: Path) -> None:
    """From the form to the YAML, to the comparison, to the file: the comments stay."""
    form = {**opened(marta), "row-1-value": "2", "for": "30m"}
    answer = send(marta, "/rules/draft", form, part=True)
    assert "stock_minimo &gt; 2   # como siempre\nfor: 30m" in answer.text
    review = send(marta, "/rules/review", form)
    assert 'class="minus"' in review.text
    assert "for: 30m" in review.text
    saved = send(marta, "/rules/save", hidden_of(review))
    assert (saved.status_code, saved.location) == (303, "/rule/poco")
    expected = LOW.replace("stock_minimo > 0   # como siempre\n", "stock_minimo > 2   # como siempre\nfor: 30m\n")
    assert (folder / "poco.yaml").read_text() == expected


def test_a_change_in_the_text_is_shown_by_the_form(marta: FlaskClient) -> None:
    """From the YAML to the form; a condition that no row can say becomes a row of text."""
    form = opened(marta)
    form["text"] = LOW.replace("stock <= stock_minimo and", "stock - change < 3 and marca = 'X' and")
    answer = send(marta, "/rules/draft", form, part=True)
    assert 'id="rule-builder" hx-swap-oob="true"' in answer.text
    assert "stock - change &lt; 3</textarea>" in answer.text
    assert '<option value="marca" selected' in answer.text
    assert 'id="rule-text"' not in answer.text


def test_both_sides_may_be_edited_at_once(marta: FlaskClient) -> None:
    """The form wrote one key and the text another; both are kept."""
    form = {**opened(marta), "severity": "critical"}
    form["text"] = LOW.replace("Queda poco", "Queda muy poco")
    answer = send(marta, "/rules/draft", form, part=True)
    assert "title: Queda muy poco" in answer.text
    assert "severity: critical" in answer.text


def test_a_mistake_shows_its_place_and_loses_nothing(marta: FlaskClient, folder: Path) -> None:
    """A misspelt field in the text, and a text that is no YAML at all while the form was changed too."""
    form = opened(marta)
    form["text"] = LOW.replace("stock <=", "stok <=")
    assert "<code>5:7</code>" in send(marta, "/rules/draft", form, part=True).text
    broken = {**opened(marta), "text": LOW + "for: [\n", "severity": "critical"}
    answer = send(marta, "/rules/draft", broken, part=True)
    assert "El formulario sigue al texto" in answer.text
    whole = send(marta, "/rules/review", broken)
    assert whole.status_code == 422
    kept = form_of(whole)
    assert (kept["text"], kept["severity"]) == (LOW + "for: [\n", "critical")
    mended = send(marta, "/rules/draft", {**kept, "text": LOW + "for: 5m\n"}, part=True)
    assert "severity: critical" in mended.text
    assert "for: 5m" in mended.text
    assert (folder / "poco.yaml").read_text() == LOW


def test_a_row_is_added_filled_in_and_taken_out(marta: FlaskClient) -> None:
    """An empty row changes nothing in the text; a full one does; dropping it brings the old text back."""
    form = opened(marta)
    more = send(marta, "/rules/draft", {**form, "do": "add"})
    form = form_of(more)
    assert form["rows"] == "3"
    assert form["text"] == LOW
    form |= {"row-2-word": "nombre_bodega", "row-2-sign": "contains", "row-2-value": "central"}
    full = form_of(send(marta, "/rules/draft", form))
    assert "and contains(nombre_bodega, 'central')" in str(full["text"])
    less = form_of(send(marta, "/rules/draft", {**full, "do": "drop-2"}))
    assert less["text"] == LOW


def test_the_preview_counts_what_matches_and_says_why(marta: FlaskClient) -> None:
    """The engine's own judgement on the stock that is known, worst first; worked-out figures are explained."""
    answer = send(marta, "/rules/draft", opened(marta), part=True).text
    assert '<b class="tally">8</b>' in answer
    assert "Cemento gris" in answer
    form = opened(marta)
    form["text"] = LOW.replace("stock <= stock_minimo and stock_minimo > 0", "stock_value > 1")
    assert "De dónde sale stock_value" in send(marta, "/rules/draft", form, part=True).text


def test_a_preview_changes_nothing(marta: FlaskClient, store: Store) -> None:
    """Figures that a preview needs are worked out and thrown away."""
    form = opened(marta)
    form["text"] = LOW.replace("stock <= stock_minimo and stock_minimo > 0", "days_of_cover < 5 or abc_class = 'A'")
    before = store.value("SELECT count(*) FROM measured"), store.value("SELECT count(*) FROM alert")
    assert send(marta, "/rules/draft", form, part=True).status_code == 200
    assert (store.value("SELECT count(*) FROM measured"), store.value("SELECT count(*) FROM alert")) == before


def test_every_version_is_kept_and_can_be_brought_back(marta: FlaskClient, folder: Path, store: Store) -> None:
    """What was found on disk, what was saved, by whom; undoing shows the change first."""
    review = send(marta, "/rules/review", {**opened(marta), "for": "30m"})
    send(marta, "/rules/save", hidden_of(review))
    first, last = reversed(ruleversions.of_rule(store, "poco"))
    assert (first.what, first.who, first.text) == ("found", "", LOW)
    assert (last.what, last.who) == ("saved", "marta")
    page = marta.get(f"/rule/poco/versions/{first.id}")
    assert "Recuperar esta versión" in page.text
    back = send(marta, "/rules/review", hidden_of(page))
    assert 'class="minus"' in back.text
    send(marta, "/rules/save", hidden_of(back))
    assert (folder / "poco.yaml").read_text() == LOW
    assert ruleversions.of_rule(store, "poco")[0].what == "restored"
    told = [entry.what for entry in audit.list_entries(store).rows if entry.what.startswith("rule.")]
    assert told == ["rule.restored", "rule.saved"]


def test_a_file_that_changed_meanwhile_is_not_overwritten(marta: FlaskClient, folder: Path) -> None:
    """Both changes are shown; put together, neither is lost; the comment of theirs stays."""
    form = {**opened(marta), "for": "30m"}
    theirs = LOW.replace("severity: high", "severity: critical   # Ana")
    (folder / "poco.yaml").write_text(theirs)
    met = send(marta, "/rules/review", form)
    assert met.status_code == 409
    assert "critical   # Ana" in met.text
    assert "for: 30m" in met.text
    assert (folder / "poco.yaml").read_text() == theirs
    merged = send(marta, "/rules/merge", hidden_of(met))
    saved = send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", form_of(merged))))
    assert saved.status_code == 303
    text = (folder / "poco.yaml").read_text()
    assert "critical   # Ana" in text
    assert "for: 30m" in text


def test_two_people_who_save_the_same_rule_meet(
    marta: FlaskClient, other: Callable[[str], FlaskClient], folder: Path
) -> None:
    """The second to save sees what the first did, even after the comparison was shown."""
    ana = other("editor")
    mine = hidden_of(send(marta, "/rules/review", {**opened(marta), "for": "30m"}))
    hers = hidden_of(send(ana, "/rules/review", {**opened(ana), "for": "2h"}))
    assert send(ana, "/rules/save", hers).status_code == 303
    met = send(marta, "/rules/save", mine)
    assert met.status_code == 409
    assert "Los dos cambiaron: for" in met.text
    assert "for: 2h" in (folder / "poco.yaml").read_text()


def test_a_rule_that_was_deleted_meanwhile_can_be_made_again(marta: FlaskClient, folder: Path) -> None:
    """The text of the one who was still writing is not lost."""
    form = {**opened(marta), "for": "30m"}
    (folder / "poco.yaml").unlink()
    met = send(marta, "/rules/review", form)
    assert met.status_code == 409
    assert "ya no está en la carpeta" in met.text
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", hidden_of(met))))
    assert "for: 30m" in (folder / "poco.yaml").read_text()


def test_a_session_that_ended_hands_back_what_was_typed(marta: FlaskClient, store: Store, folder: Path) -> None:
    """Nothing is saved and nothing is lost; the way back leads to the form."""
    form = {**opened(marta), "text": LOW + "# mi nota larga\n"}
    store.execute("DELETE FROM web_session")
    answer = send(marta, "/rules/review", form)
    assert answer.status_code == 401
    assert "# mi nota larga" in answer.text
    assert "/login?next=/rule/poco/edit" in answer.text
    assert send(marta, "/rules/draft", form, part=True).status_code == 401
    with marta.session_transaction() as session:
        session.clear()
    forgotten = send(marta, "/rules/save", form)
    assert forgotten.status_code == 401
    assert "# mi nota larga" in forgotten.text
    assert (folder / "poco.yaml").read_text() == LOW


def test_a_forged_post_changes_nothing(marta: FlaskClient, folder: Path) -> None:
    """Without the token of the form it is refused, and the text handed back."""
    form = {**opened(marta), "csrf_token": "x", "text": LOW.replace("high", "info")}
    for path in ("/rules/save", "/rules/review", "/rules/draft"):
        assert send(marta, path, form).status_code == 401
    assert marta.post("/rule/poco/remove", data={"sure": "1"}).status_code == 400
    assert (folder / "poco.yaml").read_text() == LOW


def test_a_post_of_ten_megabytes_is_refused_at_the_door(marta: FlaskClient) -> None:
    """A designed answer; and a text larger than any rule is a mistake in the form."""
    form = opened(marta)
    assert send(marta, "/rules/draft", {**form, "text": "#" * 10_000_000}).status_code == 413
    assert send(marta, "/rules/review", {**form, "text": LOW + "#" * 100_000}).status_code == 422


def test_markup_in_a_rule_is_text_wherever_it_shows(marta: FlaskClient) -> None:
    """Titles, conditions, messages: typed as they are, shown as they are."""
    bad = "<script>alert(1)</script>"
    form = {**opened(marta), "title_es": bad, "message": bad, "row-0-value": bad, "name": "poco"}
    for path in ("/rules/draft", "/rules/review"):
        assert bad not in send(marta, path, form).text
    form = {**opened(marta), "title_es": bad}
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", form)))
    for path in ("/rules", "/rule/poco", "/rule/poco/edit", "/rule/poco/versions/2"):
        answer = marta.get(path)
        assert answer.status_code == 200
        assert bad not in answer.text
        assert "&lt;script&gt;" in answer.text


def test_a_new_rule_begins_from_a_card(marta: FlaskClient, folder: Path) -> None:
    """The shipped rules, each with a name that is free; its comment comes along."""
    cards = marta.get("/rules/new").text
    assert "Stock en o por debajo del mínimo" in cards
    form = form_of(marta.get("/rules/new?like=negative-stock"))
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", form)))
    made = (folder / "negative-stock.yaml").read_text()
    assert made.startswith("# ")
    assert "yaml-language-server" not in made
    again = form_of(marta.get("/rules/new?like=negative-stock"))
    assert again["name"] == "negative-stock-2"
    assert marta.get("/rules/new?like=nothing").status_code == 404


def test_a_name_that_is_taken_is_refused(marta: FlaskClient, folder: Path) -> None:
    """With the place of the name, and nothing is overwritten."""
    form = {**form_of(marta.get("/rules/new?like=")), "name": "poco"}
    answer = send(marta, "/rules/review", form)
    assert answer.status_code == 422
    assert (folder / "poco.yaml").read_text() == LOW


def test_a_rule_among_others_is_edited_alone(marta: FlaskClient, folder: Path) -> None:
    """Its neighbours and their comments stay; switching and removing touch only it."""
    (folder / "dos.yaml").write_text(PAIR)
    form = {**opened(marta, "dos"), "for": "1h"}
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", form)))
    assert (folder / "dos.yaml").read_text() == PAIR + "    for: 1h\n"
    token = str(form["csrf_token"])
    marta.post("/rules/switch", data={"csrf_token": token, "name": "uno", "on": "0"})
    assert "when: stock < 1\n    enabled: false\n" in (folder / "dos.yaml").read_text()
    page = marta.get("/rule/dos")
    mark = re.findall(r'name="mark" value="(\w+)"', page.text)[-1]
    gone = marta.post("/rule/dos/remove", data={"csrf_token": token, "mark": mark, "sure": "1"})
    assert gone.location == "/rules"
    assert "name: dos" not in (folder / "dos.yaml").read_text()
    assert "# la primera" in (folder / "dos.yaml").read_text()


def test_removing_asks_first_and_keeps_the_text(marta: FlaskClient, folder: Path, store: Store) -> None:
    """Without the tick nothing happens; afterwards its link says so and offers what is kept."""
    page = marta.get("/rule/poco")
    token, mark = token_of(page), re.findall(r'name="mark" value="(\w+)"', page.text)[-1]
    marta.post("/rule/poco/remove", data={"csrf_token": token, "mark": mark})
    assert (folder / "poco.yaml").exists()
    marta.post("/rule/poco/remove", data={"csrf_token": token, "mark": "old", "sure": "1"})
    assert (folder / "poco.yaml").exists()
    marta.post("/rule/poco/remove", data={"csrf_token": token, "mark": mark, "sure": "1"})
    assert not (folder / "poco.yaml").exists()
    gone = marta.get("/rule/poco")
    assert gone.status_code == 404
    assert "Eliminada" in gone.text
    version = next(each for each in ruleversions.of_rule(store, "poco") if each.what == "removed")
    again = hidden_of(marta.get(f"/rule/poco/versions/{version.id}"))
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", again)))
    assert (folder / "poco.yaml").read_text() == LOW


def test_a_folder_that_cannot_be_written_gets_one_sentence(marta: FlaskClient, folder: Path, store: Store) -> None:
    """What was typed stays in the form, and no version is made of what was not saved."""
    (folder / ".poco.yaml.new").mkdir()
    answer = send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", {**opened(marta), "for": "30m"})))
    assert answer.status_code == 503
    assert "alertd no puede escribir poco.yaml" in answer.text
    assert form_of(answer)["for"] == "30m"
    assert [each.what for each in ruleversions.of_rule(store, "poco")] == ["found"]


def test_a_broken_rule_says_what_runs_instead(marta: FlaskClient, folder: Path) -> None:
    """The last good version stays in force; the page shows file, line, column and leads to the form."""
    assert marta.get("/rules").status_code == 200
    (folder / "poco.yaml").write_text(LOW.replace("stock <=", "stok <="))
    listed = marta.get("/rules").text
    assert "Con errores" in listed
    assert "poco.yaml:5:7" in listed
    assert "sigue en vigor la última versión buena" in marta.get("/rule/poco").text
    assert "stok" in marta.get("/rule/poco/edit").text


def test_a_rule_that_cannot_be_run_says_so(marta: FlaskClient, store: Store) -> None:
    """How often in a row, on which shop, and what the database said; once it runs again, nothing of it."""
    for _ in range(3):
        rulestate.note_failure(store, 1, "poco", "interrupted", makers.NOW)
    listed = marta.get("/rules").text
    assert "No se puede evaluar" in listed
    assert "No se pudo evaluar en tienda-centro 3 veces seguidas" in listed
    assert "interrupted" in marta.get("/rule/poco").text
    store.execute("DELETE FROM rule_evaluation")
    assert "No se puede evaluar" not in marta.get("/rules").text


def test_a_file_that_is_no_yaml_any_more_is_mended_on_the_page(marta: FlaskClient, folder: Path) -> None:
    """Somebody saved half a line on the server; the form shows the whole file until it can be read."""
    assert marta.get("/rules").status_code == 200
    (folder / "poco.yaml").write_text(LOW + "for: [\n")
    assert "/rule/poco/edit" in marta.get("/rules").text
    assert "sigue en vigor" in marta.get("/rule/poco").text
    form = {**opened(marta), "text": LOW + "for: 5m\n"}
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", form)))
    assert (folder / "poco.yaml").read_text() == LOW + "for: 5m\n"


def test_the_tests_beside_a_rule_run_from_its_page(marta: FlaskClient, folder: Path) -> None:
    """As `alertd rules test` does; a rule without any says so."""
    token = token_of(marta.get("/rule/poco"))
    assert "No hay un archivo de pruebas" in marta.post("/rule/poco/tests", data={"csrf_token": token}).text
    cases = (
        "rules: poco.yaml\ncases:\n  - name: falls\n"
        "    given: [{at: 0, stock: [{codigo: A, stock: 1, stock_minimo: 5}]}]\n"
        "    expect: [{at: 1m, alerts: [{codigo: A}]}]\n"
        "  - name: wrong\n    given: [{at: 0, stock: [{codigo: A, stock: 9, stock_minimo: 5}]}]\n"
        "    expect: [{at: 1m, alerts: [{codigo: A}]}]\n"
    )
    (folder / "poco.test.yaml").write_text(cases)
    report = marta.post("/rule/poco/tests", data={"csrf_token": token}).text
    assert "1 de 2 pasaron" in report


def test_a_viewer_sees_and_changes_nothing(other: Callable[[str], FlaskClient], marta: FlaskClient) -> None:
    """The rule, what it finds and its versions; no button that would be refused."""
    ana = other("viewer")
    for path in ("/rules", "/rule/poco", "/rule/poco/matches"):
        answer = ana.get(path)
        assert answer.status_code == 200
        assert 'method="post"' not in answer.text.partition("<main")[2].partition("</main>")[0]
    token = token_of(ana.get("/account"))
    for path in ("/rules/save", "/rules/draft", "/rules/switch", "/rule/poco/remove", "/rule/poco/trial"):
        assert ana.post(path, data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_every_page_of_rules_speaks_every_language(marta: FlaskClient, store: Store, language: str) -> None:
    """Nothing of a template is left unfilled, nothing inline that the policy would block."""
    store.execute("UPDATE user SET language = ?", (language,))
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", {**opened(marta), "for": "30m"})))
    review = send(marta, "/rules/review", {**opened(marta), "for": "1h"})
    pages = [
        *(marta.get(path) for path in ("/rules", "/rules/new", "/rules/new?like=", "/rule/poco", "/rule/poco/edit")),
        *(marta.get(f"/rules/new?like={name}") for name in ("returns-spike", "source-silent", "runs-out-soon")),
        marta.get("/rule/poco/versions/1"), marta.get("/rule/poco/versions/2"), marta.get("/rule/poco/matches"), review,
    ]  # fmt: skip
    for page in pages:
        assert page.status_code == 200
        assert " style=" not in page.text
        assert "{{" not in re.sub(r"<(textarea|pre).*?</\1>", "", page.text, flags=re.DOTALL)
    assert marta.get("/rule/none").status_code == 404
    assert marta.get("/rule/poco/versions/99").status_code == 404


def test_names_are_suggested_while_they_are_typed(marta: FlaskClient) -> None:
    """From the catalogue, whatever the accents; categories and brands stand in the form."""
    assert '<option value="Azúcar 2.5 kg">' in marta.get("/rules/suggest?q_nombre=azucar").text
    assert marta.get("/rules/suggest?q_nombre=").text.strip() == ""
    assert '<option value="Ferretería">' in marta.get("/rule/poco/edit").text


def trial_of(client: FlaskClient, answer: TestResponse) -> str:
    """Ask how far it is until it is done; the process of its own takes a second or two."""
    for _ in range(600):
        address = re.search(r'hx-get="(/rule/poco/trial/[^"]+)"', answer.text)
        if address is None:
            return answer.text
        threading.Event().wait(0.1)
        answer = client.get(address[1], headers={"HX-Request": "true"})
    raise AssertionError(answer.text)


def test_another_number_is_tried_on_the_history(marta: FlaskClient) -> None:
    """Both variants in figures and drawn, and the difference in one sentence; only what the rule looks at counts."""
    form = opened(marta)
    oil = "query: {nombre: aceite}\nwhen: stock <= 5"
    form["text"] = LOW.replace("when: stock <= stock_minimo and stock_minimo > 0", oil)
    send(marta, "/rules/save", hidden_of(send(marta, "/rules/review", form)))
    wanted = {"csrf_token": str(form["csrf_token"]), "days": "7", "number": "0", "to-0": "12"}
    text = trial_of(marta, send(marta, "/rule/poco/trial", wanted, part=True))
    assert "Con 12 en vez de 5: 0 agotados sin aviso, 0 mensajes más en 7 días" in text
    assert text.count('<rect class="fired"') == 2
    assert text.count('<rect class="missed"') == 1
    assert text.count('<rect class="warned"') == 1
    assert 'data-label="Horas antes">120<' in text


def test_what_cannot_be_tried_says_so(marta: FlaskClient, folder: Path) -> None:
    """No number, no rule, a trial that nobody began."""
    token = str(opened(marta)["csrf_token"])
    form = {"csrf_token": token, "days": "30", "number": "0", "to-0": "doce"}
    assert "Escriba un número" in send(marta, "/rule/poco/trial", form, part=True).text
    assert send(marta, "/rule/none/trial", form).status_code == 404
    assert marta.get("/rule/poco/trial/nothing").status_code == 404
