"""Two people, a file changed on disk, a session that ended, a mistake on the server: nothing anybody wrote is lost."""

import re
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from alertd.store import audit, rulestate, ruleversions
from alertd.store.db import Store

from .. import makers
from ..test_door import token_of
from .forms import LOW, form_of, hidden_of, opened, send


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


def test_a_text_that_is_no_rule_yet_is_shown_with_its_mistake(marta: FlaskClient) -> None:
    """Half typed, emptied to one word, of a kind nobody knows: each comes back in the form, and nothing breaks."""
    form = opened(marta)
    for text in (
        "x",
        "null",
        "[]",
        "- a\n- b",
        LOW.replace("on: stock", "on: stok"),
        LOW.replace("on: stock", "on: ''"),
    ):
        for other in ({}, {"for": "30m", "severity": "critical"}):
            assert send(marta, "/rules/review", {**form, **other, "text": text}).status_code == 422, text
            assert send(marta, "/rules/draft", {**form, **other, "text": text}, part=True).status_code == 200, text


def test_a_field_of_the_form_that_no_browser_sends_breaks_nothing(marta: FlaskClient) -> None:
    """A kind that is on no menu, a filter that is no YAML."""
    form = opened(marta)
    for odd in ({"on": "x"}, {"on": ""}, {"q_enable": "%"}, {"q_enable": "\x00"}, {"q_con_stock": "'"}):
        assert send(marta, "/rules/review", {**form, **odd, "for": "30m"}).status_code < 500, odd
