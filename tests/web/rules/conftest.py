"""A page with the real engine behind it, and real files in a real folder."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alertd.engine.authoring import rule_actions
from alertd.engine.context import Context, open_context
from alertd.rules.load import RuleSet
from alertd.settings import Settings, read_settings
from alertd.store.db import Store
from alertd.web.actions import Actions
from alertd.web.app import create_app

from .. import makers
from ..conftest import Clock
from .forms import LOW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reglas"
    made.mkdir()
    (made / "poco.yaml").write_text(LOW)
    return made


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    return read_settings({"ALERTD_HOME": str(tmp_path), "ALERTD_RULES": str(folder)})


@pytest.fixture
def context(store: Store, settings: Settings, clock: Clock) -> Context:
    found = open_context(settings)
    found.now = clock
    return found


@pytest.fixture
def app(store: Store, settings: Settings, clock: Clock, context: Context) -> Flask:
    def rules() -> RuleSet:
        book = context.rules.book(clock())
        return RuleSet(book.rules, book.errors)

    actions = Actions(rules=rule_actions(context))
    return create_app(store, settings, "a key for tests", clock=clock, rules=rules, actions=actions)


@pytest.fixture
def marta(app: Flask, store: Store) -> FlaskClient:
    """An editor, before a shop with stock."""
    makers.seed_shop(store)
    browser = app.test_client()
    makers.sign_in(browser, store, makers.user(store, "marta", role="editor", language="es"))
    return browser


@pytest.fixture
def other(app: Flask, store: Store) -> Callable[[str], FlaskClient]:
    def sign_in(role: str) -> FlaskClient:
        browser = app.test_client()
        makers.sign_in(browser, store, makers.user(store, f"otra-{role}", role=role, language="es"))
        return browser

    return sign_in
