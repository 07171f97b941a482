"""More of the numbered cases over real HTTP, and what goes wrong around them: merges, restored files, late papers."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from alertd.reconcile import typed
from alertd.reconcile.nouns import Cause
from alertd.reconcile.ordering import Said
from alertd.reconcile.report import reconcile
from alertd.store import buying, knowledge, open_store, reconciliation, sources

from .conftest import MAIN
from .test_wire import figures

TODAY = date(2026, 11, 21)


def book(bench, *rows):
    """Receipts and adjustments as a person types them: (code, quantity, kind)."""
    file = "codigo;cantidad;tipo\n" + "\n".join(";".join(map(str, row)) for row in rows)
    found = typed.preview(bench.context.store, 1, file.encode(), TODAY)
    assert found.errors == []
    typed.book(bench.context.store, 1, found.entries, zone="America/El_Salvador", now=bench.clock.moment())


def test_r1_every_kind_of_movement_on_the_wire_and_three_are_missing(bench):
    """40 − 14 + 2 + 1 + 24 − 6 = 47, there are 44: three short, 12.75 at a cost of 4.25."""
    product = bench.product("A-1", 40, costo=4.25, costo_promedio=4.25, precio=6.5)
    bench.poll(hours=24)
    void = bench.shop.sell([(product, 2)], MAIN)
    sale = bench.shop.sell([(product, 12)], MAIN)
    bench.clock.forward(minutes=5)
    bench.poll()
    bench.shop.cancel_sale(void)
    bench.shop.return_(sale, [(product, 1)])
    bench.shop.return_(sale, [(product, 1)], "descuento_ajuste")
    book(bench, ("A-1", 24, "entrada"), ("A-1", -1, "ajuste"), ("A-1", -5, "traslado"))
    bench.shop.set_level(product, MAIN, stock=44)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.receipts, line.adjustments) == (24, -6)
    assert figures(line) == (40, 14, 2, 1, 47, 44, -3)
    assert (line.unexplained_value, line.cause) == (-12.75, Cause.SHORT)


def test_r2_boxes_on_the_wire_show_as_a_shortage_until_the_factor_is_known(bench):
    """The line says 2, the shelf says 60; once a person has said thirty, nothing is missing."""
    product = bench.product("A-1", 100)
    bench.poll()
    bench.shop.sell([(product, 2)], MAIN, factors={product: 30})
    bench.poll()
    bench.poll()
    assert (bench.line("A-1").expected, bench.line("A-1").unexplained) == (98, -58)
    knowledge.learn_factor(bench.context.store, 1, 30, bench.clock.moment(), "marta")
    assert (bench.line("A-1").expected, bench.line("A-1").unexplained) == (40, 0)


def test_r7_an_oversold_lot_on_the_wire_is_no_surplus(bench):
    """Three there, five sold, and the system stops at nothing."""
    product = bench.product("A-1", 3)
    bench.poll()
    bench.shop.sell([(product, 5)], MAIN, move=False)
    bench.shop.set_level(product, MAIN, stock=0)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.expected, line.actual, line.unexplained, line.cause) == (-2, 0, 2, Cause.OVERSELL)
    assert bench.report().undocumented() == []


def test_r8_what_one_reading_took_away_the_next_gives_back(bench):
    """Two fewer, then two more: no line, in any report that holds both."""
    product = bench.product("A-1", 30)
    bench.poll()
    for stock in (28, 30):
        bench.shop.set_level(product, MAIN, stock=stock)
        bench.poll()
    bench.poll()
    assert bench.line("A-1").unexplained == 0
    assert bench.report().undocumented() == []


def test_r9_a_receipt_on_the_wire_is_told_by_its_packs_and_its_new_cost(bench):
    """Two packs of 24 on an empty shelf, and the cost changed with them: from what to what is said."""
    product = bench.product("A-1", 2, minimo=5)
    bench.poll()
    buying.say(bench.context.store, 1, Said(pack=24), product_id=1, by="marta", now=bench.clock.moment())
    bench.shop.sell([(product, 3)], MAIN)
    bench.shop.set_level(product, MAIN, stock=47)
    bench.shop.products[product].costo_promedio = 3
    bench.shop.products[product].costo = 3
    bench.shop._changed(product)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.expected, line.unexplained, line.cause) == (-1, 48, Cause.RECEIPT)
    reasons = line.parts[0].facts["receipt"]
    assert {"packs": 2, "size": 24.0} in reasons and {"cost_changed": [2.0, 3.0]} in reasons


def test_r10_an_order_that_is_invoiced_later_is_a_pair_on_the_wire(bench):
    """The order takes two, the invoice of the next day moves nothing."""
    product = bench.product("A-1", 12)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=10)
    bench.poll(hours=20)
    bench.shop.sell([(product, 2)], MAIN, move=False)
    bench.clock.forward(minutes=5)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.unexplained, {part.cause for part in line.parts}) == (0, {Cause.ORDER})
    assert bench.report().undocumented() == []


def test_a_merge_of_two_products_is_no_loss_of_either(bench):
    """One is deleted and its stock added to the other, in the same hour: what left one came to the other."""
    kept, merged = bench.product("A-1", 20), bench.product("A-2", 7)
    bench.poll()
    bench.shop.remove_product(merged, soft=True)
    bench.shop.set_level(kept, MAIN, stock=27)
    bench.poll()
    bench.poll()
    report = bench.report()
    gone = [line for line in report.lines if line.codigo == "A-2"]
    assert [(line.actual, line.unexplained) for line in gone] in ([], [(None, None)])
    assert all(part.units > 0 for _, part in report.undocumented()), "a product that is gone is not known, not missing"


def test_documents_that_come_out_of_order_count_once_each(bench):
    """A void is read before the news of the sale it undoes; a return before its sale. It all adds up."""
    product = bench.product("A-1", 20)
    bench.poll()
    first = bench.shop.sell([(product, 3)], MAIN)
    bench.shop.cancel_sale(first)
    second = bench.shop.sell([(product, 4)], MAIN)
    bench.shop.return_(second, [(product, 1)])
    bench.poll("returns", "sweep", hours=0.5)
    bench.poll("sales", hours=0.5)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.expected, line.actual, line.unexplained) == (17, 17, 0)


def test_overlapping_and_repeated_windows_count_nothing_twice(bench):
    """Every reading asks for the same weeks again; every report may begin in the middle of another."""
    product = bench.product("A-1", 40)
    bench.poll()
    moments = [bench.clock.moment()]
    for sold in (2, 3, 4):
        bench.shop.sell([(product, sold)], MAIN)
        bench.clock.forward(minutes=5)
        for _ in range(3):
            bench.poll("sales", "returns", hours=0.01)
        bench.poll()
        moments.append(bench.clock.moment())
    store, source = bench.context.store, bench.source
    for begin, end, sold in ((0, 3, 9), (0, 2, 5), (1, 3, 7), (1, 2, 3)):
        lines = reconcile(store, source, moments[begin] - 1, moments[end]).lines
        assert [(line.sold, line.unexplained) for line in lines] == [(sold, 0)]


def test_a_restored_database_goes_on_from_where_it_was(bench, tmp_path):
    """A file of two hours ago: what happened since is read again, and nothing is counted twice or missing."""
    product = bench.product("A-1", 40)
    bench.poll()
    bench.shop.sell([(product, 5)], MAIN)
    bench.poll()
    saved = tmp_path / "saved.db"
    bench.context.store.execute("VACUUM INTO ?", (str(saved),))
    bench.shop.sell([(product, 6)], MAIN)
    bench.poll()
    bench.poll()
    assert bench.line("A-1").sold == 11
    path = bench.context.store.path
    bench.context.store.close()
    for end in ("", "-wal", "-shm"):
        Path(path + end).unlink(missing_ok=True)
    shutil.copy(saved, path)
    bench.context.store = open_store(path)
    bench.poll()
    bench.poll()
    assert figures(bench.line("A-1")) == (40, 11, 0, 0, 29, 29, 0)


def test_a_source_that_was_removed_and_added_again_opens_anew(bench):
    """What was before is not compared with what is now; the first reading brings old sales, and they do not count."""
    product = bench.product("A-1", 40)
    bench.poll()
    bench.shop.sell([(product, 5)], MAIN)
    bench.poll()
    store, old = bench.context.store, bench.source
    secrets, url = old.secrets(bench.context.vault), old.base_url
    sources.remove_source(store, "tienda")
    bench.shop.set_level(product, MAIN, stock=90)
    sources.add_source(
        store, bench.context.vault, name="tienda", kind="smartpyme", base_url=url, secrets=secrets,
        timezone="America/El_Salvador", every=300.0, sweep_every=None, now=bench.clock.moment(),
    )  # fmt: skip
    bench.poll()
    bench.poll()
    lines = bench.report(every=True).lines
    assert [(line.opening, line.sold, line.unexplained) for line in lines] == [(90, 0, 0)]


def test_negative_stock_is_counted_like_any_other(bench):
    """Two there, five sold without any: minus three is what was expected."""
    product = bench.product("A-1", 2)
    bench.poll()
    bench.shop.sell([(product, 5)], MAIN)
    bench.poll()
    bench.poll()
    assert figures(bench.line("A-1"))[4:] == (-3, -3, 0)


def test_a_value_limit_keeps_small_differences_off_the_list(bench):
    """They stay in the sum; they are no line."""
    product = bench.product("A-1", 40)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=37)
    bench.poll()
    bench.poll()
    assert len(bench.report().undocumented()) == 1
    reconciliation.set_value_limit(bench.context.store, 1, 6.01)
    assert bench.report().undocumented() == [] and bench.line("A-1").unexplained == -3


@pytest.mark.parametrize("days", [2, 40])
def test_a_sale_of_long_ago_that_was_voided_today_gives_back_today(bench, days):
    """However old it is, as long as the readings still reach it."""
    product = bench.product("A-1", 6)
    sale = bench.shop.sell([(product, 4)], MAIN, at=bench.clock.now - timedelta(days=days), move=False)
    bench.poll()
    bench.shop.cancel_sale(sale)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.actual, line.unexplained) == (10, 0 if line.cancelled else 4)
