"""A shop whose database comes back from a backup: nothing old is said again, nothing is invented, nothing is lost."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from alertd.engine.tending import tell_due
from alertd.notify.register import register
from alertd.reconcile.report import reconcile
from alertd.sandbox.smartpyme import Shop, serve
from alertd.store import backup, outbox, restored
from alertd.store.db import open_store
from tests.engine.workbench import LOW_RULE, WAREHOUSE, Clock, Workbench, row

HOUR = 3_600_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """Four products, all well; a channel; everything was read once."""
    clock = Clock()
    shop = Shop.empty(dialect="deployed", clock=clock)
    for identity in (1, 2, 3, 4):
        shop.add_product(
            id=identity, nombre=f"Producto {identity}", codigo=f"P-{identity}", costo=2,
            inventarios=[row(20, 4)], created_at=clock.now,
        )  # fmt: skip
    made = Workbench(shop, serve(shop), clock, tmp_path)
    made.rule(LOW_RULE.strip() + "\nrepeat: 6h\n")
    made.connect()
    register(made.context.store, made.context.vault, name="gancho", url="json://127.0.0.1:9/", now=clock.moment())
    made.turn()
    yield made
    made.server.close()
    made.close()


def pass_time(bench: Workbench, **much: float) -> None:
    bench.clock.forward(**much)
    bench.turn()


def messages(bench: Workbench, state: str) -> list[tuple[str, list[str]]]:
    """Each message of a state: its key, and what it says of which product."""
    found = []
    for key, content in bench.context.store.execute(
        "SELECT key, content FROM message WHERE state = ? ORDER BY id", (state,)
    ).fetchall():
        items = msgspec.json.decode(content).get("items", [])
        found.append((key, sorted(f"{each['event']} {each['subject']['codigo']}" for each in items)))
    return found


def send_all(bench: Workbench) -> None:
    """As if the channel had taken everything that waits."""
    store = bench.context.store
    for (key,) in store.execute("SELECT id FROM message WHERE state = 'waiting'").fetchall():
        outbox.mark_sent(store, key, now=bench.clock.moment())


def back_up(bench: Workbench, tmp_path: Path) -> Path:
    return backup.back_up(Path(bench.context.store.path), tmp_path / "copy.db").path


def restore(bench: Workbench, copy: Path) -> dict[str, int]:
    """What the command does, at the time of the bench."""
    now = bench.clock.moment()

    path = Path(bench.context.store.path)
    bench.context.store.close()
    done = restored.restore(copy, path, stamp="20261121-000000", now=now)
    bench.context.store = open_store(path)
    bench.context.rules = type(bench.context.rules)(bench.context.store, bench.context.rules_folder)
    return done.facts


def test_a_message_that_waited_then_is_not_sent_now_and_what_still_holds_is_told(bench: Workbench, tmp_path: Path):
    """It was sent since by the database that is gone; the same news under another number would be a second alarm, but
    nobody can know, so what is still true is told once, as it is now."""
    for identity in (1, 2):
        bench.shop.set_level(identity, WAREHOUSE, stock=Decimal(2))
    pass_time(bench, minutes=6)
    ((old_key, said),) = messages(bench, "waiting")
    assert said == ["firing P-1", "firing P-2"]
    copy = back_up(bench, tmp_path)
    send_all(bench)
    bench.shop.set_level(1, WAREHOUSE, stock=Decimal(20))
    pass_time(bench, hours=2)

    facts = restore(bench, copy)
    assert facts["messages_taken_back"] == 1
    assert messages(bench, "waiting") == []
    pass_time(bench, minutes=6)
    ((key, said),) = messages(bench, "waiting")
    assert key != old_key
    assert said == ["firing P-2"]


def test_nothing_is_said_before_the_shop_was_read_again(bench: Workbench, tmp_path: Path):
    """What a database of last week believes of stock is no news, not even as a reminder."""
    bench.shop.set_level(1, WAREHOUSE, stock=Decimal(2))
    pass_time(bench, minutes=6)
    copy = back_up(bench, tmp_path)
    bench.clock.forward(days=3)
    restore(bench, copy)
    bench.shop.faults.add("500")
    assert tell_due(bench.context) == 0
    bench.turn()
    assert tell_due(bench.context) == 0
    assert messages(bench, "waiting") == []
    bench.shop.faults.clear()
    pass_time(bench, hours=1)
    assert [said for _, said in messages(bench, "waiting")] == [["firing P-1"]]


def test_what_a_channel_was_told_is_not_told_again_and_its_reminder_waits_its_turn(bench: Workbench, tmp_path: Path):
    """It had its reminders while the other database was there."""
    bench.shop.set_level(1, WAREHOUSE, stock=Decimal(2))
    pass_time(bench, minutes=6)
    send_all(bench)
    copy = back_up(bench, tmp_path)
    bench.clock.forward(days=3)
    restore(bench, copy)
    pass_time(bench, minutes=6)
    assert messages(bench, "waiting") == []
    pass_time(bench, hours=7)
    assert [said for _, said in messages(bench, "waiting")] == [["reminder P-1"]] or len(
        messages(bench, "waiting")
    ) == 1


def test_no_product_is_called_gone_and_no_stock_is_called_missing(bench: Workbench, tmp_path: Path):
    """Days of sales lie between the copy and now, products came and went: all of it is explained by its documents."""
    copy = back_up(bench, tmp_path)
    for day in range(3):
        bench.clock.forward(days=1)
        bench.shop.sell([(1, 2), (2, 1)], WAREHOUSE)
        bench.shop.add_product(
            id=10 + day, nombre=f"Nuevo {day}", codigo=f"N-{day}", inventarios=[row(9, 1)], created_at=bench.clock.now
        )
        bench.turn()
    restore(bench, copy)
    for _ in range(4):
        pass_time(bench, minutes=6)
    assert messages(bench, "waiting") == []
    assert bench.alerts() == []
    store = bench.context.store
    assert store.value("SELECT count(*) FROM product WHERE absent_at IS NOT NULL OR gone_at IS NOT NULL") == 0
    assert bench.levels()[1, WAREHOUSE] == 14
    assert store.execute("SELECT product_id, units, cause FROM variance").fetchall() == []


def test_a_product_that_was_sold_out_for_good_since_is_missing_first_and_gone_later(bench: Workbench, tmp_path: Path):
    """The first reading after a restore cannot tell a removed product from one that is not listed just now."""
    copy = back_up(bench, tmp_path)
    bench.shop.remove_product(3)
    pass_time(bench, days=2)
    pass_time(bench, hours=1)
    restore(bench, copy)
    bench.turn()
    store = bench.context.store
    assert store.value("SELECT count(*) FROM product WHERE gone_at IS NOT NULL") == 0
    pass_time(bench, hours=1)
    assert store.value("SELECT count(*) FROM product WHERE gone_at IS NOT NULL") == 1


def test_leases_sessions_and_a_held_reading_of_then_are_over(bench: Workbench, tmp_path: Path):
    """The process that held a lane then is long gone; whoever signed out since stays signed out."""
    store = bench.context.store
    store.execute("INSERT INTO user (name, role, password, created_at) VALUES ('ana', 'admin', 'x', 1)")
    store.execute("INSERT INTO web_session VALUES ('d', 1, 1, 1, '', '')")
    store.execute("INSERT INTO held_sweep SELECT id, 1, 'odd', x'90' FROM source")
    store.execute("UPDATE lane SET lease_until = ?, lease_by = 'other:1:a.b'", (bench.clock.moment() + 20 * HOUR,))
    copy = back_up(bench, tmp_path)
    facts = restore(bench, copy)
    assert (facts["sessions_ended"], facts["held_readings_dropped"]) == (1, 1)
    bench.shop.set_level(1, WAREHOUSE, stock=Decimal(2))
    assert next(poll.complete for poll in bench.turn().polls)
    assert bench.alerts() == [(1, "warning")]


def test_the_reconciliation_of_the_pause_has_no_gaps(bench: Workbench, tmp_path: Path):
    """What the report says of the days between is what their documents say."""
    copy = back_up(bench, tmp_path)
    bench.clock.forward(days=2)
    bench.shop.sell([(1, 5)], WAREHOUSE)
    restore(bench, copy)
    for _ in range(3):
        pass_time(bench, minutes=6)
    now = bench.clock.moment()
    report = reconcile(bench.context.store, bench.source, now - 5 * 24 * HOUR, now)
    assert [(line.codigo, line.sold, line.unexplained) for line in report.lines if line.unexplained] == []
