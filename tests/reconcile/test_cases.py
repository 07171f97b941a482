"""The numbered cases of the reconciliation, one test each: what there was, what was documented, what is, and why."""

from time import process_time

import pytest

from alertd.reconcile.causes import KitSale, learnt_factor, learnt_recipe
from alertd.reconcile.nouns import Cause, Moments, micro, units, value_of
from alertd.reconcile.timeline import balance

from .makers import at, count, event, guess, hourly, shelf


def off(counted):
    return None if counted.unexplained is None else units(counted.unexplained)


def causes(gaps):
    return [(units(gap.units), gap.cause) for gap in gaps]


def test_r1_every_kind_of_movement_and_three_are_missing():
    """40 − 14 + 2 + 1 + 24 − 1 − 5 = 47, there are 44; a price adjustment moves nothing and is no event."""
    shelves = [shelf((0, 40), (0.5, 44))]
    events = [event(-14, 0.2), event(2, 0.3, "cancelled"), event(1, 0.3, "return"), event(24, 0.4, "receipt"),
              event(-1, 0.4, "adjustment"), event(-5, 0.4, "adjustment")]  # fmt: skip
    counted = count(shelves, events)
    assert (units(counted.expected), units(counted.actual), off(counted)) == (47, 44, -3)
    assert (value_of(counted.unexplained, 4.25), value_of(counted.unexplained, 6.5)) == (-12.75, -19.5)
    assert causes(guess(counted, shelves)) == [(-3, Cause.SHORT)]


def test_r2_a_hidden_box_factor_explains_all_once_it_is_known():
    """Two boxes of thirty are 60 units of stock, and the system says 2."""
    shelves = [shelf((0, 100), (0.5, 40))]
    events = [event(-2, 0.4)]
    counted = count(shelves, events)
    gaps = guess(counted, shelves)
    assert causes(gaps) == [(-58, Cause.SHORT)] and gaps[0].facts["box"] == {"factor": 30, "sold": 2.0}
    known = count(shelves, events, factor=30)
    assert (units(known.expected), off(known), units(known.sums.sold)) == (40, 0, 60)


@pytest.mark.parametrize(
    ("cases", "factor"),
    [
        ([(30, 2), (30, 1)], None),
        ([(30, 2), (30, 2), (30, 2)], 30),
        ([(30, 2), (12, 1), (30, 2)], None),
        ([(3, 1), (3, 1), (3, 1)], None),
        ([(3, 1), (3, 2), (3, 1)], 3),
    ],
)
def test_r2_a_factor_is_learnt_after_three_consistent_cases(cases, factor):
    """Two are chance, a contradiction starts anew, and a small factor that never varied may be a slow loss."""
    assert learnt_factor(cases) == factor


def test_r2_a_known_factor_hides_no_loss_of_another_size():
    """A box was sold and one more unit is gone: that one is not explained. A single unit may be sold all the same."""
    assert off(count([shelf((0, 100), (0.5, 69))], [event(-1, 0.4)], factor=30)) == -1
    assert off(count([shelf((0, 100), (0.5, 99))], [event(-1, 0.4)], factor=30)) == 0


def test_r2_a_receipt_in_one_branch_does_not_decide_how_a_box_is_read_in_another():
    """Three boxes of twelve left the centre while 48 came to the north: 36 are explained, and 48 came in."""
    shelves = [shelf((0, 50), (0.5, 14)), shelf((0, 3), (0.5, 51), place="Norte/Bodega 1")]
    counted = count(shelves, [event(-3, 0.4, branch="Centro")], factor=12)
    gaps = guess(counted, shelves, pack=micro(24))
    assert causes(gaps) == [(48, Cause.RECEIPT)]
    assert counted.sums.sold == micro(36)


def test_r3_parts_of_a_kit_leave_with_it():
    """Three kits sold, two pieces each: six of the part are gone without a line of their own."""
    shelves = [shelf((0, 50), (0.5, 44))]
    kits = {1: [KitSale(9, micro(3), "Combo")]}
    gaps = guess(count(shelves, []), shelves, kits)
    assert causes(gaps) == [(-6, Cause.KIT)] and gaps[0].facts["kit"]["each"] == 2
    assert learnt_recipe([(9, 2), (9, 2), (9, 2)]) == (9, 2) and learnt_recipe([(9, 2), (9, 3), (9, 2)]) is None
    assert off(count(shelves, [event(-6, 0.3)])) == 0


def test_r4_nothing_moved_and_nothing_is_said():
    """A credit note that only adjusts the price is no event, so the line is balanced."""
    counted = count([shelf((0, 10))], [])
    assert (off(counted), counted.gaps) == (0, [])


def test_r5_a_void_gives_back():
    """An old sale of four was cancelled today."""
    counted = count([shelf((0, 6), (0.5, 10))], [event(4, 0.4, "cancelled")])
    assert (off(counted), units(counted.sums.cancelled)) == (0, 4)


@pytest.mark.parametrize("there", ["Norte/Bodega 2", "Centro/Bodega 2"])
def test_r6_what_left_one_place_and_came_to_another_is_a_transfer(there):
    """The product nets to nothing, and both sides are listed."""
    shelves = [shelf((0, 20), (0.5, 15)), shelf((0, 3), (0.5, 8), place=there)]
    counted = count(shelves, [])
    gaps = guess(counted, shelves)
    assert off(counted) == 0 and causes(gaps) == [(0, Cause.TRANSFER)]
    assert sorted(place["units"] for place in gaps[0].facts["places"]) == [-5, 5]


def test_r6_a_transfer_on_its_way_is_one_pair():
    """It left at nine and was taken in at eleven; while it travels, it is missing."""
    shelves = [shelf((0, 20), (0.5, 15)), shelf((0, 3), (2.5, 8), place="Norte/Bodega 2")]
    counted = count(shelves, [], snapshots=4)
    assert causes(guess(counted, shelves)) == [(-5, Cause.TRANSFER), (5, Cause.TRANSFER)]


def test_r6_sales_do_not_hide_a_transfer():
    """Each branch is compared with its own documents."""
    shelves = [shelf((0, 20), (0.5, 12)), shelf((0, 3), (0.5, 8), place="Norte/Bodega 2")]
    counted = count(shelves, [event(-3, 0.2, branch="Centro")])
    assert causes(guess(counted, shelves)) == [(0, Cause.TRANSFER)]


def test_r7_lots_stop_at_zero():
    """Five were sold of three: the surplus of two is no goods that came in."""
    shelves = [shelf((0, 3), (0.5, 0))]
    counted = count(shelves, [event(-5, 0.4)])
    assert off(counted) == 2 and causes(guess(counted, shelves)) == [(2, Cause.OVERSELL)]


def test_r8_what_the_next_window_takes_back_is_no_difference():
    """Two are missing in one reading and back in the next."""
    shelves = [shelf((0, 30), (0.5, 28), (1.5, 30))]
    counted = count(shelves, [])
    assert off(counted) == 0
    assert causes(guess(counted, shelves)) == [(-2, Cause.JITTER), (2, Cause.JITTER)]


def test_r9_whole_packs_on_a_low_shelf_are_a_receipt():
    """2 − 3 = −1, there are 47: 48 are two packs of 24."""
    shelves = [shelf((0, 2), (0.5, 47), minimum=5)]
    gaps = guess(count(shelves, [event(-3, 0.4)]), shelves, pack=micro(24))
    assert causes(gaps) == [(48, Cause.RECEIPT)]
    assert {"packs": 2, "size": 24.0} in gaps[0].facts["receipt"] and {"was_low": True} in gaps[0].facts["receipt"]


def test_r10_an_order_and_its_later_invoice_are_a_pair():
    """The order takes the stock, the invoice only tells."""
    shelves = [shelf((0, 12), (0.5, 10))]
    counted = count(shelves, [event(-2, 1.5)])
    assert off(counted) == 0
    assert causes(guess(counted, shelves)) == [(-2, Cause.ORDER), (2, Cause.ORDER)]


def test_r11_a_sale_dated_back_counts_when_it_was_first_seen():
    """It was not there at the reading after the opening snapshot, so its stock left later, whatever it says."""
    late = event(-1, 0.01, earliest=at(0.01), latest=at(1.01))
    counted = count([shelf((0, 9), (0.7, 8))], [late])
    assert (units(counted.expected), off(counted)) == (8, 0)


def test_r12_a_hidden_warehouse_is_not_computed():
    """Its row is gone, which says nothing about its stock."""
    counted = count([shelf((0, 7), (0.5, None))], [])
    assert (counted.actual, counted.unexplained, counted.gaps) == (None, None, [])


def test_r12_a_renamed_warehouse_is_the_same_one():
    """One vanished while a new one shows the same stock."""
    counted = count([shelf((0, 7), (0.5, None)), shelf((0.5, 7), place="Centro/Nueva", place_since=at(0.5))], [])
    assert off(counted) == 0


def test_r12_a_warehouse_that_comes_back_is_counted_from_end_to_end():
    """Hidden in between, known at both ends: seven then, five now, two sold."""
    counted = count([shelf((0, 7), (0.5, None), (1.5, 5))], [event(-2, 0.8)])
    assert (off(counted), counted.gaps) == (0, [])


def test_a_new_row_in_a_known_warehouse_began_at_nothing():
    """A purchase opened it; what stands there came without a document."""
    shelves = [shelf((0, 5)), shelf((0.5, 12), place="Norte/Bodega 2", place_since=at(-5))]
    assert off(count(shelves, [])) == 12


def test_a_row_that_comes_with_its_warehouse_was_never_counted():
    """Nobody knows what the warehouse held before it was shown."""
    shelves = [shelf((0, 5)), shelf((0.5, 12), place="Norte/Bodega 2", place_since=at(0.5))]
    assert count(shelves, []).actual is None


def test_a_document_of_before_the_opening_counts_only_if_it_fits():
    """Ninety days of history come with the first reading: they took their stock long ago."""
    shelves = [shelf((0, 9))]
    assert off(count(shelves, [event(-4, -50)])) == 0
    unread = event(-4, -50, earliest=0, latest=at(0.5))
    assert off(count(shelves, [unread])) == 0


def test_a_late_document_explains_exactly_or_not_at_all():
    """Its bounds allow both sides of the opening: four are gone and it speaks of four, so it is late."""
    late = event(-4, -0.1, earliest=at(-1), latest=at(0.5))
    counted = count([shelf((0, 9), (0.5, 5))], [late])
    assert off(counted) == 0 and Cause.LATE in counted.notes
    assert off(count([shelf((0, 9), (0.5, 6))], [late])) == -3


def test_a_sale_at_the_edge_of_a_reading_goes_to_the_window_that_shows_it():
    """Saved while the pages were read: the first snapshot does not have it yet, the second does."""
    moments = Moments([at(0), at(1), at(2)], [at(0) - 5000, at(1) - 60_000, at(2) - 60_000])
    edge = event(-2, 0.995)
    counted = balance(1, [shelf((0, 30), (1.5, 28))], [edge], moments)
    assert off(counted) == 0 and counted.gaps == []


def test_a_deleted_sale_gives_nothing_back_unless_the_stock_says_so():
    """Deleting a document moves no stock; some people put the goods back by hand."""
    deleted = event(3, 0.5, "cancelled", optional=True)
    assert off(count([shelf((0, 9))], [deleted])) == 0
    assert off(count([shelf((0, 9), (0.6, 12))], [deleted])) == 0
    assert off(count([shelf((0, 9), (0.6, 10))], [deleted])) == 1


def test_a_sale_that_moved_nothing_is_told_as_such():
    """An imported sale looks like any other; the shelf knows better."""
    shelves = [shelf((0, 9))]
    assert causes(guess(count(shelves, [event(-3, 0.5)]), shelves)) == [(3, Cause.NO_MOVEMENT)]


def test_a_refund_without_its_goods_is_a_line_of_its_own():
    """The money went back, the shelf stayed as it was."""
    shelves = [shelf((0, 9))]
    assert causes(guess(count(shelves, [event(1, 0.5, "return")]), shelves)) == [(-1, Cause.NO_RESTOCK)]


def test_a_negative_figure_put_right_is_an_edit():
    """Minus two became zero with no document."""
    shelves = [shelf((0, -2), (0.5, 0))]
    assert causes(guess(count(shelves, []), shelves)) == [(2, Cause.EDIT)]


def test_a_consignment_billed_in_two_readings_is_a_pair():
    """Billing rewrites the row and opens another for the rest, which moves no stock."""
    shelves = [shelf((0, 20))]
    events = [event(6, 0.5), event(-6, 1.5, state="Consigna")]
    assert {gap.cause for gap in guess(count(shelves, events), shelves)} == {Cause.CONSIGNMENT}


def test_a_receipt_does_not_hide_a_loss():
    """Twenty-four came in the morning and three went in the afternoon: two gaps, never a net one."""
    shelves = [shelf((0, 4), (0.5, 28), (2.5, 25), minimum=5)]
    counted = count(shelves, [], snapshots=4)
    assert causes(guess(counted, shelves)) == [(24, Cause.RECEIPT), (-3, Cause.SHORT)]


def test_quantities_of_six_places_add_up_exactly():
    """A thousand sales of a tenth are a hundred, not 99.9999999."""
    events = [event(-0.1, 0.0005 * number) for number in range(1, 1001)]
    assert off(count([shelf((0, 100.3), (0.6, 0.3))], events)) == 0


def test_a_product_first_seen_later_opens_where_it_was_first_seen():
    """What was before is not known, and no loss."""
    counted = count([shelf((1.0, 12), (1.5, 10), place_since=at(-3))], [event(-2, 1.2)])
    assert (units(counted.opening), off(counted)) == (12, 0)


def test_windows_are_counted_from_the_first_snapshot():
    """The moment of a snapshot itself belongs to the window that it closes."""
    moments = hourly(3)
    assert [moments.window(at(hour)) for hour in (-1, 0, 0.5, 1, 1.5, 2.5)] == [0, 0, 1, 1, 2, 3]


def test_goods_that_came_to_one_branch_do_not_pay_for_what_another_lacks():
    """Twelve came to the north in the hour in which three went in the centre: two gaps, one of them undocumented."""
    shelves = [shelf((0, 20), (0.5, 17)), shelf((0, 3), (0.5, 15), place="Norte/Bodega 2", minimum=5)]
    gaps = guess(count(shelves, []), shelves, pack=micro(12))
    assert sorted(causes(gaps)) == [(-3, Cause.SHORT), (12, Cause.RECEIPT)]


def test_a_transfer_beside_a_loss_leaves_the_loss():
    """Five went from the centre to the north, and two from the south to nowhere."""
    shelves = [
        shelf((0, 20), (0.5, 15)),
        shelf((0, 3), (0.5, 8), place="Norte/B2"),
        shelf((0, 9), (0.5, 7), place="Sur/B3"),
    ]
    assert sorted(causes(guess(count(shelves, []), shelves))) == [(-2, Cause.SHORT), (0, Cause.TRANSFER)]


def test_a_product_that_only_shows_after_the_last_snapshot_waits_for_the_next():
    """Read between two snapshots by a shorter list; nothing can be said of it yet."""
    counted = count([shelf((2.5, 20), minimum=5)], [event(-1, 2.6)])
    assert (counted.opening, counted.actual, counted.gaps, counted.pending) == (None, None, [], True)


def test_a_product_whose_rows_stay_hidden_is_not_looked_at_for_ever():
    """Nothing is known at either end, and nothing is waited for."""
    counted = count([shelf((-2, None))], [])
    assert (counted.opening, counted.actual, counted.pending) == (None, None, False)


def test_a_year_of_the_best_seller_is_counted_in_the_time_of_its_lines():
    """Sixty sales and two losses a day: the work grows with the lines of a product, not with their square."""
    days, step = 365, 24 / 62
    falls = [number for number in range(days * 62) if number % 31 == 30]
    steps = [(number * step + 0.3, 40_000 - number) for number in range(days * 62)]
    sales = [event(-1, number * step + 0.25) for number in range(1, days * 62) if number not in set(falls)]
    shelves = [shelf((-1, 40_001), *steps, place="Centro/Bodega 1"), shelf((-1, 5), place="Norte/Bodega 2")]
    started = process_time()
    counted = balance(1, shelves, sales, hourly(days * 24))
    gaps = guess(counted, shelves)
    # A second and less; one that looks through the whole year for each of its windows needs a minute.
    assert process_time() - started < 10
    assert sum(gap.units for gap in gaps) == counted.unexplained == micro(-len([one for one in falls if one]))
