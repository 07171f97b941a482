"""What the docs name is there: modules, files, folders, tables, and every room in the drawing of the house."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "alertd"
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__")
FILE = re.compile(r"[\w./-]+\.(?:py|html|css|js|toml|service|yml)")
# Made when somebody measures, and by whoever follows the README.
MADE = {"bench/results/", "rules/limpieza-baja.yaml"}
# Where a page's reader stands: a path may begin at any of these.
BEGINNINGS = (
    ROOT,
    PACKAGE,
    PACKAGE / "web",
    ROOT / "templates",
    ROOT / "templates" / "web",
    ROOT / "templates/web/static",
    ROOT / "tests",
)


def named(text: str) -> set[str]:
    """What stands between backticks and can only be a file, or a module by its room: `engine/calm`."""
    ours = tuple(f"{room}/" for room in (*ROOMS, "alertd", "tests", "templates", "bench", "deploy"))
    inline = re.findall(r"`([\w./-]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return {each for each in inline if FILE.fullmatch(each) or each.startswith(ours)}


def exists(name: str) -> bool:
    """From one of the beginnings, as it stands or as a module; a bare name may lie anywhere among the tests."""
    if name in MADE:
        return True
    places = (begin / f"{name}{end}" for begin, end in product(BEGINNINGS, ("", ".py")))
    return any(path.exists() for path in places) or ("/" not in name and any((ROOT / "tests").rglob(name)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    """A page that sends people to a module that is gone is worse than none."""
    assert {name for name in named(page.read_text()) if not exists(name)} == set()


def test_a_module_that_is_gone_would_be_seen() -> None:
    """The test above can fail."""
    assert [exists(name) for name in ("engine/calm", "engine/nowhere", "web/words_nowhere.py")] == [True, False, False]


def test_the_drawing_shows_every_room_and_every_module_beside_them() -> None:
    """Whoever comes in finds no door that is not on the plan."""
    drawing = ARCHITECTURE.split("```")[1]
    beside = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "__version__.py"}
    assert {f"{room}/" for room in ROOMS} | beside <= set(re.findall(r"[\w.]+(?:/|\.py)", drawing))


def test_every_table_is_in_the_list() -> None:
    """Made by a migration, so written by somebody."""
    steps = "\n".join(path.read_text() for path in (PACKAGE / "store" / "migrations").glob("m*.py"))
    made = set(re.findall(r"CREATE (?:VIRTUAL )?TABLE ([a-z_]+)", steps))
    gone = set(re.findall(r"DROP TABLE (?:IF EXISTS )?([a-z_]+)", steps)) - set(
        re.findall(r"RENAME TO ([a-z_]+)", steps)
    )
    listed = set(re.findall(r"`([a-z_]+)`", ARCHITECTURE.split("## Tables")[1].split("## Threads")[0]))
    assert len(made) > 50
    assert made - gone - listed == set()
    assert listed - made == set()
