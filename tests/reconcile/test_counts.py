"""Counting by hand and typing what the system does not tell: booked once, kept for good, used at once."""

from datetime import date

import pytest

from alertd.errors import UsageTrouble
from alertd.reconcile import counts, typed
from alertd.reconcile.nouns import Cause
from alertd.store import counts as rows
from alertd.store import reconciliation

from .conftest import MAIN

TODAY = date(2026, 11, 20)


def key(bench, code):
    return bench.context.store.value("SELECT id FROM product WHERE code = ?", (code,))


def csv_of(*lines):
    return "\n".join(lines).encode()


def test_k1_accuracy_is_the_share_of_counts_that_found_the_book_right():
    """Forty counts, thirty-four exact: 85 %."""
    told = [{"product_id": number, "at": 0, "difference": 1.0 if number < 6 else 0.0} for number in range(40)]
    assert counts.accuracy(told) == 0.85


def test_k2_five_more_here_and_five_fewer_there_is_accurate():
    """The goods are all there, only on another shelf."""
    told = [{"product_id": 1, "at": 0, "difference": 5.0}, {"product_id": 1, "at": 1, "difference": -5.0}]
    assert counts.accuracy(told) == 1.0 and counts.accuracy([]) is None


def test_shrinkage_is_what_is_missing_at_cost_over_net_sales():
    """What was found too much does not pay for it."""
    told = [{"difference": -3.0, "cost": 4.0}, {"difference": 9.0, "cost": 4.0}]
    assert counts.shrinkage(told, 600.0) == 0.02 and counts.shrinkage(told, 0.0) is None


def test_a_count_is_kept_also_when_it_found_nothing(bench):
    """Counted and equal, with its date, is news about the books too."""
    bench.product("A-1", 20)
    bench.poll()
    found = counts.enter(bench.context.store, 1, key(bench, "A-1"), 20, bench.clock.moment(), by="marta")
    assert (found.book, found.difference, found.value) == (20, 0, 0)
    assert counts.standing(bench.context.store, 1, bench.clock.moment())["accuracy"] == 1.0
    assert rows.counts(bench.context.store, 1, 0)[0]["by"] == "marta"


def test_a_difference_that_was_counted_explains_the_adjustment_that_follows(bench):
    """Three were missing on the shelf; days later somebody puts the system right."""
    product = bench.product("A-1", 20)
    bench.poll()
    assert counts.enter(bench.context.store, 1, key(bench, "A-1"), 17, bench.clock.moment()).value == -6
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=17)
    bench.poll()
    bench.poll()
    line = bench.line("A-1")
    assert (line.adjustments, line.unexplained) == (-3, 0)


def test_a_count_of_less_than_nothing_is_refused(bench):
    """And nothing is kept of it."""
    bench.product("A-1", 20)
    bench.poll()
    with pytest.raises(UsageTrouble):
        counts.enter(bench.context.store, 1, key(bench, "A-1"), -1, bench.clock.moment())
    assert rows.counts(bench.context.store, 1, 0) == []


def test_the_sheet_begins_where_an_error_is_likely_and_dear(bench):
    """A product with a gap comes before one without; a product just counted comes last."""
    gap, quiet = bench.product("GAP", 20), bench.product("QUIET", 20)
    bench.product("NEGATIVE", -2)
    bench.poll()
    bench.shop.set_level(gap, MAIN, stock=14)
    bench.poll()
    bench.poll()
    counts.enter(bench.context.store, 1, key(bench, "QUIET"), 20, bench.clock.moment())
    sheet = counts.sheet(bench.context.store, 1, bench.clock.moment())
    assert [line.codigo for line in sheet] == ["GAP", "NEGATIVE", "QUIET"] and quiet
    assert len(counts.sheet(bench.context.store, 1, bench.clock.moment(), size=1)) == 1


def test_a_typed_receipt_explains_what_came_in(bench):
    """Upload, preview, book; the same file once more books nothing."""
    product = bench.product("A-1", 20)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=44)
    bench.poll()
    bench.poll()
    file = csv_of("Código;Cantidad;Fecha;Tipo;Nota", "A-1;24,0;20/11/2026;Entrada;Factura 77")
    found = typed.preview(bench.context.store, 1, file, TODAY)
    assert found.errors == [] and [entry.quantity for entry in found.entries] == [24]
    told = {"zone": "America/El_Salvador", "now": bench.clock.moment()}
    assert typed.book(bench.context.store, 1, found.entries, **told) == 1
    assert typed.book(bench.context.store, 1, found.entries, **told) == 0
    assert (bench.line("A-1").receipts, bench.line("A-1").unexplained) == (24, 0)


def test_the_preview_names_every_line_that_cannot_be_used(bench):
    """The others can be booked all the same."""
    bench.product("A-1", 20)
    bench.poll()
    lines = """codigo,cantidad,fecha,tipo
A-1,2,,
NADA,2,,
A-1,dos,,
A-1,0,,
A-1,1,2026-02-30,
A-1,1,,otra
A-1,-1,,entrada
=A1,1,,
A-1,1,2027-01-01,
A-1"""
    found = typed.preview(bench.context.store, 1, lines.encode(), TODAY)
    assert [entry.line for entry in found.entries] == [2]
    assert [fault.line for fault in found.errors] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert all(len(fault.said(language)) < 120 for fault in found.errors for language in ("es", "pt", "en"))


@pytest.mark.parametrize(
    "file",
    [b"", b"a;b;c\n1;2;3", b"PK\x03\x04", b"codigo\nA-1", b"codigo,cantidad\n\x00"],
    ids=lambda each: repr(each)[:20],
)
def test_a_file_without_its_columns_is_one_sentence(bench, file):
    """It says which columns there must be."""
    with pytest.raises(UsageTrouble):
        typed.preview(bench.context.store, 1, file, TODAY)


def test_a_hundred_thousand_lines_are_read(bench):
    """A whole year of receipts in one file."""
    bench.product("A-1", 20)
    bench.poll()
    file = csv_of("codigo,cantidad", *["A-1,1"] * 100_000)
    assert len(typed.preview(bench.context.store, 1, file, TODAY).entries) == 100_000


@pytest.mark.parametrize("answer", ["receipt", "adjustment", "transfer"])
def test_one_click_says_what_a_gap_was_and_it_is_used(bench, answer):
    """From then on it is part of the sum."""
    product = bench.product("A-1", 20)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=27)
    bench.poll()
    bench.poll()
    gap = reconciliation.variances(bench.context.store, 1, 0, bench.clock.moment())[0]
    assert gap["cause"] == Cause.SURPLUS
    typed.confirm(bench.context.store, 1, gap["id"], answer, now=bench.clock.moment(), by="marta")
    bench.poll()
    assert bench.line("A-1").unexplained == 0
    assert reconciliation.variances(bench.context.store, 1, 0, bench.clock.moment()) == []


def test_a_confirmed_loss_stays_a_difference_and_is_not_asked_about_again(bench):
    """It was broken; the figure remains, the question is answered."""
    product = bench.product("A-1", 20)
    bench.poll()
    bench.shop.set_level(product, MAIN, stock=17)
    bench.poll()
    bench.poll()
    gap = reconciliation.variances(bench.context.store, 1, 0, bench.clock.moment())[0]
    typed.confirm(bench.context.store, 1, gap["id"], "loss", now=bench.clock.moment(), note="se quebró")
    bench.poll()
    assert (bench.line("A-1").unexplained, bench.line("A-1").cause) == (-3, "merma")
    assert bench.report().undocumented() == []


def test_a_confirmed_factor_is_used_for_what_was_and_what_comes(bench):
    """One click instead of three cases."""
    product = bench.product("A-1", 200)
    bench.poll()
    bench.shop.sell([(product, 2)], MAIN, factors={product: 30})
    bench.poll()
    bench.poll()
    gap = reconciliation.variances(bench.context.store, 1, 0, bench.clock.moment())[0]
    typed.confirm(bench.context.store, 1, gap["id"], "factor", now=bench.clock.moment(), by="marta")
    bench.poll()
    assert (bench.line("A-1").expected, bench.line("A-1").unexplained) == (140, 0)


def test_a_gap_that_is_no_longer_there_cannot_be_answered(bench):
    """Somebody else was faster, or it was explained meanwhile."""
    with pytest.raises(UsageTrouble):
        typed.confirm(bench.context.store, 1, 99, "loss", now=0)
