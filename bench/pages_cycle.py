"""A shop that is read again and again beside the pages, in the same process as `alertd serve` has it: for bench.pages.

The pages' database gets a second system of the same size, whose pages lie on disk; its first load is made once and
kept. From then on each cycle finds one level in a hundred changed.
"""

import os
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

from alertd.engine import context as contexts
from alertd.engine import cycle
from alertd.settings import read_settings
from alertd.sources import registry
from alertd.store import sources
from bench import pages_shop, shop
from bench.engine import Files

NAME = "leida"


class Cycles:
    """One cycle after the other in a thread, between `start` and `stop`. `context` is what the page shares with it."""

    def __init__(self, folder: Path, products: int) -> None:
        home = folder / f"home-{products}-3"
        files = folder / f"shop-{products}"
        shop.make(files, products)
        self._edition = [shop.EDITIONS[0]]
        registry.KINDS["files"] = replace(
            registry.KINDS["smartpyme"],
            name="files",
            lanes=("sweep",),
            open=lambda *_, **__: Files(files, self._edition[0]),
        )
        fresh = not (home / "loaded").exists()
        if fresh:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            shutil.copy(pages_shop.make(folder, products), home / "alertd.db")
        os.environ |= {"ALERTD_HOME": str(home), "ALERTD_RULES": str(Path(__file__).parents[1] / "rules")}
        self.context = contexts.open_context(read_settings())
        self.seconds: list[float] = []
        self._ends = threading.Event()
        if fresh:
            self._load(home)

    def _load(self, home: Path) -> None:
        sources.add_source(
            self.context.store, self.context.vault, name=NAME, kind="files", base_url="files",
            secrets={"api_key": "key"}, timezone="America/El_Salvador", every=3600.0, sweep_every=None,
            now=self.context.now(),
        )  # fmt: skip
        self._once()
        self.context.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (home / "loaded").touch()

    def start(self) -> None:
        """Begin to read."""
        self._ends.clear()
        self.seconds.clear()
        self._thread = threading.Thread(target=self._run, name="worker")
        self._thread.start()

    def stop(self) -> list[float]:
        """Let the cycle in hand finish; the seconds of each."""
        self._ends.set()
        self._thread.join()
        return self.seconds

    def _run(self) -> None:
        while not self._ends.is_set():
            self._once()

    def _once(self) -> None:
        self._edition[0] = shop.EDITIONS[self._edition[0] == shop.EDITIONS[0]]
        began = time.perf_counter()
        ran = cycle.run_cycle(self.context, sources.get_source(self.context.store, NAME), ["sweep"])
        if not ran.polls[0].complete:
            raise SystemExit(f"the sweep failed: {ran.polls[0].error}")
        self.seconds.append(time.perf_counter() - began)
