"""What was connected on the page does not lead inside, whatever its name says later; what an operator connected may."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stamina

from alertd.engine import actions
from alertd.engine.context import Context, open_context
from alertd.engine.opening import open_reader
from alertd.errors import SourceTrouble, UsageTrouble
from alertd.notify import channels
from alertd.notify.answers import Outcome
from alertd.notify.register import register
from alertd.notify.worker import send_test
from alertd.sandbox.smartpyme import DEFAULT_KEY, Shop, serve
from alertd.settings import read_settings
from alertd.store import hours, sources
from alertd.web.actions import Connection
from tests.end_to_end.receivers import WebService


@pytest.fixture
def hall(tmp_path: Path) -> Callable[[str], Context]:
    """A home, with the setting on forms that lead inside."""
    opened: list[Context] = []

    def make(allowed: str) -> Context:
        environment = {"ALERTD_HOME": str(tmp_path), "ALERTD_ALLOW_PRIVATE_HOSTS": allowed}
        opened.append(open_context(read_settings(environment)))
        return opened[-1]

    yield make  # type: ignore[misc]
    for each in opened:
        each.store.close()


def _source(context: Context, url: str, *, fenced: bool) -> Any:
    return sources.add_source(
        context.store, context.vault, name=f"shop-{fenced}".lower(), kind="smartpyme", base_url=url,
        secrets={"api_key": DEFAULT_KEY}, timezone="UTC", every=300, sweep_every=None, now=0, fenced=fenced,
    )  # fmt: skip


def _read(context: Context, source: Any) -> int:
    reader, _ = open_reader(context, source)
    try:
        return sum(1 for _ in reader.sweep(0, frozenset()))
    finally:
        reader.close()


def test_a_shop_of_the_page_is_never_read_inside(hall: Callable[[str], Context]) -> None:
    """Its name was a public one when the form looked; now it is this machine's."""
    context = hall("")
    stamina.set_testing(True, attempts=1)
    with serve(Shop.empty(dialect="deployed")) as upstream:
        with pytest.raises(SourceTrouble, match="own network"):
            _read(context, _source(context, upstream.url, fenced=True))
        assert _read(context, _source(context, upstream.url, fenced=False)) >= 0


def test_a_network_that_was_allowed_is_read(hall: Callable[[str], Context]) -> None:
    """By the setting, for the shop's own server in the shop's own network."""
    context = hall("127.0.0.0/8")
    with serve(Shop.empty(dialect="deployed")) as upstream:
        assert _read(context, _source(context, upstream.url, fenced=True)) >= 0


def test_an_address_to_call_that_a_form_gave_is_remembered_as_such(hall: Callable[[str], Context]) -> None:
    """It is judged again whenever it is called; one of the command line is the operator's own."""
    context = hall("127.0.0.0/8")
    source = _source(context, "http://127.0.0.1:9", fenced=True)
    actions.set_heartbeat(context, source.name, "http://127.0.0.1:9/x")
    assert hours.is_beat_fenced(context.store, source.id)
    hours.set_beat(context.store, context.vault, source.id, "http://127.0.0.1:9/x")
    assert not hours.is_beat_fenced(context.store, source.id)


@pytest.mark.parametrize(("allowed", "outcome"), [("", Outcome.PERMANENT), ("127.0.0.1", Outcome.DELIVERED)])
def test_a_channel_of_the_page_never_sends_inside(
    hall: Callable[[str], Context], allowed: str, outcome: Outcome
) -> None:
    """Apprise's own connections stop at the fence too; the answer says why, once and for all."""
    context = hall(allowed)
    with closing(WebService()) as receiver:
        register(context.store, context.vault, name="relay", url=receiver.url, now=0)
        context.store.execute("UPDATE channel SET fenced = 1")
        found = send_test(
            context.store, context.vault, "relay", url="http://alertd.example", now=0,
            private=context.settings.private_networks,
        )  # fmt: skip
        assert found.outcome is outcome
        assert len(receiver.rest()) == (outcome is Outcome.DELIVERED)


def test_a_channel_of_the_command_line_may(hall: Callable[[str], Context]) -> None:
    """An operator's own relay stands on loopback."""
    context = hall("")
    with closing(WebService()) as receiver:
        register(context.store, context.vault, name="relay", url=receiver.url, now=0)
        found = send_test(context.store, context.vault, "relay", url="http://alertd.example", now=0)
        assert found.outcome is Outcome.DELIVERED


def test_a_form_reads_no_file_of_the_server(hall: Callable[[str], Context], tmp_path: Path) -> None:
    """Whether there is one is not told either."""
    context = hall("")
    secret = tmp_path / "payroll.csv"
    secret.write_text("codigo,nombre,stock\n1,x,2\n")
    wanted = Connection(kind="csv", name="tabla", base_url=str(secret), secrets={}, timezone="UTC")
    for path in (str(secret), secret.as_uri(), str(tmp_path / "missing.csv")):
        with pytest.raises(UsageTrouble):
            actions.connect(context, replace(wanted, base_url=path))
    assert sources.list_sources(context.store) == []


def test_what_is_on_this_machine_without_a_connection_is_inside_too(hall: Callable[[str], Context]) -> None:
    """The log of the machine is written without any; nobody may fill it from a form."""
    context = hall("")
    with pytest.raises(UsageTrouble, match="own network"):
        register(context.store, context.vault, name="log", url="syslog://", now=0, private=())
    register(context.store, context.vault, name="log", url="syslog://", now=0)
    context.store.execute("UPDATE channel SET fenced = 1")
    found = send_test(context.store, context.vault, "log", url="http://alertd.example", now=0, private=())
    assert found.outcome is Outcome.PERMANENT


@pytest.mark.parametrize(
    "url",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd",
        "vapid://a@example.com/b@example.com/?keyfile=private.pem",
        "mailto://u:p@example.com?from=a@example.com&to=b@example.com&pgpprv=/root/key.asc",
    ],
)
def test_a_form_names_no_file_of_the_server(hall: Callable[[str], Context], url: str) -> None:
    """What is in it would leave with a message; an operator knows his own files."""
    context = hall("")
    with pytest.raises(UsageTrouble, match="file of the server"):
        register(context.store, context.vault, name="fuga", url=url, now=0, private=())
    assert channels.check_url(url)
    assert channels.check_url("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=pedido_hoy", private=())
