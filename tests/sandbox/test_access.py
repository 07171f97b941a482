"""Who is let in, and how often: keys and the hourly quota."""

from collections.abc import Callable

from .conftest import Caller, StoppedClock

Make = Callable[..., Caller]
DATED = "sales?fecha_inicio=2026-11-01&fecha_fin=2026-11-30"


def test_one_counter_serves_both_ceilings(small: Make) -> None:
    """Dated calls beyond the lower ceiling shut out every call without dates, and nothing else."""
    caller = small()
    caller.shop.quota.standard, caller.shop.quota.with_date_filters = 3, 5
    assert [caller.raw(DATED).status_code for _ in range(4)] == [200] * 4
    assert caller.raw("inventory").status_code == 429
    assert caller.raw("system/rate-limit").status_code == 429
    assert [caller.raw(DATED).status_code for _ in range(2)] == [200, 429]


def test_both_names_make_a_call_dated_on_any_endpoint(small: Make) -> None:
    """Even empty, and where the dates mean nothing; one of them alone does not."""
    caller = small()
    caller.shop.quota.standard = 0
    assert caller.raw("inventory?fecha_inicio=&fecha_fin=").status_code == 200
    assert caller.raw("inventory?fecha_inicio=2026-11-01").status_code == 429


def test_the_hour_turns_with_the_clock(small: Make, clock: StoppedClock) -> None:
    """An exhausted key is let in again when the clock hour turns, a second before it is told so."""
    caller = small()
    caller.shop.quota.set_used(caller.key, 1000, clock())
    assert caller.raw("inventory").status_code == 429
    clock.forward(minutes=20, seconds=30)
    status = caller("system/rate-limit")["data"]
    assert (status["requests_used"], status["reset_time"]) == (1, "2026-11-20T13:00:00.999999Z")


def test_refused_calls_are_not_counted_and_failed_ones_are(small: Make, clock: StoppedClock) -> None:
    """400 and 404 of an endpoint count; 401, unknown paths, wrong methods and 429 do not."""
    caller = small()
    for path in ("inventory?per_page=0", "inventory/99"):
        caller.raw(path)
    for path, method in (("nowhere", "GET"), ("inventory", "POST")):
        caller.raw(path, method)
    caller.raw("inventory", headers={"Authorization": "Bearer nobody"})
    assert caller.shop.quota.used(caller.key, clock()) == 2


def test_letter_case_of_a_key_matters_to_the_counter_alone(small: Make, clock: StoppedClock) -> None:
    """The database ignores the case of a key, the counter goes by the text that was sent."""
    caller = small()
    assert caller.raw("inventory", headers={"Authorization": f"Bearer {caller.key.upper()}"}).status_code == 200
    assert caller.shop.quota.used(caller.key, clock()) == 0
    assert caller.raw("inventory", headers={"Authorization": f"bearer {caller.key}"}).status_code == 401


def test_a_revoked_key_works_on_for_an_hour(small: Make, clock: StoppedClock) -> None:
    """The lookup is cached; a refusal is not."""
    caller = small()
    caller.raw("inventory")
    caller.shop.keys.revoke(caller.key)
    clock.forward(minutes=59)
    assert caller.raw("inventory").status_code == 200
    clock.forward(minutes=1)
    assert caller.raw("inventory").status_code == 401
    caller.shop.keys.add(caller.key)
    assert caller.raw("inventory").status_code == 200
