"""Copies of the database: made while it is in use, verified before anybody relies on them, put back in place.

A copy is taken in one step inside one reading of the database, so writers go on and the copy is of one moment. It is
written under another name, verified, and only then given its own. What a restored copy must forget is in `restored`.
"""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..errors import Trouble, UsageTrouble
from . import check, migrations
from .occupied import enter_alone

FOLDER = "backups"
OURS = "alertd-????????-??????.db"
"""The names of the daily copies, `alertd-YYYYMMDD-HHMMSS.db` in UTC; only those are ever deleted."""
SPARE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was verified."""

    path: Path
    version: int
    bytes: int


def back_up(database: Path, target: Path, *, force: bool = False) -> Copy:
    """Copy a database that may be in use. Raises Trouble when there is no room, or the copy is not whole."""
    if not database.is_file():
        raise Trouble(f"There is no database at {database} yet; 'alertd serve' or 'alertd source add' makes it.")
    _refuse_to_overwrite(target, force=force)
    _need_room(target.parent, database.stat().st_size)
    half = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        _copy(database, half)
        report = check.inspect(half)
        # The tables' own promises are the shop's business; a copy is good when it is the same file, whole.
        if report.damaged or any(problem.kind == "reference" for problem in report.problems):
            raise Trouble(
                f"The copy of {database} is not whole ({report.problems[0].what}), so it was not kept; "
                "'alertd db check' tells more."
            )
        _refuse_to_overwrite(target, force=force)
        _keep(half, target)
    except OSError as fault:
        raise Trouble(f"Cannot write {target} ({fault.strerror}); nothing was changed.") from None
    except sqlite3.Error as fault:
        raise Trouble(_why_not(database, target, fault)) from None
    finally:
        _drop(half)
    return Copy(target, report.version, target.stat().st_size)


def _refuse_to_overwrite(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise UsageTrouble(f"{target} is a folder; name a file in it, such as {target / 'alertd.db'}.")
    if not target.parent.is_dir():
        raise UsageTrouble(f"There is no folder {target.parent}; make it first.")
    if target.exists() and not force:
        raise UsageTrouble(f"{target} exists already; name another file, or give --force to replace it.")


def _need_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise Trouble(
            f"A copy needs {(size + SPARE_BYTES) // 1_000_000} MB and {folder} has {free // 1_000_000} MB free; "
            "make room or name a file on another disk."
        )


def _copy(database: Path, half: Path) -> None:
    """The pages as they stand at one moment, in a file that only its owner can read."""
    os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(check.open_to_read(database)) as source, closing(sqlite3.connect(half)) as copy:
        source.backup(copy)
        # One file, so that whoever carries it away has all of it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _keep(half: Path, target: Path) -> None:
    """Give the copy its name, durably."""
    _sync(half)
    half.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop(half: Path) -> None:
    for path in (half, *(half.with_name(half.name + tail) for tail in ("-wal", "-shm", "-journal"))):
        path.unlink(missing_ok=True)


def _why_not(database: Path, target: Path, fault: sqlite3.Error) -> str:
    text = str(fault)
    if "full" in text or "disk I/O" in text:
        return f"The disk of {target} is full; make room or name a file on another disk. Nothing was changed."
    if "malformed" in text or "not a database" in text:
        return f"{database} is damaged ({text}) and cannot be copied; restore it with 'alertd db restore FILE'."
    return f"{database} could not be copied ({text}); nothing was changed."


# The copies in the home folder


def folder_of(database: Path) -> Path:
    """Where the daily copies of a database lie."""
    return database.parent / FOLDER


def kept(database: Path) -> list[Path]:
    """The daily copies, the newest first."""
    return sorted(folder_of(database).glob(OURS), reverse=True)


def newest_at(database: Path) -> int | None:
    """When the newest daily copy was made, as its file tells; None where there is none."""
    try:
        return round(1000 * kept(database)[0].stat().st_mtime)
    except (IndexError, OSError):
        return None


def advice(database: Path) -> str:
    """What to do about a damaged database, with the newest copy there is."""
    copies = kept(database)
    file = str(copies[0]) if copies else "FILE"
    return f"stop alertd and restore a backup with 'alertd db restore {file}'"


def back_up_today(database: Path, stamp: str, keep: int) -> Copy:
    """The daily copy; older ones than the newest `keep` are deleted once it is there."""
    folder = folder_of(database)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as fault:
        raise Trouble(f"Cannot make the folder {folder} ({fault.strerror}); make {folder.parent} writable.") from None
    made = back_up(database, folder / f"alertd-{stamp}.db", force=True)
    for old in kept(database)[max(1, keep) :]:
        old.unlink(missing_ok=True)
    return made


def keep_before_upgrade(database: Path, version: int) -> Path:
    """The way back: a copy of the database as the older alertd left it."""
    folder = folder_of(database)
    folder.mkdir(mode=0o700, exist_ok=True)
    return back_up(database, folder / f"before-upgrade-from-{version:02}.db", force=True).path


# Putting a copy in place


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and where what stood there before has gone."""

    version_before: int
    version: int
    aside: Path | None
    facts: dict[str, int]


def restore(file: Path, database: Path, *, stamp: str, prepare: Callable[[Path], dict[str, int]]) -> Restored:
    """Put a copy in the place of a database that nobody uses. Raises Trouble, and has then changed nothing.

    `prepare` brings the copy up to date before it is put in place, and says what it did.
    """
    version = _fit(file)
    presence = enter_alone(database)
    half = database.with_name(f".{database.name}.{secrets.token_hex(4)}")
    try:
        _need_room(database.parent, file.stat().st_size)
        _copy(file, half)
        facts = prepare(half)
        aside = _move_aside(database, stamp) if database.exists() else None
        _keep(half, database)
    except OSError as fault:
        raise Trouble(
            f"Cannot put {file} in the place of {database} ({fault.strerror}); make {database.parent} writable."
        ) from None
    except sqlite3.Error as fault:
        raise Trouble(_why_not(file, database, fault)) from None
    finally:
        _drop(half)
        presence.leave()
    return Restored(version, migrations.NEWEST, aside, facts)


def _fit(file: Path) -> int:
    """The version of a copy that can be put in place."""
    if not file.is_file():
        raise UsageTrouble(f"There is no file {file}.")
    report = check.inspect(file)
    bad = [problem for problem in report.problems if problem.kind != "promise"]
    newer = [problem for problem in bad if problem.kind == "version"]
    if newer:
        raise Trouble(f"{file} was {newer[0].what}; install the newer alertd. Nothing was changed.")
    if any(problem.what == check.FOREIGN for problem in bad):
        raise Trouble(f"{file} {check.FOREIGN}; nothing was changed.")
    if bad:
        raise Trouble(f"{file} is not whole ({bad[0].what}); take an older backup. Nothing was changed.")
    return report.version


def _move_aside(database: Path, stamp: str) -> Path:
    """Keep what is replaced under another name. Its write-ahead log must go with it: it would spoil the new file."""
    folder = folder_of(database)
    folder.mkdir(mode=0o700, exist_ok=True)
    aside = folder / f"replaced-{stamp}.db"
    _fold_log_in(database)
    for tail in ("-wal", "-shm"):
        beside = database.with_name(database.name + tail)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + tail))
    # A second name and not a move: at no moment is there no database at all.
    try:
        aside.hardlink_to(database)
    except OSError:
        shutil.copy2(database, aside)
    return aside


def _fold_log_in(database: Path) -> None:
    """Where the old database still works, make it one file."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error:
        return
