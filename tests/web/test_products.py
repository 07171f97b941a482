"""The list of products as people filter, arrange and take it away, and one product in time."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from alertd.store import search
from alertd.store.db import Store

from . import makers
from .makers import DAY, HOUR, NOW

NAME = re.compile(r'<td class="name"><a [^>]*>(.*?)</a>')


def names(client: FlaskClient, **query: str) -> list[str]:
    return NAME.findall(client.get("/products", query_string=query).text)


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"category": "Pinturas"}, ["Pintura látex blanca, galón"]),
        ({"category": "Ferretería", "state": "out"}, ["Lija de agua No. 120"]),
        ({"branch": "Centro", "state": "negative"}, ["Cemento gris 42.5 kg"]),
        ({"branch": "Soyapango", "state": "negative"}, []),
        ({"warehouse": "Sala de ventas", "q": "lamp"}, ["Lámpara de emergencia"]),
        ({"brand": "nobody"}, []),
        ({"supplier": "Distribuidora La Unión", "q": "½ pulg"}, ["Tubo PVC ½ pulgada"]),
        ({"q": "1 ½ lib"}, ["Tornillo punta de broca 1 ½, libra"]),
        ({"q": '"'}, []),
        ({"q": "no. 120"}, ["Lija de agua No. 120"]),
    ],
)
def test_filters_and_search_find_the_same_with_and_without_the_index(
    signed_in: FlaskClient, store: Store, query: dict[str, str], found: list[str], indexed: bool
) -> None:
    """The index only makes it quick."""
    makers.seed_shop(store)
    while indexed and search.bring_up(store, 5):
        pass
    assert search.is_ready(store) == indexed
    assert names(signed_in, **query) == found


def test_the_index_follows_what_is_renamed_and_removed(signed_in: FlaskClient, store: Store) -> None:
    """Renamed while it waits and after, and deleted: never found by what it was."""
    shop = makers.source(store)
    first, second = makers.product(store, shop, "Aceite"), makers.product(store, shop, "Arroz")
    store.execute("UPDATE product SET name = 'Vinagre', search = 'vinagre' WHERE id = ?", (first,))
    search.bring_up(store)
    store.execute("UPDATE product SET name = 'Frijol', search = 'frijol' WHERE id = ?", (second,))
    assert (names(signed_in, q="vinagre"), names(signed_in, q="frijol")) == (["Vinagre"], ["Frijol"])
    assert names(signed_in, q="arroz") == names(signed_in, q="aceite") == []
    store.execute("DELETE FROM product WHERE id = ?", (first,))
    assert names(signed_in, q="vinagre") == []
    store.execute("INSERT INTO product_find (product_find) VALUES ('integrity-check')")


def test_many_are_walked_and_few_are_fetched_alike(
    signed_in: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways of reading a list give the same pages."""
    makers.seed_shop(store)
    queries = ({"q": "de"}, {"state": "low"}, {"category": "Abarrotes"}, {"branch": "Centro"})
    fetched = [names(signed_in, **query) for query in queries]
    monkeypatch.setattr(search, "FEW", -1)
    assert [names(signed_in, **query) for query in queries] == fetched
    assert all(fetched)


def test_columns_are_ones_own(signed_in: FlaskClient, store: Store) -> None:
    """What one person chose stays chosen; nonsense is ignored."""
    makers.seed_shop(store)
    token = re.search(r'name="csrf_token" value="(.*?)"', signed_in.get("/products").text)
    assert token is not None
    form = {"csrf_token": token[1], "column": ["supplier", "price", "evil"], "next": "/products?state=low"}
    assert signed_in.post("/products/columns", data=form).location == "/products?state=low"
    head = re.search(r"<thead>(.*?)</thead>", signed_in.get("/products").text)
    assert head is not None
    assert re.findall(r"<th[^>]*>(.*?)</th>", head[1]) == ["Producto", "Proveedor", "Precio"]


def test_what_is_shown_is_taken_away_and_runs_nothing(signed_in: FlaskClient, store: Store) -> None:
    """Every page of the list with its filters, in a file; a name that is a formula stays a text."""
    shop = makers.source(store)
    where = makers.warehouse(store, shop)
    with store.write():
        for number in range(120):
            makers.level(store, makers.product(store, shop, f"Clavo {number:03}"), where, number)
        makers.product(store, shop, '=HYPERLINK("http://evil.example")', category="Otros")
    answer = signed_in.get("/products/export.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="existencias.csv"'
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:2] == ["Producto", "Código"]
    assert len(rows) == 122
    assert "'=HYPERLINK" in answer.text
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert len(signed_in.get("/products/export.csv?category=Otros").text.splitlines()) == 2
    workbook = signed_in.get("/products/export.xlsx?q=hyperlink")
    assert workbook.data[:2] == b"PK"
    assert signed_in.get("/products/export.exe").status_code == 404


def test_stock_on_a_date_is_what_it_was_then(signed_in: FlaskClient, store: Store) -> None:
    """The whole list and one product, on the shop's clock; before the first reading nothing is known."""
    shop = makers.source(store)
    level = makers.level(store, makers.product(store, shop), makers.warehouse(store, shop), 3)
    makers.history(store, level, [(9, 40), (5, 25), (1, 3)])
    for path in ("/products", "/products/1"):
        assert ">25<" in signed_in.get(f"{path}?at=2026-11-16T09:00").text
        assert "16 nov, 09:00" in signed_in.get(f"{path}?at=2026-11-16T09:00").text
    assert "De esa fecha no se sabe nada" in signed_in.get("/products/1?at=2026-10-01").text
    csv_then = signed_in.get("/products/export.csv?at=2026-11-16T09:00").text
    assert ",25," in csv_then


@pytest.mark.parametrize("at", ["x", "2030-01-01", "0001-01-01", "9999-12-31T23:59", "2026-11-16T09:00+99:00"])
def test_a_date_that_is_none_shows_now_and_says_so(signed_in: FlaskClient, store: Store, at: str) -> None:
    """Never a traceback, and what was typed stays in the field."""
    makers.seed_shop(store)
    for path in ("/products", "/products/1"):
        text = signed_in.get(path, query_string={"at": at}).text
        assert "Esa fecha no se entiende o es futura" in text


def test_the_history_of_a_level_is_sent_for_its_chart(signed_in: FlaskClient, store: Store) -> None:
    """Moments in seconds, stock and limits beside, and when an alert fired."""
    shop = makers.source(store)
    product = makers.product(store, shop)
    level = makers.level(store, product, makers.warehouse(store, shop), 3)
    makers.history(store, level, [(50, 9), (20, None), (10, 3)])
    alert = makers.alert(store, shop, product_id=product, level_id=level)
    makers.transition(store, alert, at=NOW - 10 * DAY)
    found = signed_in.get(f"/products/{product}/history.json?level={level}&days=30").json
    assert found["stock"] == [9.0, None, 3.0]
    assert found["at"][0] == (NOW - 30 * DAY) / 1000
    assert found["marks"] == [[(NOW - 10 * DAY) / 1000, "high"]]
    for wrong in ("99", "0", "-1", "9999999999999999999", "x"):
        assert signed_in.get(f"/products/{product}/history.json?level={wrong}").status_code == 404


def test_a_year_of_many_changes_is_thinned_without_losing_a_dip(signed_in: FlaskClient, store: Store) -> None:
    """No more points than a screen can show; the one hour without stock is among them."""
    shop = makers.source(store)
    product = makers.product(store, shop)
    level = makers.level(store, product, makers.warehouse(store, shop), 3)
    with store.write():
        makers.history(
            store, level, [(300 - number / 24, 0 if number == 3000 else 50 + number % 7) for number in range(7000)]
        )
    found = signed_in.get(f"/products/{product}/history.json?level={level}&days=365").json
    assert len(found["stock"]) <= 1600
    assert min(found["stock"]) == 0
    assert found["at"] == sorted(found["at"])


def test_the_curve_of_the_first_page_ends_with_now(signed_in: FlaskClient, store: Store) -> None:
    """Hours that were written down, then what there is at this moment."""
    shop = makers.source(store)
    makers.level(store, makers.product(store, shop), makers.warehouse(store, shop), -1)
    makers.insert(store, "shelf_hour", source_id=shop, at=NOW - 2 * HOUR, negative=1, out=4, low=7, over=0)
    found = signed_in.get("/trend.json").json
    assert (found["out"], found["low"]) == ([5, 1], [7, 0])
    assert signed_in.get("/trend.json?days=365").json["out"] == [5, 1]


def test_pages_are_squeezed_and_secrets_are_not(signed_in: FlaskClient, client: FlaskClient, store: Store) -> None:
    """Pages of those who signed in and static files; not the sign-in form, and not what answers a post."""
    makers.seed_shop(store)
    squeezed = {"Accept-Encoding": "gzip"}
    assert signed_in.get("/products", headers=squeezed).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in signed_in.get("/products").headers
    assert "Content-Encoding" not in client.get("/login", headers=squeezed).headers
    assert "Content-Encoding" not in signed_in.post("/alerts/act", headers=squeezed).headers
    sheet = signed_in.get("/static/alertd.css", headers=squeezed)
    assert sheet.headers["Content-Encoding"] == "gzip"
    assert (
        signed_in.get("/static/alertd.css", headers={**squeezed, "If-None-Match": sheet.headers["ETag"]}).status_code
        == 304
    )
