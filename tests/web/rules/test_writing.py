"""Writing rules on the page: the form and the text follow each other, to the file and back."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alertd.store.db import Store

from ..test_door import token_of
from .forms import LOW, PAIR, form_of, hidden_of, opened, send


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
