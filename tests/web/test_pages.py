"""What the pages show, and that they show it safely."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alertd.settings import Settings
from alertd.store.db import Store
from alertd.web.app import create_app

from . import makers
from .conftest import Clock
from .makers import DAY, HOUR, MINUTE, NOW

PAGES = (
    "/", "/alerts", "/alerts?state=pending", "/alerts?state=resolved", "/alerts/a000000000000000", "/products",
    "/products?state=out", "/products/1", "/products/1?level=2", "/rules", "/messages", "/messages?state=waiting",
    "/messages/1", "/messages/4", "/sources", "/sources/tienda-centro", "/sources/tienda-soyapango", "/channels",
    "/channels/new?service=slack", "/channels/new?service=mail", "/channels/new?service=mail&preset=own",
    "/channels/new?service=telegram", "/channels/new?service=other", "/users", "/tokens", "/audit", "/account", "/more",
    "/connect/shop", "/connect/tienda-centro/found", "/connect/tienda-centro/channels", "/connect/tienda-centro/rules",
    "/connect/tienda-nueva/reading",
)  # fmt: skip


@pytest.mark.parametrize("language", ["es", "pt", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_every_language(signed_in: FlaskClient, store: Store, path: str, language: str) -> None:
    """A seeded shop, every page, three languages; nothing of a template is left unfilled."""
    makers.seed_shop(store)
    store.execute("UPDATE user SET language = ?", (language,))
    answer = signed_in.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}' in answer.text
    assert "{" not in re.sub(r"<pre>.*?</pre>", "", answer.text, flags=re.S)


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nothing-here", "/setup/x"])
def test_every_answer_carries_strict_headers(signed_in: FlaskClient, store: Store, path: str) -> None:
    """No script runs, nobody frames the page, no shared computer keeps it."""
    makers.seed_shop(store)
    headers = signed_in.get(path).headers
    assert "default-src 'none'; script-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_nothing_inline_that_the_policy_would_block(signed_in: FlaskClient, store: Store) -> None:
    """No style attribute, no script but our files, no address of another host in any page."""
    makers.seed_shop(store)
    for path in PAGES:
        text = signed_in.get(path).text
        assert " style=" not in text
        assert len(re.findall("<script", text)) == len(re.findall(r'<script src="/static/[^"]+" defer></script>', text))
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


def test_static_files_may_be_kept_for_a_year(client: FlaskClient) -> None:
    """Their address changes with their contents."""
    sheet = re.search(r'href="(/static/alertd.css\?v=[0-9a-f]+)"', client.get("/login").text)
    assert sheet is not None
    answer = client.get(sheet[1])
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_product_name_is_text_wherever_it_shows(signed_in: FlaskClient, store: Store) -> None:
    """A name that is markup is shown as typed, on every page that shows it."""
    name = '<script>alert("x")</script>'
    shop = makers.source(store)
    level = makers.level(store, makers.product(store, shop, name), makers.warehouse(store, shop, name, name), 0)
    makers.history(store, level, [(3, 9), (1, 0)])
    makers.alert(store, shop, name, product_id=1, level_id=level, fingerprint="f" * 16)
    key = makers.message(store, "m", title=name, body=name, channel=name, error=name)
    makers.insert(store, "message_alert", message_id=key, alert_id=1)
    for path in ("/", "/alerts", "/alerts/" + "f" * 16, "/products", "/products/1", "/messages", f"/messages/{key}"):
        text = signed_in.get(path).text
        assert "<script>" not in text
        assert "&lt;script&gt;" in text


def test_the_overview_of_nothing_says_how_to_begin(signed_in: FlaskClient) -> None:
    """The first page of a fresh installation is the way to connect a shop."""
    text = signed_in.get("/").text
    assert "Conecte su tienda" in text
    assert "alertd source add smartpyme" in text


def test_the_overview_puts_the_worst_first(signed_in: FlaskClient, store: Store) -> None:
    """Critical before high, each the newest first."""
    shop = makers.source(store)
    makers.alert(store, shop, "Clavos", severity="high", fired_at=NOW - MINUTE)
    makers.alert(store, shop, "Aceite", severity="critical", fired_at=NOW - 5 * HOUR)
    makers.alert(store, shop, "Arroz", severity="critical", fired_at=NOW - 2 * HOUR)
    makers.alert(store, shop, "Pan", severity="critical", state="resolved", resolved_at=NOW)
    text = signed_in.get("/").text
    assert re.findall("<strong>(.*?)</strong>", text) == ["Arroz", "Aceite", "Clavos"]
    assert "2 alertas críticas necesitan atención" in text


def test_the_overview_says_how_old_the_data_is(signed_in: FlaskClient, store: Store, clock: Clock) -> None:
    """Fresh, then late once three polls should have come."""
    shop = makers.source(store)
    makers.lane(store, shop)
    text = signed_in.get("/").text
    assert "hace 3 min" in text
    assert "dentro de 2 min" in text
    assert "Al día" in text
    clock.pass_(HOUR)
    assert "Atrasada" in signed_in.get("/").text


def test_a_failed_poll_is_told_in_plain_words(signed_in: FlaskClient, store: Store) -> None:
    """The kind of the fault picks the sentence; the technical text is one touch away."""
    shop = makers.source(store)
    makers.lane(store, shop, failures=2, stopped="The API key was refused (401).")
    makers.poll(store, shop, outcome="failed", complete=0, error="401 Unauthorized", error_kind="key")
    makers.poll(store, shop, outcome="running", finished_at=None)
    text = signed_in.get("/").text
    assert "La tienda no aceptó la clave" in text
    assert "Detenida" in text
    assert "The API key was refused (401)." in text


def test_a_sweep_held_back_says_how_to_accept_it(signed_in: FlaskClient, store: Store) -> None:
    """A reading that looks wrong waits for a person."""
    shop = makers.source(store)
    reason = "12 of 400 products are missing from it"
    makers.insert(store, "held_sweep", source_id=shop, at=NOW, reason=reason, seen=b"")
    text = signed_in.get("/").text
    assert "Faltan 12 de 400 productos" in text
    assert 'href="/sources/tienda-centro"' in text


def test_the_overview_counts_states_and_counts_again_after_a_poll(signed_in: FlaskClient, store: Store) -> None:
    """Counts are remembered between polls, never beyond one."""
    shop = makers.source(store)
    where = makers.warehouse(store, shop)
    makers.level(store, makers.product(store, shop, "Aceite"), where, 0)
    assert _tile(signed_in, "out") == 1
    makers.level(store, makers.product(store, shop, "Arroz"), where, 0)
    makers.poll(store, shop)
    assert _tile(signed_in, "out") == 2


def _tile(client: FlaskClient, state: str) -> int:
    found = re.search(rf"tile level-{state}.*?<b>(\d+)</b>", client.get("/").text, re.S)
    assert found is not None
    return int(found[1])


def test_the_number_on_a_tile_is_the_number_of_rows_behind_it(signed_in: FlaskClient, store: Store) -> None:
    """One predicate decides: the tile and the list it leads to agree."""
    makers.seed_shop(store)
    for state in ("negative", "out", "low", "over"):
        listed = len(re.findall('<td class="name">', signed_in.get(f"/products?state={state}").text))
        assert listed == _tile(signed_in, state), state


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("lampara", ["Lámpara de emergencia"]),
        ("ÑANDÚ", ["Ñandú de peluche"]),
        ("broca 1/4", ["Broca para concreto 1/4 de pulgada con punta de carburo de tungsteno"]),
        ("10074", ["Azúcar 2.5 kg"]),
        ("7410000000004", ["Café tostado y molido 400 g"]),
        ("%", []),
    ],
)
def test_search_finds_as_people_type(signed_in: FlaskClient, store: Store, query: str, names: list[str]) -> None:
    """Without accents or capitals, by name, code or barcode, words in any place; signs are only signs."""
    makers.seed_shop(store)
    text = signed_in.get("/products", query_string={"q": query}).text
    assert re.findall(r'<td class="name"><a [^>]*>(.*?)</a>', text) == names


def test_paging_shows_every_product_once_in_both_directions(signed_in: FlaskClient, store: Store) -> None:
    """Equal names, two shops, a page that ends on a boundary: walking on and back meets each product once."""
    shops = [makers.source(store, "a"), makers.source(store, "b")]
    with store.write():
        for number in range(150):
            makers.product(store, shops[number % 2], f"Clavo {number % 7}", external_id=number)
    there = _walk(signed_in, "/products", "next")
    assert [len(page) for page in there] == [50, 50, 50]
    assert len({key for page in there for key in page}) == 150
    back = _walk(signed_in, _last_address(signed_in, "/products"), "prev")
    assert back == there[::-1]


def _links(text: str, rel: str) -> list[str]:
    return [found.replace("&amp;", "&") for found in re.findall(rf'rel="{rel}" class="quiet" href="(.*?)"', text)]


def _walk(
    client: FlaskClient, path: str, rel: str, row: str = r'class="name"><a href="/products/(\d+)"'
) -> list[list[str]]:
    pages = []
    addresses = [path]
    while addresses:
        text = client.get(addresses[0]).text
        pages.append(re.findall(row, text))
        addresses = _links(text, rel)
    return pages


def _last_address(client: FlaskClient, path: str) -> str:
    while onward := _links(client.get(path).text, "next"):
        path = onward[0]
    return path


@pytest.mark.parametrize("state", ["firing", "resolved"])
def test_paging_alerts_keeps_order_and_filters(signed_in: FlaskClient, store: Store, state: str) -> None:
    """120 alerts of equal age and mixed severity: each once, and only those asked for."""
    shop = makers.source(store)
    severities = ("critical", "high", "warning", "info")
    with store.write():
        for number in range(160):
            makers.alert(store, shop, f"Clavo {number}", state=state, severity=severities[number % 4],
                         fingerprint=f"{number:016x}", resolved_at=NOW if state == "resolved" else None)  # fmt: skip
    row = r'href="/alerts/([0-9a-f]{16})"'
    pages = _walk(signed_in, f"/alerts?state={state}", "next", row)
    assert [len(page) for page in pages] == [50, 50, 50, 10]
    assert len({key for page in pages for key in page}) == 160
    only = _walk(signed_in, f"/alerts?state={state}&severity=high&q=CLAVO", "next", row)
    assert sum(len(page) for page in only) == 40


def test_paging_messages_shows_each_once(signed_in: FlaskClient, store: Store) -> None:
    """Messages of one moment are told apart by their number."""
    with store.write():
        for number in range(75):
            makers.message(store, f"m{number}")
    pages = _walk(signed_in, "/messages", "next", r'href="/messages/(\d+)"')
    assert [len(page) for page in pages] == [50, 25]
    assert pages[0] == sorted(pages[0], key=int, reverse=True)


@pytest.mark.parametrize(
    "cursor", ["", "x", "bnVsbA", "W10", "WzEsMiwzLDQsNV0", "W251bGwsInoiLHt9XQ", "WzEwZTMwMCwyLDNd", "é"]
)
def test_a_cursor_that_was_tampered_with_starts_anew(signed_in: FlaskClient, store: Store, cursor: str) -> None:
    """An address from an old bookmark or a curious hand shows the first page."""
    makers.seed_shop(store)
    for path in ("/products", "/alerts", "/messages"):
        assert signed_in.get(path, query_string={"after": cursor}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/alerts/nothing", "/products/999", "/products/99999999999999999999", "/messages/999", "/x"]
)
def test_what_does_not_exist_is_a_designed_404(signed_in: FlaskClient, path: str) -> None:
    """In the reader's language, with a way back."""
    answer = signed_in.get(path)
    assert answer.status_code == 404
    assert "Aquí no hay nada" in answer.text


def test_the_story_of_an_alert_holds_its_messages(signed_in: FlaskClient, store: Store) -> None:
    """What happened and who was told, in one line of time, with times on the shop's clock."""
    ids = makers.seed_shop(store)
    text = signed_in.get("/alerts/a000000000000000").text
    told, fired, began = (text.index(words) for words in ("Mensaje enviado a", "Se activó", "Se cumplió la condición"))
    assert told < fired < began
    assert "19 nov, 08:20" in text
    assert f"/products/{ids['product']}" in text


def test_a_resolved_alert_says_why(signed_in: FlaskClient, store: Store) -> None:
    """Gone from the catalogue is not the same as restocked."""
    shop = makers.source(store)
    for reason, words in (("clear", "volvió a estar en orden"), ("gone", "ya no aparece en el catálogo")):
        makers.alert(store, shop, state="resolved", resolved_at=NOW, resolved_reason=reason, fingerprint=reason)
        assert words in signed_in.get(f"/alerts/{reason}").text


def test_the_chart_breaks_where_the_level_vanished(signed_in: FlaskClient, store: Store) -> None:
    """No line is drawn through days nobody knows about."""
    shop = makers.source(store)
    level = makers.level(store, makers.product(store, shop), makers.warehouse(store, shop))
    makers.history(store, level, [(9, 8), (6, None), (3, 4)])
    drawn = re.search(r'<path class="stock" d="(.*?)"', signed_in.get("/products/1").text)
    assert drawn is not None
    assert drawn[1].count("M") == 2


def test_a_product_without_levels_or_history_still_has_a_page(signed_in: FlaskClient, store: Store) -> None:
    """A product gone from its shop is shown with the day it went."""
    makers.product(store, makers.source(store), gone_at=NOW - 3 * DAY)
    text = signed_in.get("/products/1").text
    assert "Ya no está en el sistema de la tienda desde 17 nov, 10:20" in text
    assert "Aceite" not in signed_in.get("/products").text


def test_rules_show_their_text_and_their_mistakes(store: Store, settings: Settings, clock: Clock) -> None:
    """Those that work, in the reader's language, and where those that do not are wrong."""
    app = create_app(store, settings, "k", clock=clock, rules=lambda: makers.rules(makers.BROKEN_RULE))
    client = app.test_client()
    key = makers.user(store, language="pt")
    makers.sign_in(client, store, key)
    text = client.get("/rules").text
    assert "Estoque no mínimo ou abaixo" in text
    assert "when: stock &lt;= stock_minimo and stock_minimo &gt; 0" in text
    assert "<code>compras.yaml:4:" in text
    assert "Desligada" in text


def test_numbers_are_written_as_the_reader_writes_them(signed_in: FlaskClient, store: Store) -> None:
    """1,234.5 in San Salvador, 1.234,5 in São Paulo."""
    shop = makers.source(store)
    makers.level(store, makers.product(store, shop), makers.warehouse(store, shop), 1234.5)
    assert "1,234.5" in signed_in.get("/products").text
    store.execute("UPDATE user SET language = 'pt'")
    assert "1.234,5" in signed_in.get("/products").text


def test_the_browser_chooses_the_language_until_somebody_does(client: FlaskClient) -> None:
    """Portuguese from Brazil, Spanish for whatever we do not speak."""
    assert "Senha" in client.get("/login", headers={"Accept-Language": "pt-BR,pt;q=0.9,en;q=0.5"}).text
    assert "Contraseña" in client.get("/login", headers={"Accept-Language": "fr"}).text


def test_a_body_too_large_is_refused(signed_in: FlaskClient) -> None:
    """Ten megabytes are no form of ours."""
    answer = signed_in.post("/language", data={"language": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "Es demasiado grande" in answer.text


def test_the_wrong_method_gets_a_page_too(signed_in: FlaskClient) -> None:
    """405, in words."""
    answer = signed_in.delete("/alerts")
    assert answer.status_code in (400, 405)
    assert "<h1>" in answer.text


def test_our_own_fault_shows_no_traceback(app: Flask, store: Store, signed_in: FlaskClient) -> None:
    """A broken table is told as a fault of ours, without a word of its inside."""
    store.execute("DROP VIEW stock_row")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    makers.product(store, makers.source(store))
    answer = signed_in.get("/products")
    assert answer.status_code == 500
    assert "Algo falló de nuestro lado" in answer.text
    assert "stock_row" not in answer.text
    assert "Traceback" not in answer.text


def test_health_is_open_and_keeps_secrets(store: Store, settings: Settings, clock: Clock) -> None:
    """200 while all is well, 503 with the reason when not; no name of a shop, no address."""
    makers.seed_shop(store)
    report: dict[str, object] = {"ok": True, "engine": "running"}
    client = create_app(store, settings, "k", clock=clock, health=lambda: report).test_client()
    assert client.get("/healthz").json == {"ok": True, "database": "ok", "engine": "running"}
    report |= {"ok": False, "engine": "stopped"}
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert json.loads(answer.data) == {"ok": False, "database": "ok", "engine": "stopped"}
    assert client.get("/readyz").json == {"ok": True, "database": "ok"}
    store.execute("PRAGMA user_version = 1")
    assert client.get("/readyz").status_code == 503


def test_pages_use_the_indexes_made_for_them(store: Store) -> None:
    """No list walks a table of history from end to end."""
    plans = {
        "product_by_name": "SELECT id FROM product p WHERE (p.source_id, p.name, p.id) > (1, 'x', 2) "
        "ORDER BY p.source_id, p.name, p.id LIMIT 51",
        "message_by_time": "SELECT id FROM message m WHERE (m.created_at, m.id) < (5, 6) "
        "ORDER BY m.created_at DESC, m.id DESC LIMIT 51",
        "alert_over": "SELECT id FROM alert a WHERE a.state = 'resolved' AND (a.resolved_at, a.id) < (5, 6) "
        "ORDER BY a.resolved_at DESC, a.id DESC LIMIT 51",
        "message_dead": "SELECT id FROM message m WHERE m.state = 'dead' "
        "ORDER BY m.created_at DESC, m.id DESC LIMIT 51",
    }
    for index, query in plans.items():
        plan = " ".join(row["detail"] for row in store.rows("EXPLAIN QUERY PLAN " + query))
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan, plan
