"""What people say on the command line: acknowledge, snooze, order, silence."""

import pytest

from alertd.store import alerts

from .conftest import House


@pytest.fixture
def cli(calm_house: House, alertd, monkeypatch: pytest.MonkeyPatch):
    """The command line over the database of a shop where Producto 1 is low; its clock is the real one."""
    calm_house.write_rules(
        "name: bajo\ntitle: {es: Bajo}\non: stock\nwhen: stock <= stock_minimo\nlabels: {equipo: compras}\n"
    )
    calm_house.stock(1, 3)
    calm_house.poll()
    monkeypatch.setenv("ALERTD_HOME", str(calm_house.home))
    monkeypatch.setenv("ALERTD_RULES", str(calm_house.rules_folder))
    monkeypatch.setenv("ALERTD_SECRET_KEY", "a key of the tests")
    return alertd


def one(cli) -> dict:
    return cli("alerts", "--json").json["alerts"][0]


def test_acknowledge_snooze_order_and_wake(calm_house: House, cli):
    """Each says what it did, and `alerts --json` shows it."""
    key = one(cli)["fingerprint"]
    assert cli("alerts", "ack", key, "--by", "marta", "--note", "llamé").status == 0
    assert cli("alerts", "snooze", key, "--for", "2d").status == 0
    assert cli("alerts", "ordered", key, "--until", "2099-01-31").status == 0
    seen = one(cli)
    assert (seen["acknowledged_by"], seen["note"], seen["silenced"]) == ("marta", "llamé", True)
    assert seen["ordered_until"] == "2099-02-01T06:00:00Z"
    assert cli("alerts", "wake", key).status == 0
    seen = one(cli)
    assert (seen["acknowledged_by"], seen["silenced"], seen["ordered_until"]) == (None, False, None)


def test_a_silence_is_added_shown_and_removed(cli):
    """Exactly as the manual says."""
    added = cli("silence", "add", "--match", "codigo=P-1", "--match", "equipo=compras", "--for", "8h", "--comment", "x")
    assert added.status == 0
    assert one(cli)["silenced"] is True
    (row,) = cli("silence", "list", "--json").json["silences"]
    assert (row["match"], row["state"], row["comment"]) == ({"codigo": "P-1", "equipo": "compras"}, "active", "x")
    assert cli("silence", "remove", str(row["id"])).status == 0
    assert one(cli)["silenced"] is False


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("alerts", "ack", "nada"), "no alert with the fingerprint"),
        (("alerts", "snooze", "nada", "--for", "2d"), "no alert with the fingerprint"),
        (("alerts", "ordered", "nada", "--until", "2099-01-01"), "no alert with the fingerprint"),
        (("silence", "add", "--match", "rulee=bajo", "--for", "8h", "--comment", "x"), "Did you mean 'rule'?"),
        (("silence", "add", "--match", "rule=baj", "--for", "8h", "--comment", "x"), "Did you mean 'bajo'?"),
        (("silence", "add", "--match", "rule", "--for", "8h", "--comment", "x"), "is not a matcher"),
        (("silence", "add", "--match", "severity=bad", "--for", "8h", "--comment", "x"), "no severity called"),
        (("silence", "add", "--match", "rule=bajo", "--for", "8x", "--comment", "x"), "not a duration"),
        (("silence", "add", "--match", "rule=bajo", "--for", "8h", "--comment", " "), "needs a comment"),
        (("silence", "remove", "99"), "no silence with the number"),
        (("silence", "remove", "99999999999999999999"), "no silence with the number"),
        (("channel", "revoke-links", "nada"), "no channel called"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_status_2(cli, arguments, says):
    """A misspelt matcher silences nothing, and says so at once."""
    done = cli(*arguments)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert says in done.err


def test_there_is_nothing_to_say_about_what_is_over(calm_house: House, cli):
    """It ran, and found a failure: status 1."""
    calm_house.stock(1, 50)
    calm_house.after(60_000)
    key = next(row["fingerprint"] for row in alerts.list_alerts(calm_house.store))
    assert cli("alerts", "ack", key).status == 1
