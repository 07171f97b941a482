"""`alertd rules preview`, `test`, `backtest` and `schema`: what people and programs read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertd import clock
from alertd.model import Product, StockLevel
from alertd.store import snapshots
from alertd.store.db import Store, open_store

from .makers import DAY, shelf

HOUR = 3_600_000
RULE = "name: low\non: stock\nwhen: stock <= stock_minimo and stock_minimo > 0\nseverity: high\n"
COVER = "name: cover\non: stock\nenabled: false\nwhen: days_of_cover < 30\n"


@pytest.fixture
def home(alertd: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A home with two rules and a shop in which one product went low two days ago, ran out, and came back."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "low.yaml").write_text(RULE)
    (folder / "cover.yaml").write_text(COVER)
    monkeypatch.setenv("ALERTD_RULES", str(folder))
    alertd("rules", "list")
    store = open_store(tmp_path / "home" / "alertd.db")
    shelf(store, 1)
    with store.write():
        store.execute("DELETE FROM product")
        store.execute("UPDATE source SET snapshot_at = NULL")
    now = clock.now()
    for ago, stock in ((240, 20.0), (96, 20.0), (48, 4.0), (20, 0.0), (6, 30.0), (2, 3.0)):
        sweep(store, stock, now - ago * HOUR)
    return store


def sweep(store: Store, stock: float, at: int) -> None:
    level = StockLevel("Bodega 1", "Centro", stock, 5.0)
    products = [
        Product(1, "Arroz", (level,), code="ARROZ"),
        Product(2, "Sal", (StockLevel("Bodega 1", "Centro", 9.0),)),
    ]
    with store.write():
        known = snapshots.known_digests(store, 1)
        changed = [(hash(product), product) for product in products if hash(product) not in known]
        snapshots.apply(store, 1, changed, seen={1, 2}, unread=set(), known=known, now=at)


def test_a_preview_shows_what_matches_and_changes_nothing(alertd: Callable[..., Any], home: Store):
    """Count, subject, values and severity; no alert is made of it."""
    done = alertd("rules", "preview", "low", "--json")
    assert done.status == 0
    assert (done.json["rule"], done.json["count"]) == ("low", 1)
    (match,) = done.json["matches"]
    assert match["subject"]["codigo"] == match["codigo"] == "ARROZ"
    assert match["values"] == {"stock": 3.0, "stock_minimo": 5.0, "stock_maximo": None}
    assert (match["severity"], match["source"]) == ("high", "tienda")
    assert home.value("SELECT count(*) FROM alert") == 0
    assert "1 matches" in alertd("rules", "preview", "low").out


def test_a_preview_says_how_a_figure_came_about(alertd: Callable[..., Any], home: Store):
    """A rule that is switched off can be tried as well."""
    today = clock.now() // DAY
    with home.write():
        home.execute("INSERT INTO lane (source_id, name, last_success_at) VALUES (1, 'sales', 1)")
        home.execute("UPDATE product SET first_seen_at = 0")
        home.execute("INSERT INTO branch_day VALUES (1, 'Centro', ?, 41, 0)", (today - 1,))
        home.execute("INSERT INTO product_day (product_id, day, sold) VALUES (1, ?, 41)", (today - 1,))
    (match,) = alertd("rules", "preview", "cover", "--json").json["matches"]
    (explained,) = match["explain"]
    assert explained["measure"] == "days_of_cover"
    assert explained["result"] == match["values"]["days_of_cover"]
    inputs = {each["name"]: (each["value"], each["unit"]) for each in explained["inputs"]}
    assert inputs["stock"] == (3.0, "units")
    assert inputs["net_units"] == (41.0, "units")
    days = inputs["in_stock_days"][0]
    assert explained["result"] == pytest.approx(3.0 * days / 41)
    assert explained["note"] == f"Window of 42 days, {days} of them in stock."
    told = alertd("rules", "preview", "cover").out
    assert "days_of_cover = stock ÷ daily sales" in told and explained["note"] in told


def test_a_backtest_lives_through_the_past(alertd: Callable[..., Any], home: Store):
    """Two episodes, one warning a day before the shelf was empty; the real alerts are left alone."""
    done = alertd("rules", "backtest", "low", "--since", "7d", "--json")
    assert done.status == 0, done.err
    found = done.json
    assert found["rule"] == "low"
    assert [bool(each["resolved_at"]) for each in found["episodes"]] == [True, False]
    assert [each["subject"]["codigo"] for each in found["episodes"]] == ["ARROZ"] * 2
    assert found["messages"] == 3
    (out,) = found["stock_outs"]
    assert out["hours_before"] == pytest.approx(28, abs=0.01)
    assert home.value("SELECT count(*) FROM alert") == 0
    assert home.value("SELECT count(*) FROM stock_change") > 5
    told = alertd("rules", "backtest", "low", "--since", "7d")
    assert "2 episodes, 3 messages" in told.out


def test_a_backtest_that_begins_in_the_middle_begins_with_what_was_so(alertd: Callable[..., Any], home: Store):
    """It was low already."""
    found = alertd("rules", "backtest", "low", "--since", "30h", "--json").json
    assert len(found["episodes"]) == 2
    assert found["episodes"][0]["fired_at"] == found["since"]


def test_the_schema_is_a_schema(alertd: Callable[..., Any]):
    """One JSON document, with every key and every word."""
    schema = json.loads(alertd("rules", "schema").out)
    rule = schema["$defs"]["rule"]
    assert rule["required"] == ["name", "on", "when"]
    assert "days_of_cover (stock, product)" in rule["properties"]["when"]["description"]


@pytest.mark.parametrize("command", ["preview", "backtest"])
def test_an_unknown_rule_is_wrong_usage(alertd: Callable[..., Any], home: Store, command: str):
    """With the nearest name."""
    done = alertd("rules", command, "lou")
    assert done.status == 2
    assert "Did you mean 'low'?" in done.err


CASES = """rules: low.yaml
cases:
  - name: goes low
    given: [{at: 0, stock: [{codigo: A, stock: 5, stock_minimo: 5}]}]
    expect: [{at: 1m, alerts: [{codigo: A}]}]
  - name: is expected to be silent
    given: [{at: 0, stock: [{codigo: A, stock: 5, stock_minimo: 5}]}]
    expect: [{at: 1m, alerts: []}]
"""


def test_cases_pass_and_fail_and_say_so(alertd: Callable[..., Any], tmp_path: Path):
    """One line for each that failed, the count, and exit status 1."""
    (tmp_path / "low.yaml").write_text(RULE)
    file = tmp_path / "low.test.yaml"
    file.write_text(CASES)
    done = alertd("rules", "test", str(file))
    assert (done.status, done.out) == (1, "1 passed, 1 failed\n")
    assert "low.test.yaml:6: is expected to be silent: line 8, 1m after the beginning: nobody expected" in done.err
    document = alertd("rules", "test", str(tmp_path), "--json").json
    assert (document["passed"], document["failed"]) == (1, 1)
    file.write_text(CASES.replace("alerts: []", "alerts: [{codigo: A, severity: high}]"))
    assert alertd("rules", "test", str(file)).status == 0


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("cases: []\n", ":1:1:", "no 'rules'"),
        ("rules: nada.yaml\ncases: []\n", ":1:8:", "nada.yaml"),
        ("rules: low.yaml\ncases:\n  - nombre: x\n", ":3:5:", "'nombre' is not a key"),
        ("rules: low.yaml\ncases:\n  - {name: x, given: [{at: 1, stok: 1}], expect: []}\n", ":3:31:", "stok"),
        ("rules: low.yaml\ncases:\n\t- x\n", ":3:1:", "tab"),
    ],
)
def test_a_wrong_file_of_cases_is_told_where(
    alertd: Callable[..., Any], tmp_path: Path, text: str, place: str, words: str
):
    """And counts as failed, so that no script is fooled."""
    (tmp_path / "low.yaml").write_text(RULE)
    file = tmp_path / "x.test.yaml"
    file.write_text(text)
    done = alertd("rules", "test", str(file))
    assert done.status == 1
    assert f"x.test.yaml{place}" in done.err
    assert words in done.err


def test_a_folder_of_rules_passes_over_the_cases(alertd: Callable[..., Any], tmp_path: Path):
    """They hold no rule."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "low.yaml").write_text(RULE)
    (folder / "low.test.yaml").write_text(CASES)
    assert alertd("rules", "check", str(folder)).out == "1 rules are good, 0 mistakes\n"
