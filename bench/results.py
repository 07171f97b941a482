"""Where the figures of a run are kept: one JSON file a run in `bench/results/`, which git leaves alone."""

import json
import platform
import sqlite3
import time
from typing import Any

from bench.child import ROOT

FOLDER = ROOT / "bench" / "results"


def keep(name: str, figures: Any) -> None:
    """Write the figures down beside what they were measured on, and say where."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    machine = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "machine": platform.machine()}
    path.write_text(json.dumps({"machine": machine, "figures": figures}, indent=1))
    print(f"\nkept in {path.relative_to(ROOT)}")
