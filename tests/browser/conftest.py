"""A real Chromium on the real server. Where there is none, the tests are skipped and say so."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from web import makers

from alertd.rules.load import RuleSet
from alertd.settings import read_settings
from alertd.store.db import Store, open_store
from alertd.web.app import create_app
from alertd.web.server import Server

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """A seeded shop that answers, and the keys of what is in it."""

    url: str
    ids: dict[str, int]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("NO CHROMIUM HERE: the page was not looked at; install it (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop on an ordinary morning."""
    yield from _serve(tmp_path_factory.mktemp("shop"), makers.seed_shop)


@pytest.fixture(scope="session")
def empty_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Just installed: a user, and nothing else."""
    yield from _serve(tmp_path_factory.mktemp("empty"), lambda store: {})


def _serve(home: Path, seed: Callable[[Store], dict[str, int]]) -> Iterator[Shop]:
    store = open_store(home / "alertd.db")
    ids = seed(store)
    makers.user(store, language="es")
    rules = makers.rules(makers.BROKEN_RULE) if ids else RuleSet((), ())
    settings = read_settings({"ALERTD_HOME": str(home)})
    app = create_app(store, settings, "a key for tests", clock=lambda: makers.NOW, rules=lambda: rules)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    yield Shop(server.url, ids)
    server.stop()
    store.close()
