"""The thirty-four traps of the External API, each met by the real client and engine; the table is in the docs.

Where a trap is about what a client must never do, the shop's own record of calls is asked.
"""
# ruff: noqa: F811 - fixtures are imported by the names under which tests ask for them

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from engine.conftest import _no_waiting, bench, make  # noqa: F401
from engine.workbench import WAREHOUSE, Workbench, row

from alertd.engine.inspect import inspect_source
from alertd.errors import SourceTrouble
from alertd.sandbox.smartpyme import DEFAULT_KEY
from alertd.sandbox.smartpyme.model import SaleLine
from alertd.store import budget, documents, polls

from .smartpyme.recorded import KEY, answering, on_the_wire, replaying

Make = Callable[..., Workbench]
DOCS = Path(__file__).parents[2] / "docs" / "sources" / "smartpyme.md"


def sold(bench: Workbench, product: int) -> float:
    return (
        bench.context.store.value(
            "SELECT sum(sold) FROM product_day d JOIN product p ON p.id = d.product_id WHERE external_id = ?",
            (product,),
        )
        or 0.0
    )


def everything(bench: Workbench) -> list[str]:
    """Every call of a day's work: all lanes, and what a person asks."""
    bench.turn()
    bench.poll("low")
    inspect_source(bench.context, bench.source)
    bench.shop.set_level(1, WAREHOUSE, stock=-1)
    bench.poll("low")
    return bench.calls()


def test_trap_01_con_stock_word_is_never_sent(bench: Workbench) -> None:
    """Booleans go out as 1 and 0, and stock is never filtered by the server."""
    calls = everything(bench)
    assert any("stock_minimo=1" in call for call in calls)
    assert not any(re.search("con_stock|=true|=false", call, re.IGNORECASE) for call in calls)


def test_trap_02_exactly_at_the_minimum_is_low(bench: Workbench) -> None:
    """The server's filter leaves it out; our own comparison does not."""
    bench.shop.set_level(1, WAREHOUSE, stock=4)
    assert bench.poll("low").products == 0
    bench.poll("sweep")
    assert bench.alerts() == [(1, "warning")]


@pytest.mark.parametrize("minimum", [None, 0])
def test_trap_03_a_null_or_zero_minimum_is_not_configured(make: Make, minimum: int | None) -> None:
    """Nothing in stock and no minimum: nobody asked to be told."""
    bench = make()
    bench.shop.add_product(id=1, nombre="Café", inventarios=[row(0, minimum)])
    bench.poll()
    assert bench.alerts() == [] and bench.levels() == {(1, WAREHOUSE): 0}


def test_trap_04_numbers_as_strings_are_compared_as_numbers(make: Make) -> None:
    """As text "9" is more than "10"; a third of a unit three times is one."""
    bench = make()
    bench.shop.add_product(id=1, nombre="A", inventarios=[row("9.000000", "10.000000")])
    bench.shop.add_product(id=2, nombre="B", inventarios=[row("10.000000", "9.000000")])
    bench.shop.add_product(id=3, nombre="C", inventarios=[row("5", None)])
    bench.poll()
    assert bench.alerts() == [(1, "warning")]


def test_trap_05_rows_lost_at_page_borders_are_noticed(make: Make) -> None:
    """Sales are asked for by creation, never in the default order; products too."""
    bench = make(products=400)
    for number in range(250):
        bench.shop.sell([(1 + number, 1)], WAREHOUSE)
    bench.shop.faults.add("torn", path="inventory")
    cycle = bench.turn()
    assert [poll.complete for poll in cycle.polls] == [True, True, True]
    assert len(bench.levels()) == 400 and cycle.polls[1].new == 250
    lists = [call for call in bench.calls() if call.startswith(("inventory?", "sales?"))]
    assert lists and all("order_by=" in call for call in lists)


def test_trap_06_the_ids_are_counted_not_the_flags(make: Make) -> None:
    """Every page says that it is in order, and rows were skipped all the same."""
    bench = make(products=1200)
    bench.shop.faults.add("empty_page", path="inventory")
    done = bench.poll()
    assert (done.complete, done.torn) == (False, True)


@pytest.mark.parametrize("fault", ["empty_page", "500", "truncated", "html"])
def test_trap_07_an_empty_page_or_an_error_never_means_gone(make: Make, fault: str) -> None:
    """Three bad sweeps in a row, and every product is where it was."""
    bench = make(products=1200)
    bench.poll()
    bench.shop.faults.add(fault, path="inventory", after=1)
    for _ in range(3):
        bench.clock.forward(minutes=5)
        assert not bench.poll().complete
    assert len(bench.levels()) == 1200
    assert bench.context.store.value("SELECT count(*) FROM product WHERE absent_at IS NOT NULL") == 0


def test_trap_08_sales_never_spend_what_the_sweep_needs(make: Make) -> None:
    """A history of thousands of sales in one hour stops at the reserve, and the sweep still has its calls."""
    bench = make(products=3)
    bench.poll()
    bench.shop.quota.set_used(DEFAULT_KEY, 690, bench.clock.now)
    budget.at_least(bench.context.store, bench.source.budget_key, bench.clock.moment(), 690)
    assert bench.poll("sales").error_kind == "quota"
    assert bench.used() == 700 and bench.poll("sweep").complete
    assert not any("429" in str(call["status"]) for call in bench.shop.call_log()["last"])


def test_trap_09_the_hour_turns_a_little_late(bench: Workbench) -> None:
    """Waking with slack: not before three seconds past the hour, and not everybody at once."""
    bench.shop.faults.add("429", times=1)
    bench.poll()
    at = bench.lane("sweep")["next_due_at"]
    assert 3_000 <= at % 3_600_000 <= 90_000 and at - bench.clock.moment() < 3_700_000


def test_trap_10_a_redirect_is_a_refusal() -> None:
    """It is not followed to a page that answers 200."""
    client, calls, _ = replaying("unified-con_stock-true-302")
    with pytest.raises(SourceTrouble, match="redirect"):
        next(client.sweep(0, frozenset()))
    assert len(calls) == 1


@pytest.mark.parametrize("filters", [b"[]", b"{}", b'{"codigo":null}', b"null"])
def test_trap_11_filters_applied_may_have_any_shape(filters: bytes) -> None:
    """An empty list where an object was promised breaks nothing."""
    body = on_the_wire("inventory-page1")
    body = re.sub(rb'"filters_applied":(\[\]|\{[^}]*\})', b'"filters_applied":' + filters, body)
    client, _, _ = answering(200, body)
    assert next(client.sweep(0, frozenset())).changed


def test_trap_12_per_page_may_be_text_and_correlativo_a_number(bench: Workbench) -> None:
    """Both as the deployed server sends them."""
    bench.shop.sell([(1, 1)], WAREHOUSE)
    assert bench.poll("sales").new == 1
    assert bench.context.store.value("SELECT number FROM document").isdigit()


def test_trap_13_sales_are_never_filtered_by_state(bench: Workbench) -> None:
    """What the filter accepts is not what the server stores: paid sales are found all the same."""
    bench.shop.sell([(1, 2)], WAREHOUSE, estado="Pagada")
    assert not any("estado" in call for call in everything(bench))
    assert sold(bench, 1) == 2


def test_trap_14_pending_quotations_are_told_from_credit_sales(bench: Workbench) -> None:
    """The same state, and only the flag tells what left the shelf."""
    bench.shop.sell([(1, 2)], WAREHOUSE, estado="Pendiente")
    bench.shop.sell([(2, 2)], WAREHOUSE, estado="Pendiente", cotizacion=True)
    bench.poll("sales")
    assert (sold(bench, 1), sold(bench, 2)) == (2, 0)


def test_trap_15_cancelled_and_money_only_returns_bring_nothing_back(bench: Workbench) -> None:
    """Three returns in the list, one of goods."""
    sale = bench.shop.sell([(1, 5)], WAREHOUSE)
    bench.shop.return_(sale, [(1, 1)])
    bench.shop.return_(sale, [(1, 1)], "descuento_ajuste")
    bench.shop.cancel_return(bench.shop.return_(sale, [(1, 1)]))
    bench.cycle("sales", "returns")
    assert bench.context.store.value("SELECT sum(returned) FROM product_day") == 1


def test_trap_16_cancelled_and_quoted_sales_do_not_count(bench: Workbench) -> None:
    """They stand in the list and in its summary; the summary is shown and decides nothing."""
    bench.shop.cancel_sale(bench.shop.sell([(1, 1)], WAREHOUSE))
    bench.shop.sell([(1, 1)], WAREHOUSE, estado="Pre-venta", cotizacion=True)
    bench.shop.sell([(1, 1)], WAREHOUSE, estado="Prueba", move=False)
    bench.poll("sales")
    assert sold(bench, 1) == 0
    found = inspect_source(bench.context, bench.source)
    assert any("3 sales" in sentence and "alertd keeps 3" in sentence for sentence in found.own_word)


def test_trap_17_codes_are_matched_whole_and_only_where_unique(make: Make) -> None:
    """A code that two products share, or that is part of another, names nobody."""
    bench = make()
    for number, code in ((1, "10"), (2, "A-100"), (3, "X"), (4, "X"), (5, None)):
        bench.shop.add_product(id=number, nombre=f"N{number}", codigo=code, marca=f"M{number}", inventarios=[row(9)])
    bench.poll()
    for number in (1, 3):
        now = bench.clock.now
        line = SaleLine(number, Decimal(1), Decimal(1), Decimal(1), nombre="otro nombre")
        bench.shop.add_sale(fecha=now.date(), created_at=now, detalles=[line])
    assert not any("codigo=" in call for call in everything(bench))
    assert [sold(bench, number) for number in (1, 2, 3, 4)] == [1, 0, 0, 0]
    assert [each["code"] for each in documents.unmatched_lines(bench.context.store, bench.source.id)] == ["X"]


def test_trap_18_a_deleted_product_keeps_what_it_sold(bench: Workbench) -> None:
    """Its lines have lost code and brand; the line is the same, and so is its product."""
    sale = bench.shop.sell([(2, 3)], WAREHOUSE, estado="Pendiente")
    bench.poll("sales")
    bench.shop.remove_product(2, soft=True)
    bench.shop.pay(sale, 1000)
    bench.poll("sales")
    assert sold(bench, 2) == 3


def test_trap_19_quantities_of_lines_are_kept_as_written(bench: Workbench) -> None:
    """Two boxes are two, though sixty units left: the stock itself decides every alert, never a sum of lines."""
    bench.shop.set_level(1, WAREHOUSE, stock=64)
    bench.shop.sell([(1, 2)], WAREHOUSE, factors={1: 30})
    bench.poll("sales")
    bench.poll("sweep")
    assert (sold(bench, 1), bench.levels()[1, WAREHOUSE], bench.alerts()) == (2, 4, [(1, "warning")])


def test_trap_20_parts_of_a_kit_are_seen_on_the_shelf(bench: Workbench) -> None:
    """No line names them; the sweep finds them low."""
    bench.shop.add_product(id=9, nombre="Kit", tipo="Compuesto", componentes=[(1, 3)], inventarios=[row(5)])
    bench.shop.sell([(9, 2)], WAREHOUSE)
    bench.cycle("sweep", "sales")
    assert (sold(bench, 1), bench.levels()[1, WAREHOUSE], bench.alerts()) == (0, 4, [(1, "warning")])


def test_trap_21_a_change_of_stock_is_found_by_the_stock(bench: Workbench) -> None:
    """`updated_at` of the product stays what it was."""
    before = bench.shop.products[1].updated_at
    bench.shop.set_level(1, WAREHOUSE, stock=3)
    assert bench.shop.products[1].updated_at == before
    assert bench.poll().changed == 1


def test_trap_22_old_sales_that_change_today_are_noticed(bench: Workbench) -> None:
    """Three weeks later it is cancelled; the daily deep reading books it back."""
    sale = bench.shop.sell([(1, 2)], WAREHOUSE)
    bench.poll("sales")
    bench.clock.forward(days=21)
    bench.shop.cancel_sale(sale)
    bench.poll("sales")
    assert sold(bench, 1) == 0


def test_trap_23_a_billed_consignment_moves_nothing_twice(bench: Workbench) -> None:
    """Its date moves, a row is spawned, and the sum of all movements stays what left the shelf."""
    sale = bench.shop.sell([(1, 5)], WAREHOUSE, estado="Consigna")
    bench.poll("sales")
    bench.clock.forward(days=9)
    bench.shop.bill_consignment(sale, [(1, 2)])
    bench.poll("sales")
    assert bench.context.store.value("SELECT sum(quantity) FROM movement") == -5


def test_trap_24_a_deactivated_warehouse_is_not_sold_out(make: Make) -> None:
    """Hidden: its alerts are held, and nothing new is told of it."""
    bench = make()
    bench.shop.add_product(id=1, nombre="Café", inventarios=[row(9, 4), row(2, 4, "Bodega Norte")])
    bench.shop.add_product(id=2, nombre="Té", inventarios=[row(9, 4), row(9, 4, "Bodega Norte")])
    bench.poll()
    bench.shop.hide_warehouse("Bodega Norte")
    for _ in range(3):
        bench.clock.forward(minutes=5)
        bench.poll()
    assert bench.alerts() == [(1, "warning")] and set(bench.levels()) == {(1, WAREHOUSE), (2, WAREHOUSE)}


def test_trap_25_two_warehouses_of_one_name_are_added_up(make: Make) -> None:
    """Names are the only key; a rename is one hidden and one new."""
    bench = make()
    for _ in range(2):
        bench.shop.add_warehouse(WAREHOUSE, "Sucursal Central")
    bench.shop.add_product(id=1, nombre="Café", inventarios=[row(3, 4)])
    level = bench.shop.products[1].inventarios[0]
    bench.shop.products[1].inventarios.append(type(level)(bench.shop.warehouses[1], Decimal(8), Decimal(4)))
    bench.poll()
    assert bench.levels() == {(1, WAREHOUSE): 11}
    bench.shop.rename_warehouse(WAREHOUSE, "Bodega Nueva")
    bench.clock.forward(minutes=5)
    bench.poll()
    assert bench.levels() == {(1, "Bodega Nueva"): 11}


def test_trap_26_a_deleted_product_alerts_nobody(bench: Workbench) -> None:
    """It comes back in the list without a mark; it is switched off, and counted for a person to see."""
    bench.shop.set_level(2, WAREHOUSE, stock=1)
    bench.shop.remove_product(2, soft=True)
    bench.poll()
    assert bench.alerts() == []
    assert inspect_source(bench.context, bench.source).quality["disabled_with_stock"] == 1


def test_trap_27_dates_are_local_and_times_are_utc(bench: Workbench) -> None:
    """Eight in the evening there is two in the morning here, and the sale belongs to the day before."""
    bench.clock.forward(hours=13, minutes=50)
    sale = bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.shop.return_(sale, [(1, 1)])
    bench.cycle("sales", "returns")
    rows = bench.context.store.rows("SELECT kind, date, created_at FROM document ORDER BY kind")
    assert [each["date"] for each in rows] == ["2026-11-20", "2026-11-20"]
    assert rows[1]["created_at"] == bench.clock.moment()


def test_trap_28_the_key_stands_in_no_url_log_or_error(bench: Workbench, capsys: Any) -> None:
    """Neither in calls, nor in polls, nor in what a server throws back at us."""
    calls = everything(bench)
    bench.shop.keys.revoke(DEFAULT_KEY)
    bench.clock.forward(hours=2)
    bench.turn()
    kept = "\n".join(bench.context.store.connection.iterdump())
    heard = capsys.readouterr()
    assert not any(DEFAULT_KEY in text for text in (*calls, kept, heard.out, heard.err))
    echo = f'{{"success":false,"error":"Bearer {KEY} is no key","code":400}}'.encode()
    client, sent, _ = answering(400, echo)
    with pytest.raises(SourceTrouble) as trouble:
        next(client.sweep(0, frozenset()))
    assert KEY not in str(trouble.value) and KEY not in str(sent[0].url)


def test_trap_29_nothing_is_ever_written(bench: Workbench) -> None:
    """alertd reads; every call is a GET."""
    everything(bench)
    assert {call["method"] for call in bench.shop.call_log()["last"]} == {"GET"}


@pytest.mark.parametrize("dialect", ["documented", "deployed"])
def test_trap_30_fields_of_the_examples_are_not_needed(make: Make, dialect: str) -> None:
    """With and without pictures, rate headers and `enable` on returns: the same is understood."""
    bench = make(dialect, products=2)
    sale = bench.shop.sell([(1, 3)], WAREHOUSE)
    bench.shop.cancel_return(bench.shop.return_(sale, [(1, 1)]))
    assert all(poll.complete for poll in bench.turn().polls)
    assert bench.source.dialect == dialect and sold(bench, 1) == 3
    effects = dict(bench.context.store.execute("SELECT kind, effect FROM document").fetchall())
    assert effects == {"sale": "moves", "return": "none"}


@pytest.mark.parametrize("feeds", [b"", b"\n\n", b"\n\n\n\n", b" \r\n\t"])
def test_trap_31_line_feeds_before_the_body(feeds: bytes) -> None:
    """Four on one server, two on the other, none where its routes are cached."""
    client, _, _ = replaying("inventory-page1", feeds=feeds)
    assert next(client.sweep(0, frozenset())).changed


def test_trap_32_without_sales_the_stock_is_watched_alone(make: Make) -> None:
    """It is said once, not asked again all day, and the alerts go on."""
    bench = make("unified", products=2)
    bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.turn()
    asked = len(bench.calls("sales"))
    for _ in range(12):
        bench.clock.forward(minutes=30)
        bench.turn()
    assert len(bench.calls("sales")) == asked <= 8
    assert polls.lanes(bench.context.store, bench.source.id)["sales"]["stopped_kind"] == "unsupported"
    assert "cannot list" in " ".join(inspect_source(bench.context, bench.source).lines())
    bench.shop.set_level(1, WAREHOUSE, stock=1)
    bench.clock.forward(minutes=5)
    bench.turn()
    assert bench.alerts() == [(1, "warning")]


def test_trap_33_an_open_balance_says_nothing(bench: Workbench) -> None:
    """`saldo` is not read: a paid sale with an open balance is a sale like any other."""
    bench.shop.sell([(1, 2)], WAREHOUSE, estado="Pagada")
    bench.poll("sales")
    assert sold(bench, 1) == 2
    sources = Path(documents.__file__).parents[1] / "sources" / "smartpyme"
    assert not any("saldo" in path.read_text(encoding="utf-8") for path in sources.glob("*.py"))


def test_trap_34_json_is_asked_for_by_name(bench: Workbench) -> None:
    """`Accept: application/json`, alone, on every call."""
    asked: list[str] = []

    def listen(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Accept"])
        return httpx.Response(500)

    bench.context.transport = httpx.MockTransport(listen)
    for lane in ("sweep", "low", "sales", "returns"):
        bench.poll(lane)
    assert len(asked) >= 12 and set(asked) == {"application/json"}


def test_the_table_in_the_docs_names_every_trap() -> None:
    """A trap without its line, or a line without its test, is a mistake."""
    here = set(re.findall(r"def (test_trap_\d\d_\w+)", Path(__file__).read_text(encoding="utf-8")))
    told = set(re.findall(r"`(test_trap_\d\d_\w+)`", DOCS.read_text(encoding="utf-8")))
    assert len(here) == 34 and told == here
