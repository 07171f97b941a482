"""The cases that concern the wire, over real HTTP: what the system shows and hides, and when it shows it."""

from datetime import timedelta

import pytest

from alertd.reconcile.nouns import Cause

from .conftest import MAIN


def figures(line):
    return (line.opening, line.sold, line.cancelled, line.returned, line.expected, line.actual, line.unexplained)


def test_what_is_missing_shows_beside_what_was_sold(bench):
    """Forty, fourteen sold, two of them voided, one brought back: 29 should be there, and there are 26."""
    product = bench.product("A-1", 40)
    bench.poll()
    bench.shop.sell([(product, 12)], MAIN)
    void = bench.shop.sell([(product, 2)], MAIN)
    sale = bench.shop.sell([(product, 2)], MAIN)
    bench.clock.forward(minutes=5)
    bench.poll()
    bench.shop.cancel_sale(void)
    bench.shop.return_(sale, [(product, 1)])
    bench.shop.set_level(product, MAIN, stock=bench.shop.stock(product, MAIN) - 3)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert figures(line) == (40, 16, 2, 1, 27, 24, -3)
    assert (line.cause, line.unexplained_value) == (Cause.SHORT, -6)
    assert [(part.units, part.reported) for part in line.parts] == [(-3, True)]


def test_a_difference_is_only_reported_once_the_next_snapshot_still_shows_it(bench):
    """Pages are read one after the other, and a shop does not stand still meanwhile."""
    product = bench.product("A-1", 40)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=35)
    bench.poll()
    assert bench.report().undocumented() == []
    bench.poll()
    assert [part.units for _, part in bench.report().undocumented()] == [-5]


def test_ninety_days_of_history_do_not_count_against_the_opening(bench):
    """The first reading brings them all at once; they took their stock long before."""
    product = bench.product("A-1", 40)
    for days in (60, 10, 1):
        bench.shop.sell([(product, 5)], MAIN, at=bench.clock.now - timedelta(days=days), move=False)
    bench.poll("sweep", hours=0.01)
    bench.poll()
    bench.poll()
    assert figures(bench.line("A-1"))[:2] == (40, 0)


def test_sales_of_the_time_before_their_list_could_be_read_count_where_they_belong(bench):
    """The list of sales failed for a while; the sale of that time is placed by its own moment."""
    product = bench.product("A-1", 40)
    bench.poll("sweep")
    bench.shop.sell([(product, 4)], MAIN)
    bench.clock.forward(minutes=1)
    bench.poll("sweep")
    bench.poll()
    assert figures(bench.line("A-1"))[4:] == (36, 36, 0)


def test_r4_a_price_adjustment_moves_nothing(bench):
    """Money went back, goods did not, and nothing is missing."""
    product = bench.product("A-1", 10)
    sale = bench.shop.sell([(product, 2)], MAIN, at=bench.clock.now - timedelta(days=3), move=False)
    bench.poll()
    bench.shop.return_(sale, [(product, 2)], "descuento_ajuste")
    bench.poll()
    assert figures(bench.line("A-1")) == (10, 0, 0, 0, 10, 10, 0)


def test_r5_an_old_sale_that_is_voided_today_gives_back_today(bench):
    """It is five weeks old, and still it is noticed within a day."""
    product = bench.product("A-1", 6)
    sale = bench.shop.sell([(product, 4)], MAIN, at=bench.clock.now - timedelta(days=30), move=False)
    bench.poll()
    bench.shop.cancel_sale(sale)
    bench.poll(hours=25)
    bench.poll()
    assert figures(bench.line("A-1")) == (6, 0, 4, 0, 10, 10, 0)


def test_r6_a_transfer_between_branches(bench):
    """No document tells of it; both sides are listed."""
    rows = [{"nombre_bodega": MAIN, "stock": 20}, {"nombre_bodega": "Bodega Norte", "stock": 3}]
    product = bench.product("A-1", 0, inventarios=rows)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=15)
    bench.shop.set_level(product, "Bodega Norte", stock=8)
    bench.poll()
    line = bench.line("A-1")
    assert (line.unexplained, line.cause) == (0, Cause.TRANSFER)
    assert line.branches == {"Sucursal Central": (20, 15), "Sucursal Norte": (3, 8)}


def test_r11_a_sale_dated_back_counts_on_the_day_it_was_first_seen(bench):
    """Business date and even its own moment say yesterday, but it was not there when yesterday was read."""
    product = bench.product("A-1", 9)
    bench.poll()
    yesterday = bench.clock.now - timedelta(days=1)
    bench.shop.sell([(product, 1)], MAIN, at=yesterday)
    bench.poll()
    assert figures(bench.line("A-1"))[4:] == (8, 8, 0)


def test_r12_a_deactivated_warehouse_is_no_sell_out(bench):
    """Its rows vanish at once; the line says that nothing is known."""
    product = bench.product("A-1", 7)
    bench.product("B-1", 5, bodega="Bodega Norte")
    bench.poll()
    bench.shop.hide_warehouse(MAIN)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.opening, line.actual, line.unexplained, line.cause) == (7, None, None, Cause.HIDDEN)
    assert bench.report().undocumented() == [] and product


def test_r13_a_sale_listed_on_two_pages_counts_once(bench):
    """The default order of the system repeats rows; the reading asks again until the ids add up."""
    product = bench.product("A-1", 500)
    bench.poll()
    for _ in range(230):
        bench.shop.sell([(product, 2)], MAIN)
    bench.shop.faults.add("torn", path="sales", times=1)
    bench.poll()
    bench.poll()
    assert figures(bench.line("A-1"))[1:] == (460, 0, 0, 40, 40, 0)


def test_r2_a_box_factor_is_learnt_after_three_cases_and_then_all_of_them_balance(bench):
    """Boxes of thirty: the line says 2, the shelf says 60."""
    product = bench.product("A-1", 500)
    bench.poll()
    for boxes in (2, 1, 2):
        bench.shop.sell([(product, boxes)], MAIN, factors={product: 30})
        bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert figures(line)[1:] == (150, 0, 0, 350, 350, 0) and line.cause == Cause.BOX


def test_r3_a_recipe_is_learnt_and_then_parts_leave_with_their_kit(bench):
    """Only the kit is on the bill; its parts leave with it."""
    part = bench.product("PART", 50)
    kit = bench.shop.add_product(nombre="Combo", codigo="KIT", tipo="Compuesto", componentes=[(part, 2)],
                                 inventarios=[{"nombre_bodega": MAIN, "stock": 40}])  # fmt: skip
    bench.poll()
    for kits in (3, 2, 1):
        bench.shop.sell([(kit, kits)], MAIN)
        bench.poll()
    bench.poll()
    assert figures(bench.line("PART"))[4:] == (38, 38, 0)


def test_a_line_without_a_product_is_listed_as_it_was_sent(bench):
    """A code that two products carry leads nowhere; it is never guessed."""
    twins = [bench.shop.add_product(nombre="Gemelo", codigo="TWIN", inventarios=[{"nombre_bodega": MAIN, "stock": 9}])
             for _ in range(2)]  # fmt: skip
    bench.poll()
    bench.shop.sell([(twins[0], 2)], MAIN)
    bench.poll()
    loose = [line for line in bench.report().lines if line.cause == Cause.UNMATCHED]
    assert [(line.codigo, line.nombre, line.sold, line.unexplained) for line in loose] == [("TWIN", "Gemelo", 2, None)]


def test_a_product_that_changes_its_code_loses_nothing(bench):
    """Every old line carries the new code from that day on; no stock moved for it."""
    product = bench.product("A-1", 20)
    bench.shop.sell([(product, 2)], MAIN, at=bench.clock.now - timedelta(days=2), move=False)
    bench.poll()
    bench.shop.products[product].codigo = "A-2"
    bench.shop._changed(product)
    bench.poll()
    bench.poll()
    assert [line.unexplained for line in bench.report(every=True).lines] == [0]


def test_a_product_that_is_deleted_upstream_does_not_take_its_sales_back(bench):
    """Its code vanishes from old lines; they keep the product they had."""
    product = bench.product("A-1", 20)
    bench.shop.sell([(product, 2)], MAIN, at=bench.clock.now - timedelta(days=2), move=False)
    bench.poll()
    bench.shop.remove_product(product, soft=True)
    bench.poll()
    bench.poll()
    assert [line.unexplained for line in bench.report(every=True).lines if line.codigo == "A-1"] == [0]


def test_a_consignment_that_is_billed_in_part_stays_balanced(bench):
    """Its row is rewritten, the rest becomes another row, and no stock moves."""
    product = bench.product("A-1", 20)
    bench.poll()
    sale = bench.shop.sell([(product, 10)], MAIN, estado="Consigna")
    bench.poll()
    bench.shop.bill_consignment(sale, [(product, 4)])
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert figures(line)[4:] == (10, 10, 0) and line.parts == ()


def test_a_deleted_sale_is_no_difference(bench):
    """It vanishes from the list, and the stock stays as it is."""
    product = bench.product("A-1", 20)
    bench.poll()
    sale = bench.shop.sell([(product, 3)], MAIN)
    bench.poll()
    bench.shop.delete_sale(sale)
    bench.poll()
    bench.poll()
    assert figures(bench.line("A-1"))[4:] == (17, 17, 0)


def test_counting_again_changes_nothing(bench):
    """The count is a function of what was seen, however often it is asked for."""
    product = bench.product("A-1", 20)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=12)
    bench.poll()
    bench.poll()
    first = bench.report()
    bench.poll("sales", "returns", hours=0)
    assert bench.report().lines == first.lines


def test_any_two_snapshots_can_be_compared(bench):
    """Each span has its own opening; the sum of two spans is the span of both."""
    product = bench.product("A-1", 20)
    bench.poll()
    moments = []
    for sold in (1, 2, 3):
        bench.shop.sell([(product, sold)], MAIN)
        moments.append(bench.clock.moment())
        bench.poll()
    from alertd.reconcile.report import reconcile

    spans = [(0, moments[0]), (moments[0], moments[2]), (0, moments[2])]
    found = [reconcile(bench.context.store, bench.source, *span).lines[0].sold for span in spans]
    assert found == [1, 5, 6]


@pytest.mark.parametrize("dialect", ["documented", "deployed"])
def test_both_dialects_count_the_same(make, dialect):
    """Numbers or text with six decimals, the sum is exact."""
    bench = make(dialect)
    product = bench.product("A-1", 10.3)
    bench.poll()
    for _ in range(3):
        bench.shop.sell([(product, 0.1)], MAIN)
    bench.poll()
    assert figures(bench.line("A-1")) == (10.3, 0.3, 0, 0, 10.0, 10.0, 0)
