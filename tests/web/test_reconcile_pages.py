"""The pages of the count over a real shop: what is listed, opened, answered, typed, uploaded, counted and silenced."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from reconcile.conftest import (
    MAIN,
    Bench,
    Clock,
    _no_waiting,  # noqa: F401 - a fixture
)

from alertd.sandbox.smartpyme import Shop, serve
from alertd.settings import read_settings
from alertd.store import audit, counts, knowledge, reconciliation, sessions, weekly
from alertd.store import silences as stored_silences
from alertd.web.app import create_app

from . import makers


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = Clock()
    shop = Shop.empty(dialect="deployed", clock=clock)
    shop.add_warehouse(MAIN, "Sucursal Central")
    shop.add_warehouse("Bodega Norte", "Sucursal Norte")
    made = Bench(shop, serve(shop), tmp_path / "shop", clock)
    yield made
    made.server.close()
    made.context.store.close()


Visit = Callable[..., FlaskClient]


@pytest.fixture
def visit(bench: Bench) -> Visit:
    """A browser of somebody with a role, who reads a language."""

    def sign_in(role: str = "editor", language: str = "es") -> FlaskClient:
        store = bench.context.store
        settings = read_settings({"ALERTD_HOME": str(bench.home / "home")})
        app = create_app(store, settings, "a key", clock=bench.clock.moment, rules=makers.rules)
        app.config["WTF_CSRF_ENABLED"] = False
        key = makers.user(store, name=f"{role}-{language}", role=role, language=language)
        browser = app.test_client()
        token = sessions.begin(store, key, address="127.0.0.1", agent="a test", now=bench.clock.moment())
        with browser.session_transaction() as session:
            session["id"], session["generation"] = token, 1
        return browser

    return sign_in


def lost(bench: Bench, units: float = 3) -> int:
    """A product of forty, fourteen sold, and some more gone without a document. Returns its key in the store."""
    product = bench.product("A-1", 40)
    bench.poll()
    bench.shop.sell([(product, 14)], MAIN)
    bench.clock.forward(minutes=5)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=26 - units)
    bench.poll()
    bench.poll()
    return 1


def gap(bench: Bench) -> dict:
    return reconciliation.variances(bench.context.store, 1, 0, bench.clock.moment())[0]


PAGES = (
    "/reconcile", "/reconcile?view=guessed", "/reconcile/product/1", "/reconcile/knowledge", "/returns",
    "/returns?by=branch", "/returns/product/1", "/count", "/count/sheet", "/count/receipts", "/silences", "/weekly",
)  # fmt: skip


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_every_page_of_the_count_opens_in_every_language(bench: Bench, visit: Visit, language: str) -> None:
    """Before anything is connected, before the first reading, and with something to show."""
    browser = visit("admin", language)
    for path in PAGES:
        assert browser.get(path).status_code in ((200,) if "product" not in path else (404,)), path
    lost(bench)
    for path in PAGES:
        page = browser.get(path)
        assert page.status_code == 200 and "style=" not in page.text and "<script>" not in page.text, path


def test_the_sum_can_be_read_and_opened(bench: Bench, visit: Visit) -> None:
    """ "26 = 26, there are 23" in its hour, and the sale of 14 behind the figure of the week."""
    lost(bench)
    browser = visit()
    listed = browser.get("/reconcile").text
    assert "26 = 26, hay 23" in listed and "−6.00" in listed and "faltante sin documento" in listed
    opened = browser.get("/reconcile/product/1").text
    assert "40 − 14 = 26, hay 23" in opened
    assert 'href="#sold"' in opened and "−14" in opened and "venta 2" in opened


def test_one_click_says_what_it_was_and_the_list_is_empty(bench: Bench, visit: Visit) -> None:
    """An adjustment: it becomes part of the sum, the change log names who said so, and it can be taken back."""
    lost(bench)
    browser = visit()
    done = browser.post(
        f"/reconcile/answer/{gap(bench)['id']}",
        data={"answer": "adjustment", "source": "tienda"},
        follow_redirects=True,
    )
    assert "anotado como ajuste" in done.text and "Nada sin documento" in done.text
    entries = audit.list_entries(bench.context.store).rows
    assert [(each.who, each.what, each.about) for each in entries] == [("editor-es", "reconcile.answered", "A-1")]
    row = knowledge.entry_days(bench.context.store, 1)[0]
    assert row["by"] == "editor-es"
    browser.post(f"/count/receipts/{row['id']}/remove", data={"source": "tienda"})
    assert "26 = 26, hay 23" in browser.get("/reconcile").text


def test_a_box_is_learnt_by_a_click_and_forgotten_by_another(bench: Bench, visit: Visit) -> None:
    """Without a size it is asked for; with one it is used at once; forgotten, the difference is back."""
    product = bench.product("A-1", 100)
    bench.poll()
    bench.shop.sell([(product, 2)], MAIN, factors={product: 30})
    bench.poll()
    bench.poll()
    browser = visit()
    answer = f"/reconcile/answer/{gap(bench)['id']}"
    knowledge_page = "/reconcile/knowledge?source=tienda"
    browser.post(answer, data={"answer": "factor", "factor": "30", "source": "tienda"})
    assert bench.line("A-1").unexplained == 0 and "Caja de 30" in browser.get(knowledge_page).text
    browser.post("/reconcile/knowledge/forget", data={"what": "factor", "product": "1", "source": "tienda"})
    assert bench.line("A-1").unexplained == -58 and "Caja de 30" not in browser.get(knowledge_page).text


@pytest.mark.parametrize(
    "data", [{"answer": "nonsense"}, {"answer": "recipe"}, {"answer": "factor", "factor": "-1"}, {}]
)
def test_an_answer_that_does_not_fit_changes_nothing(bench: Bench, visit: Visit, data: dict[str, str]) -> None:
    """One sentence, no line in the change log, and the difference stays."""
    bench.product("B-1", 5)
    lost(bench)
    before = bench.report().undocumented()
    page = visit().post(
        f"/reconcile/answer/{gap(bench)['id']}", data={"source": "tienda", **data}, follow_redirects=True
    )
    if "factor" not in data.values():
        assert 'class="note bad"' in page.text
        assert bench.report().undocumented() == before


def test_a_difference_of_another_shop_or_of_nobody_cannot_be_answered(bench: Bench, visit: Visit) -> None:
    """Keys of an address are only numbers; they open nothing."""
    lost(bench)
    browser = visit()
    for key in (99, 2**63):
        page = browser.post(f"/reconcile/answer/{key}", data={"answer": "loss"}, follow_redirects=True)
        assert "ya no está" in page.text
    assert browser.get("/reconcile/product/99").status_code == 404
    assert browser.get(f"/reconcile/product/{2**70}").status_code == 404


def test_the_least_value_is_set_by_form(bench: Bench, visit: Visit) -> None:
    """Brazil writes a comma; what is no number is refused and changes nothing."""
    lost(bench)
    browser = visit("editor", "pt")
    browser.post("/reconcile/limit", data={"limit": "6,50", "source": "tienda"})
    assert reconciliation.value_limit(bench.context.store, 1) == 6.5
    assert "Nada sem documento" in browser.get("/reconcile").text
    assert 'class="note bad"' in browser.post("/reconcile/limit", data={"limit": "mucho"}, follow_redirects=True).text
    assert reconciliation.value_limit(bench.context.store, 1) == 6.5


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("page", ["reconcile", "returns"])
def test_the_lists_can_be_taken_away(bench: Bench, visit: Visit, page: str, kind: str) -> None:
    """As a file with a name, headed in the reader's language."""
    lost(bench)
    answer = visit("viewer").get(f"/{page}/download.{kind}?since=2026-11-01")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    if (page, kind) == ("reconcile", "csv"):
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
        assert [(row["Código"], row["Diferencia"], row["Valor"]) for row in rows] == [("A-1", "-3", "-6")]
    assert visit("viewer", "en").get(f"/{page}/download.exe").status_code == 404


def test_nonsense_in_an_address_shows_the_usual_days(bench: Bench, visit: Visit) -> None:
    """Dates that are none, turned round or of the year 9999, a page of minus one."""
    lost(bench)
    browser = visit("viewer")
    for query in ("since=nunca", "since=2026-12-01&until=2026-01-01", "since=0001-01-01&until=9999-12-31", "page=-1",
                  "source=otra", "view=todo&cause=x&branch=%00"):  # fmt: skip
        assert browser.get(f"/reconcile?{query}").status_code == 200, query
        assert browser.get(f"/returns?{query}").status_code == 200, query


def test_a_count_on_the_phone_is_booked_also_when_it_is_equal(bench: Bench, visit: Visit) -> None:
    """Two products, one right, one short; what cannot be read stays in its field and loses nothing else."""
    bench.product("A-1", 20)
    bench.product("A-2", 8)
    bench.product("A-3", 5)
    bench.poll()
    page = visit().post("/count", data={"source": "tienda", "counted-1": "20", "counted-2": "7", "counted-3": "cinco"})
    assert page.status_code == 422 and 'value="cinco"' in page.text and "no es un número" in page.text
    rows = counts.counts(bench.context.store, 1, 0)
    assert sorted((row["codigo"], row["difference"], row["by"]) for row in rows) == [
        ("A-1", 0, "editor-es"), ("A-2", -1, "editor-es"),
    ]  # fmt: skip
    assert "50 %" in visit("viewer").get("/count").text


def test_a_product_outside_the_list_is_counted_by_its_code(bench: Bench, visit: Visit) -> None:
    """And a code that nobody has is said beside the field."""
    bench.product("A-1", 20)
    bench.poll()
    browser = visit()
    assert browser.post("/count", data={"codigo": "A-1", "counted": "19"}).status_code == 303
    assert "Ningún producto tiene ese código" in browser.post("/count", data={"codigo": "Z", "counted": "1"}).text
    assert [row["difference"] for row in counts.counts(bench.context.store, 1, 0)] == [-1]


def test_the_printed_sheet_does_not_say_what_the_system_believes(bench: Bench, visit: Visit) -> None:
    """Who reads 37 counts 37."""
    bench.product("A-1", 37)
    bench.poll()
    sheet = visit("viewer").get("/count/sheet").text.partition("<main")[2].partition("</main")[0]
    assert "A-1" in sheet and "Bodega Principal" in sheet and "37" not in sheet


def test_a_receipt_is_typed_by_form(bench: Bench, visit: Visit) -> None:
    """What is wrong is said above the form, and what was typed stays in it."""
    product = bench.product("A-1", 20)
    bench.poll(hours=26)
    bench.shop.set_level(product, MAIN, stock=44)
    bench.poll()
    bench.poll()
    browser = visit()
    wrong = browser.post("/count/receipts", data={"tipo": "entrada", "codigo": "A-9", "cantidad": "24"})
    assert (
        wrong.status_code == 422 and "ningún producto tiene este código" in wrong.text and 'value="A-9"' in wrong.text
    )
    told = {"tipo": "entrada", "codigo": "A-1", "cantidad": "24", "fecha": "2026-11-21", "nota": "Factura 77"}
    assert "anotado" in browser.post("/count/receipts", data=told, follow_redirects=True).text
    assert (bench.line("A-1").receipts, bench.line("A-1").unexplained) == (24, 0)


def upload(browser: FlaskClient, data: bytes, name: str = "entradas.csv"):
    return browser.post(
        "/count/receipts/upload", data={"source": "tienda", "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )  # fmt: skip


def test_a_file_that_is_no_table_is_answered_with_a_sentence(bench: Bench, visit: Visit) -> None:
    """In the page it was sent from, with its frame and its form, so that the person can choose another file."""
    bench.product("A-1", 20)
    bench.poll()
    browser = visit()
    for data in (b"", b"codigo;fecha\nA-1;2026-11-20\n", b"PK\x03\x04 no book", b"%PDF-1.7"):
        answer = upload(browser, data)
        assert (answer.status_code, answer.text.count('role="alert"')) == (422, 1), data
        assert 'action="/count/receipts/upload"' in answer.text and "</html>" in answer.text


def test_a_file_is_looked_over_before_it_is_booked(bench: Bench, visit: Visit) -> None:
    """Good lines and bad ones with their numbers; nothing is booked until the person says so, and then once."""
    bench.product("A-1", 20)
    bench.poll()
    browser = visit()
    file = b"codigo;cantidad;fecha\nA-1;24,5;2026-11-20\nZ;1;\nA-1;=1+1;\n"
    page = upload(browser, file).text
    assert "1 línea se puede anotar" in page and "2 líneas no" in page and "una fórmula" in page
    assert knowledge.entry_days(bench.context.store, 1) == []
    done = browser.post("/count/receipts/upload/1", follow_redirects=True)
    assert "Se anotó 1 línea" in done.text
    assert [row["quantity"] for row in knowledge.entry_days(bench.context.store, 1)] == [24.5]
    assert "ya no está" in browser.post("/count/receipts/upload/1", follow_redirects=True).text
    upload(browser, file)
    assert "ya estaba" in browser.post("/count/receipts/upload/1", follow_redirects=True).text
    assert len(knowledge.entry_days(bench.context.store, 1)) == 1


@pytest.mark.parametrize("data", [b"", b"a;b\n1;2\n", b"\x89PNG\x00", b"PK\x03\x04nothing", b"<html>"])
def test_a_file_that_is_none_is_one_sentence(bench: Bench, visit: Visit, data: bytes) -> None:
    """Wrong headings, a picture, a web page; the form stays."""
    bench.product("A-1", 20)
    bench.poll()
    page = upload(visit(), data)
    assert page.status_code == 422 and 'role="alert"' in page.text and "Traceback" not in page.text


def test_a_hundred_thousand_lines_are_looked_over(bench: Bench, visit: Visit) -> None:
    """A year of receipts is larger than any other form may be."""
    bench.product("A-1", 20)
    bench.poll()
    page = upload(visit(), b"codigo,cantidad,nota\n" + b"A-1,1,Factura del proveedor\n" * 100_000)
    assert page.status_code == 200 and "100,000 líneas se pueden anotar" in page.text


def test_somebody_else_cannot_book_my_file(bench: Bench, visit: Visit) -> None:
    """Files belong to who sent them."""
    bench.product("A-1", 20)
    bench.poll()
    upload(visit(), b"codigo,cantidad\nA-1,1\n")
    page = visit("admin").post("/count/receipts/upload/1", follow_redirects=True)
    assert "ya no está" in page.text and knowledge.entry_days(bench.context.store, 1) == []


def test_a_silence_is_added_shown_and_ended(bench: Bench, visit: Visit) -> None:
    """With its matchers, its window on the shop's clock, who, and why."""
    bench.product("A-1", 20)
    bench.poll()
    browser = visit()
    told = {"rule": "low-stock", "nombre_sucursal": "Centro", "comment": "Inventario", "hours": "8"}
    page = browser.post("/silences", data=told, follow_redirects=True).text
    assert "Inventario" in page and "Sucursal: Centro" in page and "vigente" in page
    made = stored_silences.recent(bench.context.store)[0]
    assert (made.matchers, made.created_by) == ({"rule": "low-stock", "nombre_sucursal": "Centro"}, "editor-es")
    assert made.ends_at - made.starts_at == 8 * 3_600_000
    assert "Terminado" in browser.post(f"/silences/{made.id}/end", follow_redirects=True).text
    assert stored_silences.active(bench.context.store, bench.clock.moment()) == []
    assert "no existe" in browser.post("/silences/999/end", follow_redirects=True).text


def test_a_silence_of_a_rule_that_does_not_exist_is_refused_with_the_nearest(bench: Bench, visit: Visit) -> None:
    """It would silence nothing, and its owner would believe that it does; what was typed stays."""
    told = {"rule": "low-stok", "comment": "Inventario", "hours": "8"}
    answer = visit().post("/silences", data=told)
    assert answer.status_code == 422 and "¿Quiso decir «low-stock»?" in answer.text and "Inventario" in answer.text
    assert stored_silences.recent(bench.context.store) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"comment": "x", "hours": "8"}, "Diga qué silenciar"),
        ({"rule": "low-stock", "hours": "8"}, "Escriba por qué"),
        ({"rule": "low-stock", "comment": "x", "until": "2020-01-01T10:00"}, "Ya habría terminado"),
        ({"rule": "low-stock", "comment": "x", "from": "ayer", "hours": "8"}, "no se entiende"),
        ({"rule": "low-stock", "comment": "x", "hours": "99999999999"}, ""),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused_in_a_sentence(
    bench: Bench, visit: Visit, told: dict[str, str], said: str
) -> None:
    """And what was typed stays in the form."""
    page = visit().post("/silences", data=told, follow_redirects=True)
    assert said in page.text and page.status_code in (200, 422)
    assert len(stored_silences.recent(bench.context.store)) == (0 if said else 1)


def test_whoever_may_only_look_finds_no_buttons(bench: Bench, visit: Visit) -> None:
    """And is refused where they post all the same."""
    lost(bench)
    browser = visit("viewer")
    for path in (
        "/reconcile",
        "/reconcile/product/1",
        "/count",
        "/count/receipts",
        "/silences",
        "/reconcile/knowledge",
    ):
        assert '<form method="post"' not in browser.get(path).text.partition("<main")[2].partition("<footer")[0], path
    for path in ("/reconcile/answer/1", "/count", "/count/receipts", "/silences", "/reconcile/limit", "/weekly/x"):
        assert browser.post(path, data={"answer": "loss"}).status_code == 403, path


def test_the_weekly_summary_is_set_and_stopped_by_form(bench: Bench, visit: Visit) -> None:
    """A day and an hour a channel; nonsense changes nothing."""
    makers.channel(bench.context.store, "correo")
    browser = visit()
    browser.post("/weekly/correo", data={"weekday": "0", "time": "07:00"})
    assert [(each.weekday, each.time) for each in weekly.every(bench.context.store).values()] == [(0, "07:00")]
    page = browser.post("/weekly/correo", data={"weekday": "9", "time": "25:00"}, follow_redirects=True)
    assert 'class="note bad"' in page.text
    assert [(each.weekday, each.time) for each in weekly.every(bench.context.store).values()] == [(0, "07:00")]
    browser.post("/weekly/correo", data={"off": "1"})
    assert weekly.every(bench.context.store) == {}


def test_returns_by_branch_and_reason_and_voids_by_who_wrote_them(bench: Bench, visit: Visit) -> None:
    """Voids are no customer returns; they are counted apart, by the name that the system gives."""
    product = bench.product("A-1", 60)
    bench.poll()
    sale = bench.shop.sell([(product, 30)], MAIN)
    bench.shop.return_(sale, [(product, 2)], observaciones="No carga")
    bench.shop.return_(sale, [(product, 1)], "anulacion_factura", nombre_usuario="Cajera Dos")
    bench.clock.forward(minutes=5)
    bench.poll()
    bench.poll()
    browser = visit("viewer")
    page = browser.get("/returns").text
    assert "“No carga”" in page and "Cajera Dos" in page and "6.7 %" in page
    assert "Sucursal Central" in browser.get("/returns?by=branch").text
    opened = browser.get("/returns/product/1").text
    assert "Devolución de cliente" in opened and "Anulación en caja" in opened
