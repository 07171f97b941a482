"""`alertd db`: what the database holds, copies of it, damage in it, and dropping what is old."""

import os
import time
from pathlib import Path

import click

from .. import clock
from ..errors import UsageTrouble
from ..settings import Settings, make_home, read_settings, secret_keys
from ..store import backup, check, levels, restored, retention, vaulted
from ..vault import Vault
from .output import as_json, opened, print_json, table

KEY_SUFFIX = ".secret-key"
DAY_SECONDS = 86_400.0
REST_SECONDS = 0.02


@click.group()
def db() -> None:
    """The database that holds everything."""


@db.command("stats")
@as_json
def stats(as_json: bool) -> None:
    """How many rows there are of what, and how large the file is."""
    with opened() as context:
        found = levels.stats(context.store)
    if as_json:
        print_json(found)
        return
    table(("what", "count"), [(name, f"{count:,}") for name, count in found.items()], right=[1])


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@click.option("--with-key", is_flag=True, help=f"Write the secret key beside it, as FILE{KEY_SUFFIX}.")
@as_json
def back_up(file: Path, force: bool, with_key: bool, as_json: bool) -> None:
    """Copy the database to FILE while it is in use. The copy is verified before it gets its name.

    Stored keys and channel addresses are sealed in it: whoever restores it needs the secret key too. That is not in
    the copy unless you ask for it, because together they open everything.
    """
    settings = read_settings()
    begun = time.monotonic()
    key_file = Path(f"{file}{KEY_SUFFIX}")
    if with_key and key_file.exists() and not force:
        raise UsageTrouble(f"{key_file} exists already; name another file, or give --force to replace it.")
    copy = backup.back_up(settings.database, file, force=force)
    if with_key:
        _write_key(key_file, "\n".join(secret_keys(settings)))
    _say_copied(settings, copy, key_file if with_key else None, time.monotonic() - begun, as_json=as_json)


def _say_copied(settings: Settings, copy: backup.Copy, key: Path | None, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "file": str(copy.path), "bytes": copy.bytes, "version": copy.version, "verified": True,
                "seconds": round(seconds, 3), "secret_key_file": str(key) if key else None,
            }
        )  # fmt: skip
        return
    click.echo(f"{copy.path}: {copy.bytes / 1e6:.1f} MB, verified, in {seconds:.1f} s.")
    if key:
        click.echo(f"The secret key is in {key}. Together they open everything: keep them apart.", err=True)
        return
    where = "ALERTD_SECRET_KEY" if settings.secret_key else settings.home / "secret-key"
    click.echo(f"The secret key ({where}) is not in it, and is needed to use the stored keys; keep it apart.", err=True)


def _write_key(path: Path, key: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(key)


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def restore(file: Path, as_json: bool) -> None:
    """Put a copy in the place of the database. alertd must be stopped; what stood there is kept in backups/.

    A copy of an older alertd is brought up to date. It is then as if alertd had been off since the copy was made:
    messages that waited are not sent again, and the next whole reading tells what holds by then.
    """
    settings = read_settings()
    make_home(settings)
    now = clock.now()
    done = restored.restore(file, settings.database, stamp=stamp(now), now=now)
    key = _take_key(settings, file)
    _say_restored(settings, file, done, key, as_json=as_json)


def stamp(now: int) -> str:
    """A moment as part of a file's name."""
    return clock.utc(now).strftime("%Y%m%d-%H%M%S")


def _take_key(settings: Settings, file: Path) -> Path | None:
    """A key that lies beside the copy is taken over by a home that has none."""
    beside, ours = Path(f"{file}{KEY_SUFFIX}"), settings.home / "secret-key"
    if settings.secret_key or ours.exists() or not beside.is_file():
        return None
    _write_key(ours, beside.read_text().strip())
    return ours


def _say_restored(settings: Settings, file: Path, done: backup.Restored, key: Path | None, *, as_json: bool) -> None:
    sealed = vaulted.unopened(settings.database, Vault(*secret_keys(settings)))
    if as_json:
        print_json(
            {
                "file": str(file), "version_before": done.version_before, "version": done.version,
                "replaced": str(done.aside) if done.aside else None, **done.facts, "sealed_with_another_key": sealed,
                "secret_key_taken": key is not None,
            }
        )  # fmt: skip
        return
    older = "" if done.version_before == done.version else f", brought from version {done.version_before} up to date"
    click.echo(f"Restored {file}{older}.")
    if done.aside:
        click.echo(f"What stood there before is {done.aside}.")
    waiting = done.facts["messages_taken_back"]
    if waiting:
        click.echo(f"{waiting} waiting messages are not sent; what still holds is told after the next reading.")
    click.echo("Everybody signs in again. Passwords and tokens are those of the copy; counts typed since are gone.")
    if sealed:
        click.echo(
            f"The secret key here does not open {', '.join(sealed)}; put the secret-key of that time into "
            f"{settings.home}, or add them again.",
            err=True,
        )


@db.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@as_json
def look(file: Path | None, as_json: bool) -> int:
    """Look for damage, in the database or in a copy of it. Changes nothing; exit status 1 when something is wrong."""
    database = read_settings().database
    path = file or database
    if not path.is_file():
        raise UsageTrouble(f"There is no file {path}.")
    report = check.inspect(path)
    if as_json:
        print_json(report.as_dict())
    else:
        _say_report(report, database)
    return 0 if report.ok else 1


def _say_report(report: check.Report, database: Path) -> None:
    for problem in report.problems:
        click.echo(f"{problem.kind}: {problem.what}" + (f" ({problem.count:,})" if problem.count > 1 else ""))
    if report.ok:
        click.echo(f"{report.path}: nothing wrong (version {report.version}, {report.bytes / 1e6:.1f} MB).")
    elif report.damaged and Path(report.path) == database:
        click.echo(f"The database is damaged; {backup.advice(database)}.", err=True)
    elif not report.damaged:
        click.echo("Please report this; alertd goes on, and a backup from before it began would be without.", err=True)


@db.command("prune")
@click.option("--keep", required=True, metavar="DURATION", help="How much is kept, such as 400d.")
@as_json
def prune(keep: str, as_json: bool) -> None:
    """Drop history, polls, messages and changes older than that, in slices, while the service goes on.

    The stock of every moment since can still be told. Documents and sums by day are kept for 400 days at least. The
    file does not shrink; what is free in it is used again.
    """
    days = clock.parse_duration(keep) / DAY_SECONDS
    if days < 1:
        raise UsageTrouble(f"'{keep}' is too short; keep a day (1d) at least.")
    pruned = retention.Pruned()
    with opened() as context:
        for _ in retention.prune(context.store, pruned, keep_days=days, now=context.now()):
            time.sleep(REST_SECONDS)
    if as_json:
        print_json(
            {
                "keep_days": days, "rows": pruned.rows, "removed": pruned.removed, "slices": pruned.slices,
                "longest_slice_ms": pruned.longest_slice_ms,
            }
        )  # fmt: skip
        return
    if not pruned.rows:
        click.echo("There was nothing that old.")
        return
    table(("dropped from", "rows"), [(name, f"{count:,}") for name, count in pruned.removed.items()], right=[1])
    click.echo(f"{pruned.slices} slices, the longest {pruned.longest_slice_ms:.0f} ms.", err=True)


COMMANDS = [db]
