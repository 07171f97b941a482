"""Reads rule tests: YAML files of cases, each with what a shop looks like over time and the alerts that are expected.

They stand beside the rules they try, in files that end in `.test.yaml`; no folder takes those for rules. Nothing is run
here: see `alertd.engine.ruletest`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .document import DocumentTrouble, Mapping, Node, Scalar, Sequence, read_document
from .fault import RuleError
from .load import TEST_ENDINGS
from .reader import Reader
from .suggest import one_of

LEVEL_FIELDS = ("stock", "stock_minimo", "stock_maximo", "nota", "nombre_bodega", "nombre_sucursal")
PRODUCT_FIELDS = (
    "id", "codigo", "nombre", "barcode", "nombre_categoria", "marca", "nombre_proveedor", "tipo", "enable", "precio",
    "costo", "costo_anterior", "costo_promedio",
)  # fmt: skip
_STOCK = (*PRODUCT_FIELDS, *LEVEL_FIELDS, "known_for")
_DOCUMENT = ("codigo", "cantidad", "total", "nombre_sucursal", "days_ago", "each_day_for")
_SALE = (*_DOCUMENT, "sector", "cost_center")
_GIVEN = ("at", "stock", "gone", "sales", "returns", "failure")
_EXPECT = ("at", "alerts")
_ALERT = ("rule", "severity", "state", "values", "codigo", "nombre", "nombre_bodega", "nombre_sucursal", "marca",
          "nombre_categoria")  # fmt: skip
_CASE = ("name", "given", "expect")


@dataclass(frozen=True, slots=True)
class Given:
    """What a reading shows at a moment (seconds after the beginning). Levels that are not named stay as they were."""

    at: float
    stock: tuple[dict[str, Any], ...] = ()
    gone: tuple[str, ...] = ()
    sales: tuple[dict[str, Any], ...] = ()
    returns: tuple[dict[str, Any], ...] = ()
    failure: bool = False


@dataclass(frozen=True, slots=True)
class Expect:
    """The alerts that fire at a moment: these and no others. Only what is written is compared."""

    at: float
    alerts: tuple[dict[str, Any], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Case:
    """One story."""

    name: str
    given: tuple[Given, ...]
    expect: tuple[Expect, ...]
    file: str
    line: int


@dataclass(slots=True)
class Cases:
    """The cases of a file, the rule files they try, and what is wrong with the file itself."""

    file: Path
    rules: tuple[Path, ...] = ()
    cases: list[Case] = field(default_factory=list)
    errors: list[RuleError] = field(default_factory=list)


def case_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files themselves, and the tests that folders hold."""
    return tuple(file for path in paths for file in (_in_folder(path) if path.is_dir() else (path,)))


def _in_folder(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.name.endswith(TEST_ENDINGS))


def read_cases(path: Path) -> Cases:
    """Read one file of cases; whatever is wrong with it is in `errors`."""
    found = Cases(path)
    reader = Reader(str(path), errors=found.errors)
    try:
        root = read_document(path).root
    except DocumentTrouble as trouble:
        reader.wrong(trouble.blemish.place, trouble.blemish.message, trouble.blemish.hint)
        return found
    if not isinstance(root, Mapping):
        found.errors.append(RuleError(str(path), 1, 1, None, "The file holds no cases.", "Write them under 'cases:'."))
        return found
    entries = reader.entries(root, "a file of cases", ("rules", "cases"))
    for missing in {"rules", "cases"} - entries.keys():
        reader.wrong(root.place, f"The file has no '{missing}'.", _EXAMPLE[missing])
    if "rules" in entries:
        names = reader.names(entries["rules"][1], "rules", None)
        found.rules = tuple((path.parent / name).resolve() for name in names)
        for file in found.rules:
            if not file.exists():
                reader.wrong(entries["rules"][1].place, f"There is no file {file.name} there.", _EXAMPLE["rules"])
    if "cases" in entries:
        found.cases = [_case(reader, node, str(path)) for node in _items(reader, entries["cases"][1], "cases")]
    return found


_EXAMPLE = {
    "rules": "Name the file of the rule beside this one, such as rules: low-stock.yaml.",
    "cases": "Write a list: - {name: …, given: […], expect: […]}.",
}


def _items(reader: Reader, node: Node, what: str) -> tuple[Node, ...]:
    if isinstance(node, Sequence):
        return node.items
    reader.wrong(node.place, f"'{what}' must be a list.", "Begin each with '- '.")
    return ()


def _case(reader: Reader, node: Node, file: str) -> Case:
    entries = reader.entries(node, "a case", _CASE)
    for missing in [key for key in _CASE if key not in entries]:
        reader.wrong(node.place, f"The case has no '{missing}'.", "A case needs a name, given: and expect:.")
    name = reader.text(entries["name"][1], "name") if "name" in entries else None
    given = tuple(_given(reader, each) for each in _list(reader, entries, "given"))
    expect = tuple(_expect(reader, each) for each in _list(reader, entries, "expect"))
    return Case(name or "", given, expect, file, node.place.line)


def _list(reader: Reader, entries: dict[str, tuple[Scalar, Node]], key: str) -> tuple[Node, ...]:
    return _items(reader, entries[key][1], key) if key in entries else ()


def _given(reader: Reader, node: Node) -> Given:
    entries = reader.entries(node, "given", _GIVEN)
    return Given(
        _at(reader, node, entries),
        tuple(_facts(reader, each, "stock", _STOCK) for each in _list(reader, entries, "stock")),
        reader.names(entries["gone"][1], "gone", None) if "gone" in entries else (),
        tuple(_facts(reader, each, "sales", _SALE) for each in _list(reader, entries, "sales")),
        tuple(_facts(reader, each, "returns", _DOCUMENT) for each in _list(reader, entries, "returns")),
        "failure" in entries and reader.flag(entries["failure"][1], "failure") is True,
    )


def _expect(reader: Reader, node: Node) -> Expect:
    entries = reader.entries(node, "expect", _EXPECT)
    if "alerts" not in entries:
        reader.wrong(node.place, "'expect' names no alerts.", "Write alerts: [] where none is expected.")
    found = tuple(_facts(reader, each, "alerts", _ALERT) for each in _list(reader, entries, "alerts"))
    return Expect(_at(reader, node, entries), found, node.place.line)


def _at(reader: Reader, node: Node, entries: dict[str, tuple[Scalar, Node]]) -> float:
    if "at" in entries:
        return reader.seconds(entries["at"][1], "at")
    reader.wrong(node.place, "'at' is missing.", "Write how long after the beginning: at: 0, at: 30m, at: 1d.")
    return 0.0


def _facts(reader: Reader, node: Node, what: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Plain values by name; a duration becomes seconds."""
    found: dict[str, Any] = {}
    for name, (_, value) in reader.entries(node, what, names).items():
        if name == "known_for":
            found[name] = reader.seconds(value, name)
        elif name == "values":
            found[name] = _values(reader, value)
        elif isinstance(value, Scalar):
            found[name] = _plain(value)
        else:
            reader.wrong(value.place, f"'{name}' must be one value.", f"The names are {one_of(names)}.")
    return found


def _values(reader: Reader, node: Node) -> dict[str, Any]:
    if isinstance(node, Mapping):
        return {key.value: _plain(value) for key, value in node.entries if isinstance(value, Scalar)}
    reader.wrong(node.place, "'values' must hold keys and values.", "Write values: {stock: 3}.")
    return {}


def _plain(node: Scalar) -> Any:
    if node.kind == "number":
        return float(node.value)
    if node.kind == "bool":
        return node.value.lower() == "true"
    return None if node.kind == "null" else node.value
