"""Look for damage in a database file: SQLite's own checks, and what alertd's tables promise each other.

It opens the file itself and changes nothing, so that a file which alertd can no longer open can still be looked at, and
a backup before anybody relies on it.
"""

import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import migrations

SHOWN = 20
DAY = 86_400_000
FOREIGN = "is not a database of alertd"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong: `kind` is damage, reference, promise or version; `count` how often."""

    kind: str
    what: str
    count: int = 1


@dataclass(slots=True)
class Report:
    """What was found in a file."""

    path: str
    version: int = 0
    bytes: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def damaged(self) -> bool:
        """Whether the file itself is broken, so that only a backup helps."""
        return any(problem.kind == "damage" for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "ok": self.ok, "file": self.path, "version": self.version, "newest_version": migrations.NEWEST,
            "bytes": self.bytes, "problems": [asdict(problem) for problem in self.problems],
        }  # fmt: skip


# What must never be found, each as a count of offending rows. All of it holds at every moment between two transactions.
_PROMISES = {
    "levels whose stock is not the last one in their history": (
        "SELECT count(*) FROM level l WHERE l.absent_at IS NULL AND (SELECT c.stock FROM stock_change c"
        " WHERE c.level_id = l.id ORDER BY c.at DESC LIMIT 1) IS NOT l.stock"
    ),
    "levels without any history": (
        "SELECT count(*) FROM level l WHERE NOT EXISTS (SELECT 1 FROM stock_change c WHERE c.level_id = l.id)"
    ),
    "levels of a product and a warehouse of different sources": (
        "SELECT count(*) FROM level l JOIN product p ON p.id = l.product_id JOIN warehouse w ON w.id = l.warehouse_id"
        " WHERE p.source_id <> w.source_id"
    ),
    "alerts that fire without a moment at which they began": (
        "SELECT count(*) FROM alert WHERE state = 'firing' AND fired_at IS NULL"
    ),
    "alerts in a state that does not exist": (
        "SELECT count(*) FROM alert WHERE state NOT IN ('pending', 'firing', 'resolved')"
    ),
    "messages in a state that does not exist": (
        "SELECT count(*) FROM message WHERE state NOT IN ('waiting', 'sent', 'dead', 'superseded')"
    ),
    "messages marked as sent without a moment at which they were": (
        "SELECT count(*) FROM message WHERE state = 'sent' AND sent_at IS NULL"
    ),
    "reconciliations that are ahead of the documents": (
        "SELECT count(*) FROM reconciled WHERE movement_id > coalesce((SELECT max(id) FROM movement), 0)"
    ),
    "rule evaluations that are ahead of the documents": (
        "SELECT count(*) FROM rule_evaluation WHERE movement_id > coalesce((SELECT max(id) FROM movement), 0)"
    ),
}


def inspect(path: Path) -> Report:
    """Everything that is wrong with a database file."""
    report = Report(str(path))
    try:
        report.bytes = path.stat().st_size
        with closing(open_to_read(path)) as connection:
            _look(connection, report)
    except OSError as fault:
        report.problems.append(Problem("damage", f"the file cannot be read ({fault.strerror})"))
    except sqlite3.DatabaseError as fault:
        report.problems.append(Problem("damage", str(fault)))
    return report


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing; waits like any other for a busy file."""
    if not path.is_file():
        raise FileNotFoundError(2, "there is no such file", str(path))
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30, isolation_level=None)
    # The file may be anybody's: a view or trigger in it must not run functions of this process.
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _look(connection: sqlite3.Connection, report: Report) -> None:
    report.version = connection.execute("PRAGMA user_version").fetchone()[0]
    problems = report.problems
    told = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({SHOWN})")]
    problems += [Problem("damage", " ".join(text.split())) for text in told if text != "ok"]
    if not _is_ours(connection):
        problems.append(Problem("damage", FOREIGN))
        return
    if report.version > migrations.NEWEST:
        problems.append(
            Problem("version", f"made by a newer alertd (version {report.version}, this one knows {migrations.NEWEST})")
        )
    if report.damaged:
        return
    astray: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        astray[table, parent] = astray.get((table, parent), 0) + 1
    problems += [
        Problem("reference", f"rows of '{table}' that belong to no row of '{parent}'", count)
        for (table, parent), count in sorted(astray.items())
    ]
    if report.version == migrations.NEWEST:
        _hold_to_promises(connection, problems)


def _is_ours(connection: sqlite3.Connection) -> bool:
    wanted = {"source", "product", "level", "stock_change", "alert", "message"}
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return wanted <= found


def _hold_to_promises(connection: sqlite3.Connection, problems: list[Problem]) -> None:
    for what, question in _PROMISES.items():
        count = connection.execute(question).fetchone()[0]
        if count:
            problems.append(Problem("promise", what, count))


def missing_features() -> list[str]:
    """What alertd's tables and questions need and this SQLite was built without."""
    wanted = {
        "FTS5": "CREATE VIRTUAL TABLE find USING fts5(text)",
        "JSON": "SELECT json_extract('{}', '$.a')",
        "window functions": "SELECT row_number() OVER ()",
        "strict tables": "CREATE TABLE strictly (a INTEGER) STRICT",
    }
    missing = []
    with closing(sqlite3.connect(":memory:")) as connection:
        for name, statement in wanted.items():
            try:
                connection.execute(statement)
            except sqlite3.Error:
                missing.append(name)
    return missing


def zones(connection: sqlite3.Connection) -> set[str]:
    """The time zones of the connected systems."""
    return {row[0] for row in connection.execute("SELECT DISTINCT timezone FROM source")}


def quickly(connection: sqlite3.Connection) -> str | None:
    """What is broken in an open database, by the quick look that a start can afford; None when nothing is."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    return None if found is None or found[0] == "ok" else " ".join(str(found[0]).split())
