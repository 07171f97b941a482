"""Look at everything alertd depends on, and say in plain words what is wrong and what to do: `alertd doctor`.

Nothing is changed and nobody is sent anything. What cannot be looked at because something before it is broken is
skipped and says so; so one answer is given for each thing, however bad things are. Questions to other machines are in
`doctor_outside`.
"""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..clock import Clock
from ..clock import now as wall
from ..errors import Trouble
from ..settings import Settings, rules_folder, secret_key
from ..store import Store, backup, check, migrations, pages_sources, sources, upkeep, vaulted
from ..store.db import OLDEST_SQLITE
from ..workers import is_gone
from .context import Context

MEGABYTE = 1_000_000
LEAST_MB, FEW_MB = 200, 1_000
LARGE_LOG_MB = 256
MINUTE = 60_000
OLD_BACKUP_MS = 3 * 86_400_000
LATE_MS = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer: `state` is ok, warning, failure or skipped; `advice` says what to do where there is something."""

    name: str
    state: str
    said: str
    advice: str = ""


def ok(name: str, said: str) -> Finding:
    """All is well."""
    return Finding(name, "ok", said)


def warning(name: str, said: str, advice: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(name, "warning", said, advice)


def failure(name: str, said: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(name, "failure", said, advice)


def skipped(name: str, why: str) -> Finding:
    """Nobody can tell."""
    return Finding(name, "skipped", why)


def document(found: Iterable[Finding]) -> dict[str, object]:
    """For `--json`."""
    found = list(found)
    return {"ok": all(each.state != "failure" for each in found), "checks": [asdict(each) for each in found]}


def look_at_house(settings: Settings, clock: Clock = wall) -> list[Finding]:
    """Everything that can be looked at without opening the database as alertd does."""
    return [
        _python(),
        _sqlite(),
        _home(settings),
        _disk(settings),
        _key(settings),
        _database(settings),
        _zones(settings),
        _backups(settings, clock()),
    ]


def look_inside(context: Context) -> list[Finding]:
    """What only an open database can tell."""
    return [_rules(context), _sealed(context), _worker(context.store, context.now())]


def is_fit(found: Iterable[Finding]) -> bool:
    """Whether the database can be opened as alertd does."""
    return all(each.state != "failure" for each in found if each.name in ("sqlite", "home", "database", "secret key"))


# One function each


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return ok("python", f"Python {version}")


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return failure("sqlite", f"SQLite {version}", "install a Python that carries SQLite 3.39 or newer")
    missing = check.missing_features()
    if missing:
        said = f"SQLite {version} without {', '.join(missing)}"
        return failure("sqlite", said, "install a Python whose SQLite was built with them")
    return ok("sqlite", f"SQLite {version}")


def _home(settings: Settings) -> Finding:
    home = settings.home
    if home.exists() and not home.is_dir():
        return failure("home", f"{home} is not a folder", "move it away, or set ALERTD_HOME to a folder")
    if not home.is_dir():
        return warning("home", f"{home} is not there yet", "it is made at the first start of 'alertd serve'")
    probe = home / f".doctor-{os.getpid()}"
    try:
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as fault:
        said = f"{home} cannot be written ({fault.strerror})"
        return failure("home", said, "make it writable for the user that runs alertd, or set ALERTD_HOME to another")
    if home.stat().st_mode & stat.S_IRWXO:
        return warning("home", f"{home} can be entered by everybody on this machine", f"chmod 700 {home}")
    return ok("home", f"{home} can be written")


def _disk(settings: Settings) -> Finding:
    folder = next(each for each in (settings.home, *settings.home.absolute().parents) if each.is_dir())
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < LEAST_MB:
        return failure("disk", f"{free} MB free in {folder}", f"make room; under {LEAST_MB} MB alertd may stop reading")
    if free < FEW_MB:
        return warning("disk", f"{free} MB free in {folder}", "make room soon")
    return ok("disk", f"{free:,} MB free")


def _key(settings: Settings) -> Finding:
    if settings.secret_key:
        return ok("secret key", "from ALERTD_SECRET_KEY")
    path = settings.home / "secret-key"
    if not path.exists():
        if settings.database.exists():
            advice = "put the secret-key that belongs to this database back, or set ALERTD_SECRET_KEY"
            return failure("secret key", f"{path} is missing", advice)
        return ok("secret key", "made at the first start")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return failure("secret key", f"{path} can be read by others on this machine", f"chmod 600 {path}")
    try:
        secret_key(settings)
    except Trouble as trouble:
        return failure("secret key", str(trouble), "see the sentence before")
    return ok("secret key", "there, readable by its owner alone; keep a copy of it apart from the backups")


def _database(settings: Settings) -> Finding:
    path = settings.database
    if not path.exists():
        return warning("database", f"{path} is not there yet", "it is made at the first start of 'alertd serve'")
    if not path.is_file():
        return failure("database", f"{path} is not a file", "move it away, then 'alertd db restore FILE'")
    report = check.inspect(path)
    if report.problems:
        return _unsound(path, report)
    log = Path(f"{path}-wal")
    size = log.stat().st_size // MEGABYTE if log.exists() else 0
    said = f"sound, version {report.version}, {report.bytes / MEGABYTE:.1f} MB, log {size} MB"
    if size > LARGE_LOG_MB:
        return warning("database", said, "something reads without end and holds the log; restart alertd")
    return ok("database", said)


def _unsound(path: Path, report: check.Report) -> Finding:
    said = report.problems[0].what
    if report.damaged:
        return failure("database", f"damaged: {said}", backup.advice(path))
    if report.version > migrations.NEWEST:
        return failure("database", said, "install the newer alertd, or restore a copy from before the upgrade")
    return failure("database", said, "'alertd db check' tells all of it; please report it")


def _zones(settings: Settings) -> Finding:
    names = {"America/El_Salvador", "America/Sao_Paulo", *_zones_in_use(settings.database)}
    missing = []
    for name in sorted(names):
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            missing.append(name)
    if missing:
        advice = "install the package 'tzdata' beside alertd, or mend the zone of the source"
        return failure("time zones", f"unknown here: {', '.join(missing)}", advice)
    return ok("time zones", f"{len(names)} looked up")


def _zones_in_use(database: Path) -> set[str]:
    try:
        with closing(check.open_to_read(database)) as connection:
            return check.zones(connection)
    except (OSError, sqlite3.Error):
        return set()


def _backups(settings: Settings, now: int) -> Finding:
    if not settings.backups:
        said = "no daily backup (ALERTD_BACKUPS is 0)"
        return warning("backups", said, "make sure that something else runs 'alertd db backup FILE' every day")
    if not settings.database.exists():
        return skipped("backups", "there is no database yet")
    at = backup.newest_at(settings.database)
    if at is None:
        return warning("backups", "none yet", "'alertd serve' makes the first one within minutes of its start")
    hours = max(0, now - at) // 3_600_000
    said = f"{len(backup.kept(settings.database))} kept, the newest {hours} hours old"
    if now - at > OLD_BACKUP_MS:
        return failure("backups", said, "look into the log for 'the daily backup failed'; try 'alertd db backup FILE'")
    return ok("backups", f"{said}; keep copies on another machine too")


def _rules(context: Context) -> Finding:
    book = context.rules.book(context.now())
    if book.errors:
        said = f"{len(book.errors)} mistakes, the first: {book.errors[0]}"
        return failure("rules", said, "see 'alertd rules check'; the last good version of each stays in force")
    if not book.rules:
        advice = "nobody is ever told without; put rule files there, or unset ALERTD_RULES to use those that ship"
        return failure("rules", f"no rule in {rules_folder(context.settings)}", advice)
    return ok("rules", f"{len(book.rules)} in force")


def _sealed(context: Context) -> Finding:
    sealed = vaulted.unopened(context.settings.database, context.vault)
    if sealed:
        advice = "put the secret-key of that time back, or add them again"
        return failure("stored keys", f"sealed with another secret key: {', '.join(sealed)}", advice)
    return ok("stored keys", "all open with the secret key")


def _worker(store: Store, now: int) -> Finding:
    if not sources.list_sources(store):
        return skipped("worker", "there is no source to read yet")
    seen = upkeep.last_sign_of_life(store)
    late = pages_sources.overdue_since(store, now, LATE_MS)
    if seen is None or is_gone(seen[0]) or now - seen[1] > 5 * MINUTE:
        when = "never seen" if seen is None else f"last seen {max(0, now - seen[1]) // MINUTE} minutes ago"
        return failure("worker", f"does not run ({when})", "start 'alertd serve', or 'alertd worker' beside the page")
    if late is not None:
        said = f"runs, and a reading is {(now - late) // MINUTE} minutes late"
        return warning("worker", said, "look into the log; a system that hangs may hold it up")
    return ok("worker", f"runs, seen {max(0, now - seen[1]) // 1000} seconds ago")


def guarded(name: str, look: Callable[[], Finding]) -> Finding:
    """An answer even where looking fails."""
    try:
        return look()
    except (Trouble, OSError, sqlite3.Error) as fault:
        return failure(name, " ".join(str(fault).split()), "mend this and ask again")
