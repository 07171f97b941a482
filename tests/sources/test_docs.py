"""The page on adding a system is true: its examples run, and it names what there is."""

import re
from pathlib import Path

import pytest

from alertd.engine.cycle import run_sources
from alertd.sources import registry
from alertd.sources.registry import KINDS, Kind
from sources.house import House

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "sources.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_of_a_table_runs() -> None:
    """Line by line, as it stands on the page."""
    *lines, last = EXAMPLES[0].strip().splitlines()
    scope: dict[str, object] = {}
    exec("\n".join(lines), scope)
    (product,) = eval(last, scope)
    assert (product.code, product.levels[0].stock) == ("A", 2.5)


def test_the_example_of_a_reader_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Registered with one line, it is swept and judged like any other."""
    scope: dict[str, object] = {}
    exec(EXAMPLES[1], scope)
    shelf = Kind(name="shelf", default_url=None, lanes=("sweep",), open=scope["Shelf"], calls_a_second=1.0, secrets=())
    monkeypatch.setitem(registry.KINDS, "shelf", shelf)
    house = House(tmp_path)
    house.connect("shelf", "shelf://")
    assert run_sources(house.context, ["fonte"]).polls[0].complete
    assert house.firing() == {"Martillo"}
    house.store.close()


@pytest.mark.parametrize("kind", [name for name in KINDS if name != "smartpyme"])
def test_every_kind_has_a_page(kind: str) -> None:
    """A system nobody can read about is not connected by anybody."""
    page = DOCS / "sources" / f"{'tabular' if kind == 'csv' else kind}.md"
    assert f"alertd source add {kind} " in page.read_text()


@pytest.mark.parametrize(
    ("kind", "files", "traps"),
    [
        ("smartepi", ("sources/smartepi/test_traps.py", "web/test_hooks.py"), 22),
        ("smartbis", ("sources/smartbis/test_traps.py",), 16),
    ],
)
def test_the_tables_of_traps_name_every_test(kind: str, files: tuple[str, ...], traps: int) -> None:
    """A trap without its line, or a line without its test, is a mistake."""
    code = "".join((DOCS.parent / "tests" / file).read_text() for file in files)
    here = set(re.findall(r"^def (test_\d\d_\w+)", code, re.MULTILINE))
    page = (DOCS / "sources" / f"{kind}.md").read_text().partition("## Traps")[2]
    rows = re.findall(r"^\| (\d+) \|[^|]+\|([^|]+)\|$", page, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, traps + 1))
    assert all(f"{int(number):02d}" in tests for number, tests in rows)
    assert set(re.findall(r"`(test_\d\d_\w+)`", page)) == here
