"""Run every trial, print one table, and fail when anything was lost: `python -m tests.soak [--minutes 6]`."""

import argparse
import logging
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog

from . import day, trials
from .stage import Line

# Shares of the time; starting and settling take about as long again.
TRIALS = (
    (trials.kills, 0.20), (trials.stops, 0.12), (trials.two_services, 0.05), (trials.flapping, 0.08),
    (trials.hanging, 0.05), (trials.full_disk, 0.03), (trials.read_only, 0.02), (trials.damage, 0.03),
)  # fmt: skip
TURNS_A_MINUTE = 96
MOST_GROWTH_MB, MOST_MORE_FILES = 40.0, 12


def main() -> int:
    """Try everything, one after the other."""
    options = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    options.add_argument("--minutes", type=float, default=6.0, help="about how long in all")
    options.add_argument("--only", help="only trials whose name holds this")
    chosen = options.parse_args()
    # Nothing is printed; but alertd must hear what Apprise writes, so the logs stay open.
    logging.getLogger().addHandler(logging.NullHandler())
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    began, lines = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="alertd-soak-") as folder:
        try:
            for number, (name, work) in enumerate(_plan(chosen.minutes)):
                if chosen.only and chosen.only not in name:
                    continue
                print(f"... {name}", file=sys.stderr, flush=True)
                place = Path(folder) / str(number)
                place.mkdir()
                lines.append(_tried(name, work, place))
                print(f"    {_row(lines[-1])}", file=sys.stderr, flush=True)
        finally:
            for left in trials.mounts_left(Path(folder)):
                subprocess.run(("umount", "-l", left), capture_output=True, check=False)
    print(table(lines))
    print(f"\n{time.monotonic() - began:.0f} s.")
    return int(not all(line.ok for line in lines))


def _plan(minutes: float) -> list[tuple[str, Callable[[Path], Line]]]:
    seconds = 60 * minutes
    plan = [(trial.__name__, partial(_for, trial, max(3.0, share * seconds))) for trial, share in TRIALS]
    turns = max(24, min(day.TURNS_A_DAY, round(TURNS_A_MINUTE * minutes)))
    return [*plan, ("clock_jumps", day.clock_jumps), ("whole_day", lambda place: day.whole_day(place, turns))]


def _for(trial: trials.Trial, seconds: float, place: Path) -> Line:
    return trial(place, seconds)


def _tried(name: str, work: Callable[[Path], Line], place: Path) -> Line:
    try:
        line: Line = work(place)
    except Exception:  # the edge of the suite: one trial that breaks must not hide the others
        traceback.print_exc()
        return Line(name, wrong=["the trial itself broke"])
    if line.memory[1] - line.memory[0] > MOST_GROWTH_MB:
        line.wrong.append("memory grew")
    if line.files[1] - line.files[0] > MOST_MORE_FILES:
        line.wrong.append("open files grew")
    return line


def table(lines: list[Line]) -> str:
    """Every trial, and whether anything was lost."""
    head = f"{'trial':34}{'polls':>7}{'alerts':>8}{'lost':>6}{'again':>7}{'2 ids':>7}{'files':>10}{'memory MB':>13}"
    lost = sum(line.lost for line in lines)
    found = ["", head, *map(_row, lines), ""]
    found.append(f"lost {lost}; sent again under the same id {sum(line.duplicates for line in lines)}")
    wrong = [f"WRONG {line.name}: {each}" for line in lines for each in line.wrong]
    return "\n".join([*found, *wrong])


def _row(line: Line) -> str:
    files = f"{line.files[0]}>{line.files[1]}" if line.files[1] else ""
    memory = f"{line.memory[0]:.0f}>{line.memory[1]:.0f}" if line.memory[1] else ""
    return (
        f"{line.name:34}{line.polls:>7,}{line.alerts:>8,}{line.lost:>6}{line.duplicates:>7}{line.two_ids:>7}"
        f"{files:>10}{memory:>13}  {line.note}"
    )


if __name__ == "__main__":
    sys.exit(main())
