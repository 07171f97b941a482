"""Rules by the API, over the engine's own hand: tried, written over what was read, taken out; nobody's work is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from alertd.engine.actions import ProgressBoard, actions_of
from alertd.engine.context import Context, open_context
from alertd.rules.load import RuleSet
from alertd.settings import read_settings
from alertd.store import tokens
from alertd.web.app import create_app

from . import makers
from .makers import NOW

Ask = Callable[..., TestResponse]
RULE = "# Lo que Ana vigila.\nname: poco-aceite\ntitle: Poco aceite\non: stock\nwhen: stock <= 5\n"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Context]:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "low-stock.yaml").write_text(makers.LOW_RULE.replace("notify: [slack-compras]\n", ""))
    settings = read_settings({"ALERTD_HOME": str(tmp_path / "home"), "ALERTD_RULES": str(folder)})
    context = open_context(settings)
    context.now = lambda: NOW
    makers.seed_shop(context.store)
    yield context
    context.store.close()


@pytest.fixture
def ask(hall: Context) -> Ask:
    def rules() -> RuleSet:
        book = hall.rules.book(hall.now())
        return RuleSet(book.rules, book.errors)

    app = create_app(
        hall.store, hall.settings, "k", clock=hall.now, rules=rules, actions=actions_of(hall, ProgressBoard())
    )
    _, text = tokens.add(hall.store, "editor", scope="write", now=NOW)
    client = app.test_client()

    def call(method: str, path: str, text_: str | None = None, match: str | None = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {text}"} | ({"If-Match": match} if match else {})
        body = {} if text_ is None else {"data": text_.encode(), "content_type": "application/yaml"}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **body)

    return call


def test_a_rule_is_tried_on_the_present(ask: Ask) -> None:
    """The matches of the command, in its shape."""
    found = ask("GET", "/rules/low-stock/preview").json
    assert found["count"] == len(found["matches"]) > 3
    assert found["matches"][0]["severity"] == "critical"
    assert found["matches"][0]["values"]["stock"] == found["matches"][0]["stock"]
    assert ask("GET", "/rules/nothing/preview").status_code == 404


def test_a_new_rule_is_written_and_in_force_at_once(ask: Ask, hall: Context) -> None:
    """With its comments, in a file of its own, in the token's name."""
    made = ask("PUT", "/rules/poco-aceite", RULE)
    assert made.status_code == 200, made.text
    assert (made.json["name"], made.json["text"].strip()) == ("poco-aceite", RULE.strip())
    assert "Lo que Ana vigila" in (hall.rules_folder / made.json["file"]).read_text()
    told = hall.store.rows("SELECT who, what, about FROM audit ORDER BY id DESC LIMIT 1")
    assert told == [{"who": "token editor", "what": "rule.created", "about": "poco-aceite"}]


def test_a_rule_is_changed_over_what_was_read_only(ask: Ask, hall: Context) -> None:
    """Without its mark, or with an old one, nothing is written: somebody else was here."""
    first = ask("GET", "/rules/low-stock")
    changed = first.json["text"].replace("stock_minimo > 0", "stock_minimo > 1")
    assert ask("PUT", "/rules/low-stock", changed).status_code == 428
    good = ask("PUT", "/rules/low-stock", changed, first.headers["ETag"])
    assert (good.status_code, "stock_minimo > 1" in good.json["text"]) == (200, True)
    late = ask("PUT", "/rules/low-stock", first.json["text"], first.headers["ETag"])
    assert (late.status_code, late.content_type) == (412, "application/problem+json")
    assert "stock_minimo > 1" in (hall.rules_folder / "low-stock.yaml").read_text()


def test_mistakes_are_named_and_nothing_is_written(ask: Ask, hall: Context) -> None:
    """Each with its line, and what was meant."""
    before = sorted(path.name for path in hall.rules_folder.iterdir())
    bad = ask("PUT", "/rules/poco-aceite", makers.BROKEN_RULE)
    assert (bad.status_code, bad.json["errors"][0]["line"]) == (422, 4)
    other = ask("PUT", "/rules/another-name", RULE)
    assert (other.status_code, "poco-aceite" in other.json["detail"]) == (422, True)
    assert ask("PUT", "/rules/poco-aceite", RULE, '"x"').status_code == 412
    assert ask("PUT", "/rules/..%2f..%2fetc", RULE).status_code == 404
    assert sorted(path.name for path in hall.rules_folder.iterdir()) == before


def test_a_rule_is_taken_out_by_whoever_read_it(ask: Ask, hall: Context) -> None:
    """Then it is gone from the folder and from the list."""
    mark = ask("GET", "/rules/low-stock").headers["ETag"]
    assert ask("DELETE", "/rules/low-stock").status_code == 428
    assert ask("DELETE", "/rules/low-stock", match='"old"').status_code == 412
    assert ask("DELETE", "/rules/low-stock", match=mark).status_code == 204
    assert ask("GET", "/rules/low-stock").status_code == 404
    assert ask("DELETE", "/rules/low-stock", match=mark).status_code == 404
