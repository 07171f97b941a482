"""`python -m tests.fuzz [--seconds 300] [--only rules] [--seed 1]`: ask every door, and print what came of it."""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from .asking import TARGETS, ask_for


def main() -> int:
    """Ask them all; exit status 1 when anything broke."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--seconds", type=float, default=300.0, help="about how long in all")
    options.add_argument("--only", choices=TARGETS, help="one door")
    options.add_argument("--seed", type=int, default=int(time.time()), help="to ask the same again")
    chosen = options.parse_args()
    logging.disable()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    names = [chosen.only] if chosen.only else list(TARGETS)
    broken = 0
    print(f"seed {chosen.seed}")
    print(f"{'door':10} {'rounds':>7} {'cases':>9} {'a second':>9} {'broken':>7}")
    with tempfile.TemporaryDirectory(prefix="alertd-fuzz-") as folder:
        for name in names:
            began = time.monotonic()
            said = ask_for(name, Path(folder) / name, chosen.seconds / len(names), chosen.seed)
            pace = said.cases / (time.monotonic() - began)
            print(f"{name:10} {said.rounds:7,} {said.cases:9,} {pace:9.0f} {len(said.broken):7}", flush=True)
            for each in dict.fromkeys(said.broken):
                print(f"  {each}", file=sys.stderr)
            broken += len(said.broken)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
