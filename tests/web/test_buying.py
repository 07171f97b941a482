"""The purchase list on the page: what to order, as text, as files, marked as ordered; and how a shop says it buys."""

from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from alertd.reconcile.ordering import Said
from alertd.sheets import read
from alertd.store import buying, supply
from alertd.store.db import Store

from . import makers
from .makers import DAY, NOW
from .test_door import token_of


@pytest.fixture
def shop(store: Store) -> int:
    """Oil is out, rice is low and comes in sixes, sugar is enough; soap names no supplier."""
    key = makers.source(store)
    centre = makers.warehouse(store, key)
    for name, stock, minimum, maximum, supplier in (
        ("Aceite 1 L", 0, 12, 36, "Distribuidora La Unión"),
        ("Arroz 5 lb", 8, 10, 40, "Distribuidora La Unión"),
        ("Azúcar 2.5 kg", 30, 15, 60, "Distribuidora La Unión"),
        ("Jabón *fino*", 1, 2, 5, None),
    ):
        product = makers.product(store, key, name, supplier=supplier)
        makers.level(store, product, centre, stock, minimum, maximum=maximum)
    rice = store.value("SELECT id FROM product WHERE name LIKE 'Arroz%'")
    buying.say(store, key, Said(pack=6), product_id=rice, by=None, now=NOW)
    buying.say(store, key, Said(lead_days=3, cutoff="11:00"), supplier="Distribuidora La Unión", by=None, now=NOW)
    return key


def test_the_list_goes_by_supplier_the_worst_first(signed_in: FlaskClient, shop: int):
    """What is out before what is low, whole packs, what it costs, until when; nobody's products last."""
    text = signed_in.get("/buying").text
    places = [text.index(words) for words in ("Distribuidora La Unión", "Aceite 1 L", "Arroz 5 lb", "Sin proveedor")]
    assert places == sorted(places)
    assert "Azúcar" not in text
    assert 'value="36"' in text and "6 × 6" in text and "$86.40" in text
    assert "recibe pedidos hasta las 11:00" in text and "tarda 3 días" in text


def test_a_long_list_shows_the_worst_and_leads_to_the_rest(signed_in: FlaskClient, store: Store, shop: int):
    """A page of thousands of lines helps nobody; what one supplier has to bring is a tap away."""
    centre = makers.warehouse(store, shop, name="Otra")
    for number in range(30):
        product = makers.product(store, shop, f"Clavo {number:02}", supplier="Ferros")
        makers.level(store, product, centre, 1, 2, maximum=9)
    text = signed_in.get("/buying").text
    assert text.count("<strong>Clavo") == 25 and "+5 más" in text
    whole = signed_in.get("/buying?supplier=Ferros").text
    assert whole.count("<strong>Clavo") == 30 and "Aceite" not in whole


def test_the_text_for_the_supplier_is_plain_and_opening_it_sends_nothing(signed_in: FlaskClient, shop: int):
    """One supplier or all; the signs that a chat takes for bold are not in a name; the share link is only a link."""
    text = signed_in.get("/buying/text?supplier=distribuidora la union").text
    assert "- 36 Aceite 1 L" in text and "- 36 Arroz 5 lb" in text and "= 6 × 6" in text
    assert "Jabón" not in text
    everything = signed_in.get("/buying/text").text
    assert "Jabón fino" in everything and "Jabón *fino*" not in everything
    shared = unquote(everything.partition('href="https://wa.me/?text=')[2].partition('"')[0])
    assert shared.startswith("Pedido · Ferretería El Roble · 20 nov\n\n*Distribuidora La Unión*\n- 36 Aceite 1 L")
    without = signed_in.get("/buying/text?supplier=").text
    assert "Jabón" in without and "Aceite" not in without


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_same_list_as_a_file(signed_in: FlaskClient, shop: int, kind: str):
    """It opens as a table, and has the numbers of the page."""
    answer = signed_in.get(f"/buying/list.{kind}")
    assert f'filename="compras-tienda-centro-2026-11-20.{kind}"' in answer.headers["Content-Disposition"]
    sheet = read(answer.data)
    where = sheet.columns(
        {"producto": ("producto",), "pedir": ("pedir",), "monto": ("monto",)}, needed=("producto", "pedir", "monto")
    )
    rows = [[row.cells[where[name]] for name in ("producto", "pedir", "monto")] for row in sheet.rows()]
    assert [row[0] for row in rows] == ["Aceite 1 L", "Arroz 5 lb", "Jabón *fino*"]
    assert float(rows[0][1]) == 36 and float(rows[0][2]) == 86.4


def test_what_is_marked_as_ordered_leaves_the_list_and_is_on_its_way(signed_in: FlaskClient, store: Store, shop: int):
    """With the number the person typed; its alert is quiet until the day; taken back, it is suggested again."""
    level, product = store.execute(
        "SELECT l.id, p.id FROM level l JOIN product p ON p.id = l.product_id WHERE p.name = 'Aceite 1 L'"
    ).fetchone()
    makers.alert(store, shop, level_id=level, product_id=product)
    form = {"source": "tienda-centro", "days": "3", "chosen": str(level), f"line-{level}": "40"}
    answer = signed_in.post("/buying/ordered", data={**form, "csrf_token": token_of(signed_in.get("/buying"))})
    assert answer.status_code == 303
    text = signed_in.get("/buying").text
    assert "Anotado: 1 producto en camino." in text and f'name="line-{level}"' not in text
    (order,) = supply.open_orders(store, shop)
    assert (order["quantity"], order["by"]) == (40, "marta")
    # Friday evening plus three days: quiet until Monday is over in San Salvador.
    assert NOW + 3 * DAY < order["expected_at"] < NOW + 4 * DAY
    assert store.value("SELECT ordered_until FROM alert") == order["expected_at"]
    assert store.value("SELECT count(*) FROM supply_order") == 1
    token = token_of(signed_in.get("/buying"))
    signed_in.post(f"/buying/orders/{order['id']}/cancel", data={"csrf_token": token, "source": "tienda-centro"})
    assert f'name="line-{level}"' in signed_in.get("/buying").text


@pytest.mark.parametrize(
    "form",
    [{}, {"chosen": "1"}, {"chosen": "1", "line-1": "muchas"}, {"chosen": "1", "line-1": "-4"},
     {"chosen": "1", "line-1": "nan"}, {"chosen": "x", "line-x": "3"}, {"chosen": "1", "line-1": "5", "days": "9999"},
     {"chosen": ["1", "2"], "line-1": "5", "line-2": "?"}],
)  # fmt: skip
def test_an_order_that_cannot_be_read_notes_nothing(signed_in: FlaskClient, store: Store, shop: int, form: dict):
    """One sentence, and no half of it kept."""
    token = token_of(signed_in.get("/buying"))
    signed_in.post("/buying/ordered", data={"days": "3", **form, "source": "tienda-centro", "csrf_token": token})
    assert "No se anotó nada." in signed_in.get("/buying").text
    assert store.value("SELECT count(*) FROM supply_order") == 0


def test_a_viewer_sees_the_list_and_orders_nothing(client: FlaskClient, store: Store, shop: int):
    """Neither buttons nor the way behind them."""
    makers.sign_in(client, store, makers.user(store, "luis", "viewer", "es"))
    text = client.get("/buying").text
    assert "Aceite 1 L" in text and "Marcar como pedido" not in text and 'name="chosen"' not in text
    assert client.post("/buying/ordered", data={"csrf_token": token_of(client.get("/buying"))}).status_code == 403
    assert client.post("/buying/terms", data={"csrf_token": token_of(client.get("/buying"))}).status_code == 403


def test_terms_are_said_for_the_shop_a_supplier_and_a_product(signed_in: FlaskClient, store: Store, shop: int):
    """And taken back one by one."""
    token = token_of(signed_in.get("/buying/terms"))
    base = {"source": "tienda-centro", "csrf_token": token}
    code = store.value("SELECT code FROM product WHERE name = 'Aceite 1 L'")
    for form in ({"lead_days": "10", "service": "95"}, {"supplier": "Distribuidora La Unión", "safety_days": "2,5"},
                 {"code": code, "pack": "24", "least": "48"}):  # fmt: skip
        assert signed_in.post("/buying/terms", data={**base, **form}).status_code == 303
    book = buying.read_book(store, shop)
    product = store.value("SELECT id FROM product WHERE name = 'Aceite 1 L'")
    terms = book.terms_of(product, "Distribuidora La Unión")
    assert (terms.lead_days, terms.service, terms.safety_days, terms.pack, terms.least) == (10, None, 2.5, 24, 48)
    text = signed_in.get("/buying/terms").text
    assert "2.5" in text and "Aceite 1 L" in text and "95" in text
    signed_in.post("/buying/terms/forget", data={**base, "product": str(product), "name": "Aceite 1 L"})
    assert buying.read_book(store, shop).terms_of(product, None).pack is None


@pytest.mark.parametrize(
    ("form", "said"),
    [({"lead_days": "pronto"}, "Escriba días de 0 a 365"), ({"pack": "0"}, "mayores que 0"),
     ({"service": "93"}, "Elija 90, 95, 98 o 99"), ({"cutoff": "25:00"}, "Escriba una hora"),
     ({"service": "95", "safety_days": "3"}, "no las dos"), ({"code": "NADA", "pack": "6"}, "Ningún producto"),
     ({}, "al menos un dato")],
)  # fmt: skip
def test_a_term_that_cannot_be_is_told_beside_its_field(signed_in: FlaskClient, store: Store, shop: int, form, said):
    """What was typed stays, and nothing is kept."""
    before = buying.list_terms(store, shop)
    token = token_of(signed_in.get("/buying/terms"))
    answer = signed_in.post("/buying/terms", data={"source": "tienda-centro", "csrf_token": token, **form})
    assert answer.status_code == 400 and said in answer.text
    assert all(f'value="{text}"' in answer.text for text in form.values() if text not in ("93", "95"))
    assert buying.list_terms(store, shop) == before


@pytest.mark.parametrize("path", ["/buying", "/buying/terms", "/buying/text", "/buying/list.csv"])
def test_without_a_shop_there_is_a_page_all_the_same(signed_in: FlaskClient, path: str):
    """It says what will be here."""
    answer = signed_in.get(path, follow_redirects=True)
    assert answer.status_code == 200 and "Todavía no hay tiendas" in answer.text


@pytest.mark.parametrize(("language", "words"), [("pt", "Pedir hoje"), ("en", "Order today")])
def test_the_list_speaks_three_languages(client: FlaskClient, store: Store, shop: int, language: str, words: str):
    """Every sentence of it."""
    makers.sign_in(client, store, makers.user(store, "ana", "editor", language))
    for path in ("/buying", "/buying/terms", "/buying/text"):
        assert client.get(path).status_code == 200
    assert words in client.get("/buying").text
