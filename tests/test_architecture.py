"""The rooms and which way their doors open, read from the imports. A failure here is a house being built crooked.

A room that needs another one is no misfortune: it is a line in the table below, and a reason in the commit.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "alertd"
# What every room may stand on: plain nouns, moments, faults, letters. None of it knows a database or a network.
GROUND = {"model", "clock", "errors", "folding", "sheets", "places", "__version__", "fence"}
# Rooms of values and arithmetic only: they are called, and call nobody.
PURE = {"alerts", "formulas"}
# The part of a room that rules and store share: formulas, which know nothing of where their numbers come from.
PARTS = {f"reconcile/{name}": "formulas" for name in ("classification", "demand", "ordering", "returns_stats")}
MAY_KNOW = {
    "model": set(),
    "errors": set(),
    "folding": set(),
    "fence": set(),
    "clock": {"errors"},
    "places": set(),
    "sheets": {"errors", "folding", "model"},
    "people": GROUND,
    "vault": GROUND,
    "workers": GROUND,
    "logs": GROUND,
    "settings": GROUND,
    "sources": GROUND,
    "alerts": GROUND,
    "formulas": GROUND,
    "rules": GROUND | PURE,
    "store": GROUND | PURE | {"vault", "people"},
    "reconcile": GROUND | PURE | {"store"},
    "buying": GROUND | PURE | {"store", "rules"},
    "notify": GROUND | PURE | {"store", "vault", "settings", "workers"},
    "sandbox": set(),
    "web": GROUND
    | PURE
    | {"store", "rules", "reconcile", "buying", "notify", "sources", "vault", "people", "settings"},
    "engine": GROUND
    | PURE
    | {"store", "rules", "reconcile", "buying", "sources", "notify", "vault", "settings", "workers", "web", "sandbox"},
}
# The hall: where the rooms are put together. Nobody imports it.
HALL = {"cli", "demo", "__main__", "__init__"}
# The one place of each library that must be easy to replace.
KEEPERS = {
    "httpx": {"sources/http.py"},
    "stamina": {"sources/http.py"},
    "apprise": {"notify/channels.py"},
    "sqlite_utils": {"store/db.py", "store/migrations/"},
    "waitress": {"web/server.py", "sandbox/"},
    "holidays": {"places.py"},
    "prometheus_client": {"web/metrics.py"},
    "lark": {"rules/"},
    "ruamel": {"rules/"},
    "click": {"cli/", "demo.py"},
    "flask": {"web/", "sandbox/"},
    "python_calamine": {"sheets/workbook.py"},
    "xlsxwriter": {"sheets/writing.py", "reconcile/export.py"},
}


@cache
def imports() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every import as (file, the absolute name in parts)."""
    return tuple(
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _names(node, ("alertd", *path.relative_to(PACKAGE).parts[:-1]))
    )


def _names(node: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(node, ast.Import):
        yield from (tuple(alias.name.split(".")) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else ()
        module = tuple(node.module.split(".")) if node.module else ()
        yield from ((*base, *module, alias.name) for alias in node.names)


def room_of(file: str) -> str:
    return PARTS.get(file.removesuffix(".py")) or file.partition("/")[0].removesuffix(".py")


def room_named(name: tuple[str, ...]) -> str:
    return PARTS.get("/".join(name[1:3])) or name[1]


def known_by(room: str) -> dict[str, set[str]]:
    """The other rooms that a room imports, each with the files that do."""
    found: dict[str, set[str]] = {}
    for file, name in imports():
        if room_of(file) == room and name[0] == "alertd" and len(name) > 1 and room_named(name) != room:
            found.setdefault(room_named(name), set()).add(file)
    return found


def rooms() -> list[str]:
    return sorted({room_of(path.relative_to(PACKAGE).as_posix()) for path in PACKAGE.rglob("*.py")} - HALL)


@pytest.mark.parametrize("room", rooms())
def test_a_room_reaches_only_where_its_doors_lead(room):
    """Going back through the door it was called from would make two rooms one."""
    assert room in MAY_KNOW, f"'{room}' is a new room; say in this table what it may know"
    astray = {other: files for other, files in known_by(room).items() if other not in MAY_KNOW[room]}
    assert astray == {}


def test_the_table_leads_nowhere_in_a_circle():
    """With a circle in it, the test above would prove nothing."""
    left = {room: {other for other in known if other in MAY_KNOW} for room, known in MAY_KNOW.items()}
    while free := {room for room, known in left.items() if not known}:
        left = {room: known - free for room, known in left.items() if room not in free}
    assert left == {}


def test_nobody_imports_the_hall():
    """The command line and the demo are where the rooms meet; a room that needs them has been turned round."""
    intruders = {(file, name) for file, name in imports() if name[:2] in (("alertd", "cli"), ("alertd", "demo"))}
    assert {file for file, _ in intruders if room_of(file) not in HALL} == set()


@pytest.mark.parametrize("library", KEEPERS)
def test_a_library_is_imported_by_its_keeper_alone(library):
    """So that another may take its place without a search through the house."""
    importers = {file for file, name in imports() if name[0] == library}
    strangers = {file for file in importers if not any(file.startswith(keeper) for keeper in KEEPERS[library])}
    assert importers, f"nobody imports {library} any more; take it out of the table"
    assert strangers == set()


SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|BEGIN\s+IMMEDIATE"
    r"|PRAGMA\s+\w+)\b",
    re.DOTALL,
)


def statements(file: Path) -> list[str]:
    """The string literals of a file that are SQL; sentences that speak of it, in docstrings, are not."""
    tree = ast.parse(file.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if text not in docstrings and SQL.search(text)]


def test_sql_is_in_the_store_alone():
    """The rules compile to conditions, which the store puts into its statements; nobody else speaks to the database."""
    outside = [
        path
        for path in PACKAGE.rglob("*.py")
        if room_of(path.relative_to(PACKAGE).as_posix()) not in {"store", "rules"}
    ]
    assert {path.relative_to(PACKAGE).as_posix(): found for path in outside if (found := statements(path))} == {}


def test_sql_would_be_seen():
    """The test above can fail."""
    assert statements(PACKAGE / "store" / "sources.py")


def test_every_module_says_what_it_is_for():
    """A package opens by saying what it is, and a test by saying what it proves."""
    silent = [str(path) for path in PACKAGE.rglob("*.py") if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []
