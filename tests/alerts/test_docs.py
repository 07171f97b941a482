"""The table of cases in the docs is the list of tests, and the other way round."""

import re
from pathlib import Path

from tests.alerts import test_edge_cases

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
PEERS = (
    "alertmanager_226", "grafana_80996", "prometheus_15175", "changedetection_2715", "changedetection_2869",
    "uptime_kuma_6046", "healthchecks_212", "grafana_46142", "gatus_1617", "elastalert2",
)  # fmt: skip


def names() -> list[str]:
    return [name for name in vars(test_edge_cases) if name.startswith("test_")]


def shown() -> list[str]:
    return re.findall(r"`(test_\w+)`", PAGE.read_text())


def test_the_docs_name_every_case_and_no_other():
    """A case without a test is a promise; a test without a line is not found."""
    assert sorted(shown()) == sorted(names())


def test_all_seventeen_cases_and_every_peers_bug_have_a_test_of_their_name():
    """The list that the others' users wrote for us."""
    numbers = {int(found[1]) for name in names() if (found := re.match(r"test_(\d\d)", name))}
    assert numbers == set(range(1, 18))
    assert [bug for bug in PEERS if not any(bug in name for name in names())] == []
