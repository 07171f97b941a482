"""`/metrics`: who may read it, what it tells, and that the dashboard and the alert rules ask for nothing else."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from alertd.store import outbox, polls, rulestate, tokens
from alertd.store.db import Store

from . import makers
from .makers import NOW

ROOT = Path(__file__).parent.parent.parent
DASHBOARD = ROOT / "docs/grafana/alertd.json"
RULES = ROOT / "docs/prometheus/alertd.rules.yml"
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def figures(client: FlaskClient) -> Figures:
    """What Prometheus' own reader makes of the answer."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: Figures, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def test_this_machine_may_read_it(client: FlaskClient) -> None:
    """A Prometheus beside it needs no token."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_comes_through_a_proxy_is_not_this_machine(client: FlaskClient, header: str) -> None:
    """A proxy on this machine would let the whole world in otherwise."""
    assert client.get("/metrics", headers={header: "203.0.113.7"}).status_code == 401


def test_others_need_a_token(client: FlaskClient, store: Store) -> None:
    """One that may read will do; a session of the page will not."""
    from_afar = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics", environ_overrides=from_afar).status_code == 401
    made, text = tokens.add(store, "prometheus", life=1000, now=NOW)
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get("/metrics", environ_overrides=from_afar, headers=headers).status_code == 200
    tokens.remove(store, made.name)
    assert client.get("/metrics", environ_overrides=from_afar, headers=headers).status_code == 401


def test_it_tells_of_the_shop(client: FlaskClient, store: Store) -> None:
    """Products, alerts, messages, freshness: read from the store alone, so the page without the worker tells them."""
    makers.seed_shop(store)
    found = figures(client)
    assert value(found, "alertd_products", source="tienda-centro") == len(makers.GOODS)
    assert value(found, "alertd_snapshot_age_seconds", source="tienda-centro") == 180
    assert value(found, "alertd_lane_failures", source="tienda-soyapango", lane="sweep") == 4
    assert value(found, "alertd_alerts", state="firing", severity="critical", rule="negative-stock") == 1
    assert value(found, "alertd_open_alerts", state="pending", severity="info") == 0
    assert value(found, "alertd_messages_waiting") == 2
    assert value(found, "alertd_messages_failed") == 1
    assert value(found, "alertd_messages_dead") == 1
    assert value(found, "alertd_oldest_message_age_seconds") == 720
    assert value(found, "alertd_quota_remaining", source="tienda-centro") == 1000
    assert (value(found, "alertd_database_bytes") or 0) > 0


def test_what_grows_is_not_lost_when_rows_are_pruned(client: FlaskClient, store: Store) -> None:
    """A counter that went down would look like a restart, and a day of readings like none."""
    key = makers.source(store)
    for complete, seconds in ((True, 2.5), (True, 1.5), (False, 4.0)):
        poll = polls.begin_poll(store, key, "sweep", NOW)
        done = polls.Poll("tienda-centro", "sweep", complete=complete, seconds=seconds, requests=3, changed=7)
        polls.end_poll(store, poll, done, NOW)
    store.execute("DELETE FROM poll")
    found = figures(client)
    labels = {"source": "tienda-centro", "lane": "sweep"}
    assert value(found, "alertd_polls_total", **labels, result="complete") == 2
    assert value(found, "alertd_polls_total", **labels, result="failed") == 1
    assert value(found, "alertd_poll_seconds_total", **labels) == 8
    assert value(found, "alertd_poll_changes_total", **labels) == 21


def test_deliveries_are_counted_by_how_they_ended(client: FlaskClient, store: Store) -> None:
    """Once each: two tries in vain, then it went; and one that was given up."""
    channel = makers.channel(store)
    for _ in range(2):
        outbox.enqueue(
            store, channel_id=channel, channel="slack-compras", content="{}", rule=None, source=None, severity=None,
            now=NOW,
        )  # fmt: skip
    for number in (1, 2):
        outbox.claim(store, worker="w", now=NOW + number, lease_seconds=30, limit=2)
        for message in (1, 2):
            outbox.mark_retry(store, message, worker="w", due_at=NOW, error="not now")
    outbox.claim(store, worker="w", now=NOW + 3, lease_seconds=30, limit=2)
    outbox.mark_sent(store, 1, now=NOW + 3)
    outbox.claim(store, worker="w", now=NOW + 4, lease_seconds=30, limit=2)
    outbox.mark_dead(store, 2, worker="w", error="gone")
    found = figures(client)
    ended = {"sent": 1.0, "dead": 1.0}
    assert {
        each: value(found, "alertd_deliveries_total", channel="slack-compras", result=each) for each in ended
    } == ended
    assert (value(found, "alertd_deliveries_total", channel="slack-compras", result="failed") or 0) >= 2


def test_errors_of_rules_are_counted_and_forgotten_with_the_rule(client: FlaskClient, store: Store) -> None:
    """A rule that was removed leaves no label behind."""
    key = makers.source(store)
    for _ in range(3):
        rulestate.note_failure(store, key, "low-stock", "no such column", NOW)
    assert value(figures(client), "alertd_rule_evaluation_errors_total", rule="low-stock") == 3
    rulestate.forget_looks(store, key, ["low-stock"])
    assert value(figures(client), "alertd_rule_evaluation_errors_total", rule="low-stock") is None


def test_a_source_that_is_gone_takes_its_figures_along(client: FlaskClient, store: Store) -> None:
    """What there is to tell stays as long as what there is."""
    key = makers.source(store)
    polls.end_poll(store, polls.begin_poll(store, key, "sweep", NOW), polls.Poll("tienda-centro", "sweep"), NOW)
    store.execute("DELETE FROM source")
    assert not [name for name, labels in figures(client) if ("source", "tienda-centro") in labels]


def test_no_label_grows_with_the_catalogue(client: FlaskClient, store: Store) -> None:
    """Twice the products and alerts, not one line more."""
    makers.seed_shop(store)
    before = len(figures(client))
    for number in range(50):
        key = makers.product(store, 1, f"Tornillo {number}")
        makers.alert(store, 1, f"Tornillo {number}", product_id=key)
    assert len(figures(client)) == before


def test_an_empty_house_already_has_every_name(client: FlaskClient) -> None:
    """A dashboard on the first day shows zeros and gaps, not mistakes; and a name of ours reads as one."""
    names = set(re.findall(r"^# TYPE (\w+)", client.get("/metrics").text, re.M))
    assert all(re.fullmatch(r"alertd_[a-z_]+", name) for name in names)


def _asked() -> Iterator[tuple[str, str]]:
    board = json.loads(DASHBOARD.read_text())
    for panel in board["panels"]:
        yield from ((f"panel {panel['title']}", target["expr"]) for target in panel["targets"])
    yield from (("variable", each["query"]) for each in board["templating"]["list"] if each["type"] == "query")
    for group in YAML(typ="safe").load(RULES.read_text())["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])


def test_dashboard_and_rules_name_only_what_there_is(client: FlaskClient) -> None:
    """A figure that was renamed would leave an empty panel and an alert that never comes."""
    told = client.get("/metrics").text
    there = set()
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)", told, re.M):
        there.add(name if kind != "counter" or name.endswith("_total") else f"{name}_total")
    asked = [(where, name) for where, text in _asked() for name in re.findall(r"\balertd_\w+", text)]
    assert len(asked) > 30
    assert [each for each in asked if each[1] not in there] == []


TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?[smhdw]?)|(?P<name>[a-zA-Z_]\w*)'
    r"|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}\[\],]))"
)
FUNCTIONS = {"sum", "max", "min", "topk", "increase", "rate", "time", "vector"}
WORDS = {"by", "or", "and"}


def labels_of_figures() -> dict[str, set[str]]:
    """Each figure with its labels, as docs/metrics.md has them."""
    rows = re.findall(
        r"^\|\s*(`alertd_.*?)\s*\|\s*(.*?)\s*\|.*\|$", DASHBOARD.parents[1].joinpath("metrics.md").read_text(), re.M
    )
    return {
        name: set(re.findall(r"\w+", labels)) for names, labels in rows for name in re.findall(r"`(alertd_\w+)`", names)
    }


def read(expression: str) -> list[tuple[str, str]]:
    """The words and signs of an expression; whatever is none of them ends the reading."""
    at, found = 0, []
    while at < len(expression.rstrip()):
        token = TOKEN.match(expression, at)
        assert token, f"{expression!r} at {expression[at:]!r}"
        assert token.lastgroup
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def judge(expression: str, known: dict[str, set[str]]) -> set[str]:
    """Hold an expression to its grammar, as far as it can be read without Prometheus; the labels that it leaves."""
    tokens, open_, figure, left = read(expression), [], "", set()
    pairs = {")": "(", "}": "{", "]": "["}
    by = False
    for place, (kind, text) in enumerate(tokens):
        following = tokens[place + 1][1] if place + 1 < len(tokens) else ""
        if text in pairs.values() and kind == "sign":
            open_.append("by" if by and text == "(" else text)
            by = False
        elif text in pairs and kind == "sign":
            closed = open_.pop()
            assert closed in (pairs[text], "by"), expression
        elif kind == "name" and open_[-1:] == ["{"]:
            assert following in ("=", "!=", "=~", "!~"), expression
            assert text in known[figure], f"{figure} has no label {text}"
        elif kind == "name" and open_[-1:] == ["by"]:
            left.add(text)
        elif text in WORDS:
            by = text == "by"
            assert following == "(" or not by, expression
        elif kind == "name" and following == "(":
            assert text in FUNCTIONS, text
        elif kind == "name" and not (text in FUNCTIONS and following == "by"):
            assert text in known, f"there is no {text}"
            figure = text
    assert open_ == []
    figures = {text for kind, text in tokens if kind == "name" and text in known}
    assert all(label in known[name] for label in left for name in figures), expression
    return left or set().union(*(known[name] for name in figures))


def test_every_expression_can_be_read_and_asks_for_labels_that_there_are() -> None:
    """A label that no figure has gives an empty panel; a legend or a sentence that names it, a gap."""
    known = {**labels_of_figures(), "up": {"job"}}
    board = json.loads(DASHBOARD.read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            left = judge(target["expr"], known)
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= left, target
    for group in YAML(typ="safe").load(RULES.read_text())["groups"]:
        for rule in group["rules"]:
            left = judge(rule["expr"], known)
            said = " ".join(rule["annotations"].values())
            assert set(re.findall(r"\$labels\.(\w+)", said)) <= left, rule
            # A value is that of what stands first.
            assert ("humanizeDuration" in said) <= bool(re.match(r"time\(\)|\w+_seconds\b", rule["expr"])), rule


@pytest.mark.parametrize(
    "wrong",
    [
        "sum(alertd_products", "alertd_nothing > 1", 'alertd_products{lane="x"}', "sum by (lane) (alertd_products)",
        "alertd_products $ 2", "median(alertd_products)",
    ],
)  # fmt: skip
def test_a_mistake_in_an_expression_would_be_seen(wrong: str) -> None:
    """The test above can fail."""
    with pytest.raises((AssertionError, KeyError)):
        judge(wrong, labels_of_figures())


def test_the_docs_name_every_figure_with_its_labels(client: FlaskClient, store: Store) -> None:
    """And no figure that there is not."""
    makers.seed_shop(store)
    told = client.get("/metrics").text
    known = labels_of_figures()
    named = {re.sub("_total$", "", name) for name in known}
    assert {re.sub("_total$", "", name) for name in re.findall(r"^# TYPE (\w+)", told, re.M)} == named
    for name, labels in figures(client):
        if name in known:
            assert {label for label, _ in labels} == known[name], name


def test_prometheus_reads_the_rules(tmp_path: Path) -> None:
    """With its own tool, where it is there to ask; the panels too."""
    if shutil.which("promtool") is None:
        pytest.skip("NO PROMTOOL HERE: the rules were only read")
    panels = [{"record": f"panel:{number}", "expr": text.replace("$source", ".*")}
              for number, (where, text) in enumerate(_asked()) if where.startswith("panel")]  # fmt: skip
    board = tmp_path / "panels.yml"
    board.write_text(json.dumps({"groups": [{"name": "panels", "rules": panels}]}))
    for path in (RULES, board):
        done = subprocess.run(("promtool", "check", "rules", str(path)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout


def test_each_rule_of_ours_says_what_to_do() -> None:
    """Somebody is woken by it."""
    for group in YAML(typ="safe").load(RULES.read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert rule["annotations"]["summary"], rule
            assert rule["annotations"]["description"], rule


def test_faults_of_ours_are_not_figures(app: Flask, client: FlaskClient, store: Store) -> None:
    """A broken table is a 500, which Prometheus shows as down; never half the figures."""
    store.execute("DROP TABLE tally")
    assert client.get("/metrics").status_code == 500
