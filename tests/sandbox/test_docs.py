"""The page about the sandbox names what there is."""

from pathlib import Path

import pytest

from alertd.sandbox.smartpyme import Shop, create_app
from alertd.sandbox.smartpyme.dialect import DIALECTS
from alertd.sandbox.smartpyme.faults import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()


@pytest.mark.parametrize("name", [*KINDS, *DIALECTS])
def test_faults_and_dialects_are_on_the_page(name: str) -> None:
    """A fault or a dialect nobody can read about is of no use."""
    assert f"`{name}`" in PAGE


def test_endpoints_and_controls_are_on_the_page() -> None:
    """Every route, without its root."""
    for rule in create_app(Shop.empty(dialect="documented")).url_map.iter_rules():
        path = rule.rule.removeprefix("/api/external/v1/").removeprefix("/_sandbox/").replace("<wanted>", "{id}")
        assert f"`{path}`" in PAGE, rule.rule
