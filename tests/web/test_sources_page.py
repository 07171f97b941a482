"""The pages of the connected systems: what they show, and the decisions a person takes there."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alertd.store import polls, staging
from alertd.store.db import Store
from alertd.web.actions import Actions, PlanNumbers
from alertd.web.app import create_app

from . import makers
from .conftest import Clock
from .makers import DAY, HOUR, MINUTE, NOW
from .test_door import token_of

PLAN = PlanNumbers(products=12_400, calls=62, sweep_every=300.0, hourly=744, allowance=1_000, as_asked=True)


def post(client: FlaskClient, path: str, **form: str):
    """Post a form of a page as a browser would."""
    return client.post(path, data={**form, "csrf_token": token_of(client.get("/account"))})


@pytest.fixture
def planned(store: Store, settings, clock: Clock) -> FlaskClient:
    """Marta before a page whose engine knows the plan."""
    app = create_app(store, settings, "k", clock=clock, rules=makers.rules, actions=Actions(plan=lambda _: PLAN))
    client = app.test_client()
    makers.sign_in(client, store, makers.user(store, language="es"))
    return client


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "12,400 productos = 62 llamadas por barrido; cada 5 minutos usa 744 de 1,000 llamadas por hora"),
        ("pt", "12.400 produtos = 62 chamadas por varredura; a cada 5 minutos usa 744 de 1.000 chamadas por hora"),
        ("en", "12,400 products = 62 calls a sweep; every 5 minutes uses 744 of 1,000 calls an hour"),
    ],
)
def test_the_plan_is_told_in_the_readers_words(
    planned: FlaskClient, store: Store, language: str, sentence: str
) -> None:
    """Who pays for the quota reads how it is spent."""
    makers.source(store)
    store.execute("UPDATE user SET language = ?", (language,))
    assert sentence in planned.get("/sources/tienda-centro").text
    assert sentence in planned.get("/sources").text


def test_the_budget_of_the_hour_is_a_bar(signed_in: FlaskClient, store: Store) -> None:
    """Calls of this hour stand beside what is allowed; those of the hour before do not count."""
    makers.source(store)
    for hour, used in ((NOW // HOUR, 744), (NOW // HOUR - 1, 990)):
        makers.insert(store, "budget", budget_key="tienda-centro", hour=hour, used=used)
    text = signed_in.get("/sources/tienda-centro").text
    assert "744 de 1,000" in text
    assert '<progress max="1000" value="744"' in text


def test_a_refused_quota_says_when_it_goes_on(signed_in: FlaskClient, store: Store) -> None:
    """The server said no until the hour turns."""
    makers.source(store)
    makers.insert(
        store, "budget", budget_key="tienda-centro", hour=NOW // HOUR, used=3, blocked_until=NOW + 20 * MINUTE
    )
    assert "alertd sigue dentro de 20 min" in signed_in.get("/sources/tienda-centro").text


def test_every_lane_tells_its_last_polls_and_its_next(signed_in: FlaskClient, store: Store) -> None:
    """What was read, what it cost, what went wrong, in words."""
    shop = makers.source(store)
    makers.lane(store, shop, "sweep", failures=1)
    makers.poll(store, shop, products=900, changed=7, requests=5)
    makers.poll(store, shop, outcome="failed", complete=0, error="x", error_kind="unreachable")
    makers.lane(store, shop, "returns", stopped="This server has no returns.", stopped_kind="unsupported")
    text = signed_in.get("/sources/tienda-centro").text
    for words in ("Catálogo completo", "1 falla seguida", "Completa", "Falló", "dentro de 2 min", "Devoluciones"):
        assert words in text
    assert "No se pudo llegar al sistema de la tienda" in text
    assert "No la ofrece" in text


@pytest.mark.parametrize(
    ("language", "said", "fold"),
    [
        ("es", "La última lectura no terminó.", "Detalle técnico"),
        ("pt", "A última leitura não terminou.", "Detalhe técnico"),
    ],
)
def test_a_poll_that_failed_is_told_in_the_readers_words(
    store: Store, settings, clock: Clock, language: str, said: str, fold: str
) -> None:
    """What the log says in English is one touch away, and never the sentence itself."""
    client = create_app(store, settings, "k", clock=clock, rules=makers.rules, actions=Actions()).test_client()
    makers.sign_in(client, store, makers.user(store, language=language))
    shop = makers.source(store)
    makers.lane(store, shop, "sweep")
    makers.poll(store, shop, outcome="failed", complete=0, error="The list kept changing.", error_kind="torn")
    page = client.get("/sources/tienda-centro").text
    assert said in page and f'<summary>{fold}</summary><p class="detail">The list kept changing.</p>' in page


def test_findings_come_with_examples(signed_in: FlaskClient, store: Store) -> None:
    """A count alone does not tell where to begin."""
    shop = makers.source(store)
    place = makers.warehouse(store, shop)
    makers.level(store, makers.product(store, shop, "Clavo", code="A1"), place, 8, 9, maximum=5)
    makers.level(store, makers.product(store, shop, "Tuerca", code="A1"), place, 8, 0)
    makers.level(store, makers.product(store, shop, "Perno", code=None), place, 8, 2)
    makers.level(store, makers.product(store, shop, "Viejo", enabled=0), place, 8, 2)
    makers.product(store, shop, "Ido", absent_at=NOW - DAY, gone_at=NOW - DAY)
    store.execute(
        "UPDATE warehouse SET hidden_at = ? WHERE id = ?", (NOW, makers.warehouse(store, shop, "X", "Oculta"))
    )
    text = signed_in.get("/sources/tienda-centro").text
    for words in (
        "1 existencia con el mínimo mayor que el máximo", "2 productos con códigos repetidos", "1 producto sin código",
        "1 producto desactivado", "1 existencia sin mínimo", "Centro · Bodega Central", "Oculta", "1 retirado",
    ):  # fmt: skip
        assert words in text


def test_what_could_not_be_read_is_shown_as_text(signed_in: FlaskClient, store: Store) -> None:
    """A record may hold anything; the page shows it and runs nothing of it."""
    shop = makers.source(store)
    raw = '{"nombre": "<script>alert(1)</script>"}'
    makers.insert(
        store, "quarantine", source_id=shop, key="77", reason="stock is 'diez'", raw=raw, first_seen_at=NOW,
        last_seen_at=NOW,
    )  # fmt: skip
    text = signed_in.get("/sources/tienda-centro").text
    assert "1 registro no se pudo leer" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>" not in text


def _hold(store: Store, shop: int) -> None:
    reason = "60 of 200 levels fell to zero at once"
    makers.insert(store, "held_sweep", source_id=shop, at=NOW - MINUTE, reason=reason, seen=b"\x90")


def test_a_held_sweep_is_refused_by_a_person(signed_in: FlaskClient, store: Store) -> None:
    """Nothing changes, and it is written down who decided."""
    shop = makers.source(store)
    _hold(store, shop)
    assert "60 de 200 existencias cayeron a cero" in signed_in.get("/sources/tienda-centro").text
    answer = post(signed_in, "/sources/tienda-centro/held", decision="refuse", at=str(NOW - MINUTE))
    assert answer.status_code == 303
    assert staging.held(store, shop) is None
    assert store.row("SELECT who, what, about FROM audit") == {
        "who": "marta", "what": "source.refused", "about": "tienda-centro",
    }  # fmt: skip


def test_a_person_judges_only_what_they_saw(signed_in: FlaskClient, store: Store) -> None:
    """A newer reading came between the look and the click: look again."""
    shop = makers.source(store)
    _hold(store, shop)
    post(signed_in, "/sources/tienda-centro/held", decision="refuse", at=str(NOW - HOUR))
    assert staging.held(store, shop) is not None
    assert "otra más nueva" in signed_in.get("/sources/tienda-centro").text


def test_accepting_asks_the_engine(store: Store, settings, clock: Clock) -> None:
    """The page takes nothing over by itself."""
    asked: list[str] = []
    actions = Actions(accept=lambda name: asked.append(name) is None)
    app: Flask = create_app(store, settings, "k", clock=clock, actions=actions)
    client = app.test_client()
    makers.sign_in(client, store, makers.user(store, role="editor", language="es"))
    _hold(store, makers.source(store))
    post(client, "/sources/tienda-centro/held", decision="accept", at=str(NOW - MINUTE))
    assert asked == ["tienda-centro"]
    assert store.value("SELECT what FROM audit") == "source.accepted"


def test_reading_now_makes_every_lane_due(signed_in: FlaskClient, store: Store) -> None:
    """Also one that a refused key had stopped; a list the server does not have stays as it is."""
    shop = makers.source(store)
    makers.lane(store, shop, "sweep", next_due_at=NOW + HOUR)
    makers.lane(store, shop, "sales", stopped="401", stopped_kind="key", next_due_at=0)
    makers.lane(store, shop, "returns", stopped="none here", stopped_kind="unsupported", next_due_at=NOW + HOUR)
    post(signed_in, "/sources/tienda-centro/poll")
    found = polls.lanes(store, shop)
    assert {name: (row["next_due_at"], row["stopped"]) for name, row in found.items()} == {
        "sweep": (0, None), "sales": (0, None), "returns": (NOW + HOUR, "none here"),
    }  # fmt: skip


def test_a_shop_is_disconnected_only_by_its_name(signed_in: FlaskClient, store: Store) -> None:
    """A slip of the thumb forgets nothing."""
    makers.source(store)
    post(signed_in, "/sources/tienda-centro/remove", confirm="tienda")
    assert store.value("SELECT count(*) FROM source") == 1
    post(signed_in, "/sources/tienda-centro/remove", confirm="tienda-centro")
    assert store.value("SELECT count(*) FROM source") == 0


def test_an_unknown_shop_is_a_designed_answer(signed_in: FlaskClient) -> None:
    """A bookmark of a shop that was removed."""
    for answer in (signed_in.get("/sources/nada"), post(signed_in, "/sources/nada/poll")):
        assert answer.status_code == 404
        assert "Aquí no hay nada" in answer.text


def test_one_banner_says_what_is_wrong_in_alertd(store: Store, settings, clock: Clock) -> None:
    """On every page: a stopped lane, a held reading, a mute channel, dead messages, broken rules."""
    app = create_app(store, settings, "k", clock=clock, rules=lambda: makers.rules(makers.BROKEN_RULE))
    client = app.test_client()
    makers.sign_in(client, store, makers.user(store, language="es"))
    shop = makers.source(store)
    makers.lane(store, shop, stopped="401", stopped_kind="key")
    _hold(store, shop)
    for key in ("a", "b"):
        makers.message(store, key, "waiting", channel="correo", attempts=3, error="no")
    makers.message(store, "c", "dead", created_at=NOW - HOUR)
    for path in ("/", "/alerts", "/products", "/sources", "/account"):
        text = client.get(path).text.partition('class="wrong"')[2].partition("</section>")[0]
        for words in ("tienda-centro se ve rara", "no se está leyendo", "Los mensajes a correo", "no se pudo enviar"):
            assert words in text
        assert "y 1 más" in text


def test_a_dead_thread_and_a_missing_worker_are_told(store: Store, settings, clock: Clock) -> None:
    """The page is alive when the rest is not, so it says so."""
    shop = makers.source(store)
    makers.lane(store, shop, next_due_at=NOW - HOUR)
    for health, words in (({"ok": False}, "Una parte de alertd se detuvo"), ({}, "Nadie está leyendo las tiendas")):
        app = create_app(store, settings, "k", clock=clock, health=lambda health=health: health)
        client = app.test_client()
        makers.sign_in(client, store, makers.user(store, f"marta {words[0]}", language="es"))
        assert words in client.get("/alerts").text


def test_all_is_well_without_a_banner(signed_in: FlaskClient, store: Store) -> None:
    """A shop that is read in time, with a lane its server does not offer, is nothing to shout about."""
    shop = makers.source(store)
    makers.lane(store, shop)
    makers.lane(store, shop, "returns", stopped="none here", stopped_kind="unsupported", next_due_at=0)
    assert 'class="wrong"' not in signed_in.get("/").text
