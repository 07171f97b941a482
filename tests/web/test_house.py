"""The banner about alertd's own house: what ails the database, and backups that grow old."""

import pytest
from flask.testing import FlaskClient

from alertd.settings import Settings
from alertd.store import upkeep
from alertd.store.db import Store
from alertd.web.app import create_app

from . import makers
from .conftest import Clock
from .makers import DAY, NOW


def test_an_old_backup_is_told_to_who_can_do_something_about_it(signed_in: FlaskClient, store: Store):
    """Three days without a new copy; a viewer need not be worried by it."""
    makers.seed_shop(store)
    upkeep.note_done(store, "backup", NOW - 2 * DAY)
    assert "copia de seguridad" not in signed_in.get("/").text
    upkeep.note_done(store, "backup", NOW - 4 * DAY)
    assert "La última copia de seguridad se hizo" in signed_in.get("/").text


def test_a_viewer_is_not_told_of_backups(client: FlaskClient, store: Store):
    """There is nothing that a viewer could do."""
    makers.seed_shop(store)
    upkeep.note_done(store, "backup", NOW - 4 * DAY)
    makers.sign_in(client, store, makers.user(store, name="eva", role="viewer", language="es"))
    assert "copia de seguridad" not in client.get("/").text


def test_a_backup_that_failed_is_told(signed_in: FlaskClient, store: Store):
    """Until one is made."""
    makers.seed_shop(store)
    upkeep.note_failure(store, "backup", "The disk is full.", NOW)
    assert "La copia de seguridad de hoy falló" in signed_in.get("/").text
    upkeep.note_done(store, "backup", NOW)
    assert "falló" not in signed_in.get("/").text


@pytest.mark.parametrize(
    ("word", "said"), [("full", "está lleno"), ("damaged", "está dañada"), ("readonly", "no puede escribir")]
)
def test_what_ails_the_database_is_said_on_every_page(
    store: Store, settings: Settings, clock: Clock, word: str, said: str
):
    """And the supervisor gets its 503."""
    makers.seed_shop(store)
    app = create_app(
        store, settings, "k", clock=clock, rules=makers.rules, health=lambda: {"ok": False, "writing": word}
    )
    visitor = app.test_client()
    assert visitor.get("/healthz").status_code == 503
    makers.sign_in(visitor, store, makers.user(store, language="es"))
    assert said in visitor.get("/").text
