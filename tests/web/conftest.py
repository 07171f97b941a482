"""A page over a real database file, with somebody signed in or not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alertd.settings import Settings, read_settings
from alertd.store.db import Store, open_store
from alertd.web.app import create_app

from . import makers
from .makers import NOW

SignIn = Callable[..., FlaskClient]


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> int:
        return self.at

    def pass_(self, milliseconds: int) -> None:
        self.at += milliseconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"ALERTD_HOME": str(tmp_path)})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "alertd.db")
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, settings: Settings, clock: Clock) -> Flask:
    return create_app(store, settings, "a key for tests", clock=clock, rules=makers.rules)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody has signed in."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, store: Store) -> FlaskClient:
    """Marta, who administers the shop and reads Spanish."""
    key = makers.user(store, language="es")
    browser = app.test_client()
    makers.sign_in(browser, store, key)
    return browser
