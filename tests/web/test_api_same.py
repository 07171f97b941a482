"""The API and the commands give the same documents: whoever reads one reads the other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertd.engine.context import open_context
from alertd.rules.load import RuleSet
from alertd.settings import read_settings
from alertd.store import tokens
from alertd.web.app import create_app

from . import makers


@pytest.fixture
def asked(alertd: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """From the same home: what a command prints, and what the API answers."""
    home = tmp_path / "home"
    assert alertd("alerts").status == 0
    context = open_context(read_settings({"ALERTD_HOME": str(home)}))
    makers.seed_shop(context.store)
    _, text = tokens.add(context.store, "same", now=context.now())

    def rules() -> RuleSet:
        book = context.rules.book(context.now())
        return RuleSet(book.rules, book.errors)

    client = create_app(context.store, context.settings, "k", rules=rules).test_client()

    def ask(command: str, path: str) -> tuple[Any, Any]:
        said = client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {text}"})
        assert said.status_code == 200, said.text
        return alertd(*command.split(), "--json").json, json.loads(said.data)

    yield ask  # type: ignore[misc]
    context.store.close()


def _sorted(rows: list[Any]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize(
    ("command", "path", "name"),
    [
        ("alerts", "/alerts?limit=500", "alerts"),
        ("stock", "/stock?limit=500", "levels"),
        ("stock --at 2026-11-01", "/stock?limit=500&at=2026-11-01", "levels"),
        ("silence list", "/silences?limit=500", "silences"),
        ("stock history 10000 --since 3650d", "/stock/history?sku=10000&since=2020-01-01&limit=500", "changes"),
    ],
)
def test_a_list_has_the_same_rows(asked: Callable[..., Any], command: str, path: str, name: str) -> None:
    """The same names and values; only the order of pages is another."""
    printed, said = asked(command, path)
    assert _sorted(printed[name]) == _sorted(said[name])
    assert name == "silences" or said[name]


def test_rules_have_the_same_names_and_values(asked: Callable[..., Any]) -> None:
    """The file by its name alone: an address of this machine is nobody's business."""
    printed, said = asked("rules list", "/rules?limit=500")
    mine = {each["name"]: each for each in said["rules"]}
    assert set(mine) == {each["name"] for each in printed["rules"]}
    for each in printed["rules"]:
        for name in ("title", "on", "source", "notify", "enabled", "line"):
            assert mine[each["name"]][name] == each[name], (each["name"], name)
        assert "/" not in mine[each["name"]]["file"]
