"""What the lanes between and beside the sweeps read, and what they may conclude from it."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from alertd.engine.cycle import due_lanes
from alertd.sandbox.smartpyme.model import SaleLine
from alertd.store import alerts, documents, quarantine

from .workbench import LOW_RULE, WAREHOUSE, Workbench, row

Make = Callable[..., Workbench]


def sold(bench: Workbench, product: int) -> float:
    """Units of a product that count as sold, over all days."""
    return (
        bench.context.store.value(
            "SELECT sum(sold) FROM product_day d JOIN product p ON p.id = d.product_id WHERE p.external_id = ?",
            (product,),
        )
        or 0.0
    )


def moved(bench: Workbench) -> dict[tuple[str, Any], float]:
    """The sum of all movements by kind of document and product."""
    return {
        (each["kind"], each["product"]): each["units"]
        for each in bench.context.store.rows(
            "SELECT d.kind, p.external_id AS product, round(sum(m.quantity), 6) AS units FROM movement m"
            " JOIN document d ON d.id = m.document_id LEFT JOIN product p ON p.id = m.product_id GROUP BY 1, 2"
        )
        if each["units"]
    }


# The low lane


def test_the_low_lane_finds_a_new_low_between_sweeps(bench: Workbench) -> None:
    """A few pages instead of the whole catalogue."""
    bench.shop.set_level(1, WAREHOUSE, stock=3)
    done = bench.poll("low")
    assert (done.complete, done.pages, bench.alerts()) == (True, 1, [(1, "warning")])


def test_the_low_lane_never_clears_what_it_does_not_list(bench: Workbench) -> None:
    """Exactly at the minimum is low, though the server's filter leaves it out."""
    bench.shop.set_level(1, WAREHOUSE, stock=3)
    bench.poll()
    bench.shop.set_level(1, WAREHOUSE, stock=4)
    bench.clock.forward(minutes=5)
    assert bench.poll("low").products == 0
    assert bench.alerts() == [(1, "warning")]


def test_a_sweep_spares_the_low_lane_its_next_turn(make: Make) -> None:
    """What the sweep has just read is not read again a moment later."""
    bench = make(products=3, sweep_every=3600.0)
    assert [poll.lane for poll in bench.turn().polls] == ["sweep", "sales", "returns"]
    assert bench.turn().polls == []
    bench.clock.forward(minutes=5)
    assert [poll.lane for poll in bench.turn().polls] == ["low", "sales", "returns"]


# One product asked for before something critical is told


def test_a_critical_alert_out_of_the_low_lane_is_confirmed_first(bench: Workbench) -> None:
    """The product is asked for on its own, and as it is really at zero the alert fires."""
    bench.shop.set_level(1, WAREHOUSE, stock=-1)
    bench.poll("low")
    assert bench.calls("inventory/") == ["inventory/1"]
    assert bench.alerts() == [(1, "critical")]


def test_a_confirmation_that_contradicts_mends_the_level_instead(bench: Workbench) -> None:
    """Delivered in the same minute: nothing is told, and the level is the new one."""
    bench.shop.set_level(1, WAREHOUSE, stock=-1)

    def delivered(*_: object) -> None:
        bench.shop.set_level(1, WAREHOUSE, stock=12)

    bench.context.progress = delivered
    done = bench.cycle("low")
    assert (bench.alerts(), done.new_firing, bench.levels()[1, WAREHOUSE]) == ([], 0, 12)


def test_a_confirmation_that_cannot_be_had_holds_nothing_back(bench: Workbench) -> None:
    """A late alarm helps nobody; the reading it came from stands."""
    bench.shop.set_level(1, WAREHOUSE, stock=-1)
    bench.shop.faults.add("500", path="inventory/1")
    bench.poll("low")
    assert bench.alerts() == [(1, "critical")]


def test_only_a_few_products_are_asked_for_in_a_cycle(make: Make) -> None:
    """Thirty at once are told of; ten of them were looked at again."""
    bench = make(products=40)
    bench.poll()
    for number in range(1, 31):
        bench.shop.set_level(number, WAREHOUSE, stock=-1)
    bench.poll("low")
    assert len(bench.calls("inventory/")) == 10 and len(bench.alerts()) == 30


def test_a_fresh_sweep_needs_no_confirmation(bench: Workbench) -> None:
    """What has just been read whole is not asked for again."""
    bench.shop.set_level(1, WAREHOUSE, stock=0)
    bench.poll("sweep")
    assert bench.alerts() == [(1, "critical")] and bench.calls("inventory/") == []


def test_what_waited_out_its_time_on_an_old_sweep_is_looked_at_again(make: Make) -> None:
    """A rule with `for:` ripens by the clock alone; half an hour after the last sweep the shelf may be full again."""
    bench = make(products=1)
    bench.rule(LOW_RULE + "for: 20m\n")
    bench.shop.set_level(1, WAREHOUSE, stock=0)
    bench.poll()
    assert bench.alerts("pending") == [(1, "critical")]
    bench.shop.set_level(1, WAREHOUSE, stock=9)
    for _ in range(6):
        bench.clock.forward(minutes=5)
        bench.cycle("sales")
    assert bench.alerts() == [] and bench.levels()[1, WAREHOUSE] == 9
    assert bench.calls("inventory/") == ["inventory/1"]


def test_nothing_ripens_while_the_catalogue_cannot_be_read(make: Make) -> None:
    """Sales still answer, the stock does not: pending stays pending, firing stays firing."""
    bench = make(products=2)
    bench.rule(LOW_RULE + "for: 20m\n")
    bench.shop.set_level(1, WAREHOUSE, stock=1)
    bench.poll()
    bench.shop.faults.add("500", path="inventory")
    bench.clock.forward(minutes=10)
    assert not bench.poll().complete
    for _ in range(6):
        bench.clock.forward(minutes=5)
        assert bench.cycle("sales").polls[0].complete
    assert (bench.alerts(), bench.alerts("pending")) == ([], [(1, "warning")])


# Sales and returns


def test_a_sale_is_booked_once_however_often_it_is_read(bench: Workbench) -> None:
    """The window is read at every poll."""
    bench.shop.sell([(1, 2)], WAREHOUSE)
    for _ in range(3):
        bench.poll("sales")
        bench.clock.forward(minutes=5)
    assert (sold(bench, 1), moved(bench)) == (2, {("sale", 1): -2})


def test_a_rule_about_sales_hears_of_them_in_the_cycle_that_read_them(bench: Workbench) -> None:
    """The catalogue is read first and judged; the documents that come after it are judged as well."""
    bench.rule("name: sells\non: sales\nwindow: 1d\nwhen: units >= 2\n", "sells")
    bench.cycle("sweep", "sales", "returns")
    bench.clock.forward(minutes=5)
    bench.shop.sell([(1, 2)], WAREHOUSE)
    done = bench.cycle("sweep", "sales", "returns")
    assert (done.new_firing, bench.alerts()) == (1, [(1, "warning")])
    bench.clock.forward(minutes=5)
    assert bench.cycle("sweep", "sales", "returns").new_firing == 0


def test_a_short_look_that_failed_once_does_not_keep_a_rule_about_sales_from_hearing(bench: Workbench) -> None:
    """The sweep after it is whole, and spares the short look from then on: its failure is no news any more."""
    bench.rule("name: sold\non: sales\nwindow: 2d\nwhen: units > 2\n", "sold")
    bench.cycle("sweep", "sales", "returns")
    bench.shop.faults.add("500", path="inventory", times=9)
    assert not bench.poll("low").complete
    bench.shop.faults.clear()
    bench.clock.forward(minutes=5)
    bench.shop.sell([(1, 3)], WAREHOUSE)
    bench.cycle("sweep", "sales", "returns")
    assert [row["rule"] for row in alerts.list_alerts(bench.context.store, "firing")].count("sold") == 1


def test_a_cancelled_sale_is_booked_back_when_it_is_noticed(bench: Workbench) -> None:
    """What left comes back, at the moment the change was seen."""
    sale = bench.shop.sell([(1, 2)], WAREHOUSE)
    bench.poll("sales")
    bench.clock.forward(days=1)
    bench.shop.cancel_sale(sale)
    bench.poll("sales")
    assert (sold(bench, 1), moved(bench)) == (0, {})
    kinds = [each["kind"] for each in bench.context.store.rows("SELECT kind FROM movement ORDER BY id")]
    assert kinds == ["sale", "sale cancelled"]


def test_an_edited_sale_books_only_the_difference(bench: Workbench) -> None:
    """Two became five: three more left."""
    sale = bench.shop.sell([(1, 2)], WAREHOUSE)
    bench.poll("sales")
    bench.shop.sales[sale].detalles[0].cantidad = Decimal(5)
    bench.clock.forward(minutes=5)
    assert bench.poll("sales").changed == 1
    units = [each["quantity"] for each in bench.context.store.rows("SELECT quantity FROM movement ORDER BY id")]
    assert (units, sold(bench, 1)) == ([-2, -3], 5)


def test_a_billed_consignment_nets_out(bench: Workbench) -> None:
    """Lines rewritten, date replaced, the rest in a new row: all in all five units left the shelf, and did before."""
    sale = bench.shop.sell([(1, 5)], WAREHOUSE, estado="Consigna")
    bench.poll("sales")
    bench.clock.forward(days=10)
    rest = bench.shop.bill_consignment(sale, [(1, 3)])
    assert rest is not None
    bench.poll("sales")
    assert moved(bench) == {("sale", 1): -5} and sold(bench, 1) == 5
    days = dict(bench.context.store.execute("SELECT day, sold FROM product_day WHERE sold <> 0").fetchall())
    assert len(days) == 1 and set(days.values()) == {5}


def test_a_deleted_sale_is_booked_back(bench: Workbench) -> None:
    """It vanished from a list that is whole, and the server does not know it any more."""
    sale = bench.shop.sell([(1, 2)], WAREHOUSE)
    bench.shop.sell([(2, 1)], WAREHOUSE)
    bench.poll("sales")
    bench.shop.delete_sale(sale)
    bench.clock.forward(minutes=5)
    assert bench.poll("sales").gone == 1
    assert moved(bench) == {("sale", 2): -1} and bench.calls(f"sales/{sale}") == [f"sales/{sale}"]


def test_a_sale_given_another_date_is_not_a_deleted_one(bench: Workbench) -> None:
    """It left the window by its date alone: it is asked for, and kept under the new one."""
    sale = bench.shop.sell([(1, 2)], WAREHOUSE)
    bench.poll("sales")
    bench.shop.sales[sale].fecha = bench.clock.now.date().replace(month=8)
    bench.clock.forward(minutes=5)
    done = bench.poll("sales")
    assert (done.gone, done.changed, moved(bench)) == (0, 1, {("sale", 1): -2})


def test_a_list_that_leaves_out_what_is_there_is_not_believed(bench: Workbench) -> None:
    """The server claims that no sale was made, and still has each of them."""
    for _ in range(4):
        bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.poll("sales")
    before, kept = bench.dump("rule_evaluation", "source"), dict(bench.shop.sales)

    def empty_list(*_: object) -> None:
        bench.shop.sales.update(kept)

    bench.shop.sales.clear()
    bench.context.progress = empty_list
    bench.clock.forward(minutes=5)
    done = bench.poll("sales")
    assert not done.complete and "left out 4" in str(done.error)
    assert bench.dump("rule_evaluation", "source") == before


def test_old_sales_that_change_are_seen_by_the_daily_reading(bench: Workbench) -> None:
    """Twenty days back: too old for each poll, not for the one that goes deep."""
    sale = bench.shop.sell([(1, 2)], WAREHOUSE, at=bench.clock.now)
    bench.poll("sales")
    bench.clock.forward(days=20)
    bench.poll("sales")
    bench.shop.cancel_sale(sale)
    bench.clock.forward(minutes=5)
    bench.poll("sales")
    assert sold(bench, 1) == 2
    bench.clock.forward(days=1)
    bench.poll("sales")
    assert sold(bench, 1) == 0


def test_a_history_larger_than_the_quota_goes_on_where_it_stopped(bench: Workbench) -> None:
    """The hour ran out after a few weeks; the next poll does not begin at the beginning."""
    bench.shop.quota.standard = bench.shop.quota.with_date_filters = bench.used() + 4
    done = bench.poll("sales")
    assert not done.complete and done.error_kind == "quota"
    first = [call for call in bench.calls("sales?") if "fecha_inicio=2026-11-17" in call]
    bench.shop.quota.standard, bench.shop.quota.with_date_filters = 1000, 2000
    bench.clock.forward(hours=1, minutes=2)
    assert bench.poll("sales").complete
    weeks = [call.partition("fecha_inicio=")[2][:10] for call in bench.calls("sales?")]
    older = [week for week in weeks if week != "2026-11-17"]
    # The refused call is asked again; every other week is read exactly once.
    assert len(first) == 1 and len(set(older)) >= len(older) - 1 and min(older) == "2026-08-22"


def test_the_window_is_the_day_of_the_server(bench: Workbench) -> None:
    """Half past one at night in UTC is the evening before in El Salvador."""
    bench.clock.forward(hours=13, minutes=20)
    bench.shop.sell([(1, 2)], WAREHOUSE)
    bench.poll("sales")
    assert bench.context.store.value("SELECT date FROM document") == "2026-11-20"
    assert "fecha_inicio=2026-11-17&fecha_fin=2026-11-27" in bench.calls("sales?")[0]


def test_a_return_takes_its_branch_from_its_sale(bench: Workbench) -> None:
    """Returns name no branch; where the goods were sold is the best there is."""
    sale = bench.shop.sell([(1, 3)], WAREHOUSE)
    bench.shop.return_(sale, [(1, 1)])
    bench.cycle("sales", "returns")
    branch = bench.context.store.value("SELECT branch FROM document WHERE kind = 'return'")
    assert branch == "Sucursal Central" and moved(bench) == {("sale", 1): -3, ("return", 1): 1}


def test_money_and_cancelled_returns_move_nothing(bench: Workbench) -> None:
    """They are in the list, and kept, and that is all."""
    sale = bench.shop.sell([(1, 3)], WAREHOUSE)
    bench.shop.return_(sale, [(1, 1)], "descuento_ajuste")
    cancelled = bench.shop.return_(sale, [(1, 1)])
    bench.shop.cancel_return(cancelled)
    done = bench.poll("returns")
    assert (done.products, moved(bench)) == (2, {})


def test_an_unknown_state_counts_and_is_said_once(bench: Workbench, capsys) -> None:
    """Kept, taken as moving stock, and reported to a person the first time it is met."""
    for _ in range(2):
        bench.shop.sell([(1, 1)], WAREHOUSE, estado="Apartado")
    for _ in range(2):
        bench.poll("sales")
        bench.clock.forward(minutes=5)
    found = documents.unknown_states(bench.context.store, bench.source.id)
    assert [(each["state"], each["documents"]) for each in found] == [("Apartado", 2)]
    assert sold(bench, 1) == 2
    assert capsys.readouterr().out.count("unknown state of a document") == 1


def test_lines_without_a_known_product_are_shown_not_guessed(bench: Workbench) -> None:
    """Two products share a name and none a code: the line stays open, for a person to see."""
    bench.shop.add_product(id=8, nombre="Camiseta", inventarios=[row(5)])
    bench.shop.add_product(id=9, nombre="Camiseta", inventarios=[row(5)])
    bench.poll()
    bench.shop.sell([(8, 1)], WAREHOUSE)
    bench.poll("sales")
    lines = documents.unmatched_lines(bench.context.store, bench.source.id)
    assert [(each["name"], each["quantity"]) for each in lines] == [("Camiseta", 1)]
    bench.shop.products[9].nombre = "Camiseta roja"
    bench.shop._changed(9)
    bench.clock.forward(minutes=5)
    bench.poll()
    assert documents.unmatched_lines(bench.context.store, bench.source.id) == [] and sold(bench, 8) == 1


def test_a_line_keeps_its_product_when_that_is_deleted(bench: Workbench) -> None:
    """The code vanishes from the line when the product goes; what was sold was sold."""
    sale = bench.shop.sell([(2, 3)], WAREHOUSE, estado="Pendiente")
    bench.poll("sales")
    bench.shop.remove_product(2, soft=True)
    bench.shop.pay(sale, 1000)
    bench.clock.forward(minutes=5)
    assert bench.poll("sales").changed == 1
    assert sold(bench, 2) == 3 and moved(bench) == {("sale", 2): -3}


def test_a_line_of_lots_is_matched_by_its_first_line(bench: Workbench) -> None:
    """The server appends the lots after a line break."""
    bench.shop.add_product(id=7, nombre="Yogur", inventarios=[row(9)])
    bench.poll()
    line = SaleLine(7, Decimal(2), Decimal(1), Decimal(2), nombre="Yogur\nLote 12: 2")
    now = bench.clock.now
    bench.shop.add_sale(fecha=now.date(), created_at=now, detalles=[line])
    bench.poll("sales")
    assert sold(bench, 7) == 2


def test_an_unreadable_sale_is_set_aside_and_not_deleted(bench: Workbench) -> None:
    """Its copy stays as it was; when it can be read again nobody speaks of it any more."""
    bench.shop.sell([(1, 2)], WAREHOUSE)
    bench.poll("sales")
    for fault in ("text_number", "no_id"):
        bench.shop.faults.add(fault, path="sales", times=1)
        bench.clock.forward(minutes=5)
        done = bench.poll("sales")
        assert (done.complete, done.quarantined, done.gone, sold(bench, 1)) == (True, 1, 0, 2)
        assert len(quarantine.list_quarantine(bench.context.store, bench.source.id)) == 1
    bench.clock.forward(minutes=5)
    bench.poll("sales")
    assert quarantine.list_quarantine(bench.context.store, bench.source.id) == []


def test_torn_sales_are_read_again_in_another_order(bench: Workbench) -> None:
    """The total fits and the ids do not; the second walk has what the first one lost."""
    for number in range(250):
        bench.shop.sell([(1 + number % 3, 1)], WAREHOUSE)
    bench.shop.faults.add("torn", path="sales", times=1, after=1)
    done = bench.poll("sales")
    assert (done.complete, done.new) == (True, 250)
    assert any("order_direction=desc" in call for call in bench.calls("sales?"))


# A server that cannot list sales


def test_a_server_that_cannot_list_sales_is_watched_for_stock_alone(make: Make) -> None:
    """The lane says why and stops for a day; the stock goes on being read."""
    bench = make("unified", products=2)
    bench.shop.sell([(1, 1)], WAREHOUSE)
    cycle = bench.turn()
    assert [(poll.lane, poll.complete) for poll in cycle.polls] == [
        ("sweep", True),
        ("sales", False),
        ("returns", True),
    ]
    assert "cannot list sales" in str(cycle.polls[1].error) and bench.source.dialect == "unified"
    asked = len(bench.calls("sales"))
    for _ in range(10):
        bench.clock.forward(minutes=30)
        assert all(poll.complete for poll in bench.turn().polls)
    assert len(bench.calls("sales")) == asked and bench.source.dialect == "unified"
    bench.clock.forward(hours=20)
    assert "sales" in [poll.lane for poll in bench.turn().polls]


def test_a_server_that_is_down_is_not_taken_for_one_that_cannot(bench: Workbench) -> None:
    """List and summary fail alike: an outage, tried again soon."""
    bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.shop.faults.add("500", path="sales")
    done = bench.poll("sales")
    assert (done.error_kind, bench.lane("sales")["stopped"]) == ("server", None)


def test_a_page_too_heavy_for_the_server_is_asked_for_in_smaller_parts(bench: Workbench) -> None:
    """Three times a 500 for a hundred sales, and twenty at a time come through."""
    bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.shop.faults.add("500", path="sales", times=3)
    done = bench.poll("sales")
    assert (done.complete, done.new, bench.lane("sales")["stopped"]) == (True, 1, None)
    assert any("per_page=20&" in call for call in bench.calls("sales?"))


def test_a_person_gets_a_sweep_after_one_that_failed(make: Make) -> None:
    """Once an hour was asked for, and the sales are due; but the stock was never read."""
    bench = make(products=3, sweep_every=3600.0)
    bench.shop.faults.add("500", path="inventory", times=9)
    assert not bench.poll("sweep").complete
    bench.shop.faults.clear()
    assert due_lanes(bench.context, bench.source, foreground=True)[0] == "sweep"
    assert bench.poll("sweep").complete
    bench.clock.forward(minutes=6)
    assert "sweep" not in due_lanes(bench.context, bench.source, foreground=True)


def test_a_page_that_times_out_is_asked_for_in_smaller_parts(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times no answer in time for a hundred sales, and twenty at a time come through."""
    monkeypatch.setattr("alertd.sources.http.READ_SECONDS", 0.3)
    waiting = threading.Event()
    bench.shop.faults.sleep = lambda _seconds: (waiting.wait(5), None)[1]
    bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.shop.faults.add("slow", path="sales", times=3)
    done = bench.poll("sales")
    waiting.set()
    assert (done.error, done.complete, done.new, bench.lane("sales")["stopped"]) == (None, True, 1, None)
    assert any("per_page=20&" in call for call in bench.calls("sales?"))


def test_a_server_that_never_answers_in_time_is_merely_down(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither list nor summary answers: an outage, tried again soon."""
    monkeypatch.setattr("alertd.sources.http.READ_SECONDS", 0.3)
    waiting = threading.Event()
    bench.shop.faults.sleep = lambda _seconds: (waiting.wait(5), None)[1]
    bench.shop.faults.add("slow", path="sales")
    done = bench.poll("sales")
    waiting.set()
    assert (done.error_kind, bench.lane("sales")["stopped"]) == ("unreachable", None)
