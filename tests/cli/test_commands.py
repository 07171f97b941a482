"""Every command of the manual is there, explains itself, and keeps to the exit statuses."""

import json
import subprocess
import sys

import click
import pytest

from alertd.cli.main import alertd as group

MANUAL = """
demo; serve; worker; source add; source list; source test; source accept; source remove; channel add; channel list
channel test; channel remove; poll; deliver; rules check; rules list; rules preview; rules test; rules backtest
rules schema; alerts; alerts ack; alerts snooze; silence add; silence list; silence remove; stock; stock history
reconcile; user add; user list; user password; user remove; db backup; db restore; db check; db prune; db stats; doctor
token add; token list; token remove; sandbox
"""
COMMANDS = [tuple(name.split()) for line in MANUAL.split("\n") for name in line.split(";") if name.strip()]


def every_command(command: click.Command = group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = command.commands.items() if isinstance(command, click.Group) else ()
    return [path] + [found for name, each in inner for found in every_command(each, (*path, name))]


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_a_command_of_the_manual_exists(alertd, name):
    """And shows its help."""
    done = alertd(*name, "--help")
    assert (done.status, done.out.startswith("Usage: alertd")) == (0, True)


@pytest.mark.parametrize("name", every_command(), ids=" ".join)
def test_the_help_of_every_command_names_it(alertd, name):
    """Nobody has to guess what a command is called or what it takes."""
    done = alertd(*name, "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(" ".join(("Usage: alertd", *name)))


@pytest.mark.parametrize("arguments", [(), ("source",), ("channel",), ("rules",), ("user",), ("db",)], ids=" ".join)
def test_a_group_without_a_command_shows_its_help(alertd, arguments):
    """Laid out as help is, with the status of wrong usage."""
    done = alertd(*arguments)
    assert (done.status, done.out) == (2, "")
    assert "\nCommands:\n" in done.err


def test_the_version_is_told(alertd):
    """For a report of a fault."""
    done = alertd("--version")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("alertd")


@pytest.mark.parametrize(
    "arguments",
    [
        ("alerts",), ("stock",), ("stock", "history", "P-1"), ("source", "list"), ("source", "test", "tienda"),
        ("channel", "list"), ("poll",), ("deliver",), ("rules", "check"), ("rules", "list"), ("user", "list"),
        ("db", "stats"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_json_is_one_document_and_nothing_else(connected, arguments):
    """A program reads standard output; what a person should know goes to standard error."""
    assert isinstance(connected(*arguments, "--json").json, dict)


def test_a_reader_that_leaves_early_is_no_fault():
    """`alertd stock | head -1` ends quietly."""
    page = subprocess.Popen(
        [sys.executable, "-m", "alertd", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert page.stdout and page.stderr
    page.stdout.close()
    page.wait(timeout=20)
    assert page.stderr.read() == ""
    page.stderr.close()


def test_rules_check_names_the_place_and_a_way_out(alertd, tmp_path):
    """A typo is found where it stands, with what was probably meant; every mistake at once."""
    file = tmp_path / "bad.yaml"
    file.write_text("name: bajo\ntitle: Bajo\non: stock\nwhen: stok <= stock_minimo\nseverty: high\n")
    done = alertd("rules", "check", str(file), "--json")
    assert done.status == 1
    assert done.json["ok"] is False
    assert [error.keys() for error in done.json["errors"]] == [
        {"file", "line", "column", "rule", "message", "hint"},
        {"file", "line", "column", "rule", "message", "hint"},
    ]
    places = [(error["file"], error["line"], error["column"], error["rule"]) for error in done.json["errors"]]
    assert places == [(str(file), 4, 7, "bajo"), (str(file), 5, 1, "bajo")]
    assert "stock" in done.json["errors"][0]["hint"]
    told = alertd("rules", "check", str(file))
    assert (told.status, len(told.err.splitlines())) == (1, 2)
    assert f"{file}:4:7" in told.err


def test_a_broken_rule_is_told_and_the_others_go_on(connected, home):
    """A mistake in one file does not make the shop blind."""
    (home / "rules" / "mine.yaml").write_text("name: mine\non: stock\nwhen: nada\n")
    done = connected("poll", "--lane", "sweep", "--json")
    assert (done.status, done.json["polls"][0]["complete"], done.json["alerts"]["firing"]) == (0, True, 1)
    assert "mine.yaml:" in done.err


def test_a_failed_delivery_says_which_channel_and_why(connected):
    """And that nothing is lost."""
    done = connected("deliver", "--json")
    assert (done.status, done.json) == (1, {"sent": 0, "failed": 1, "waiting": 1, "dead": 0})
    assert done.err.startswith("alertd: channel 'gancho': ")
    assert "tried again" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_poll_tells_a_person_in_words_what_it_did(connected):
    """One line a lane, and one of sums."""
    done = connected("poll", "--lane", "sweep")
    assert done.status == 0
    lane, sums = done.out.splitlines()
    assert lane.startswith("tienda sweep: 2 read, 0 changed, 0 new, 0 gone (1 call, ")
    assert sums == "alerts: 1 firing, 0 pending (0 new, 0 resolved); 0 messages queued"


def test_a_source_shows_no_key(connected, home):
    """Neither on the screen, nor readable in the database."""
    shown = connected("source", "list", "--json").out + connected("source", "test", "tienda").out
    assert "sandbox-key-0001" not in shown
    assert b"sandbox-key-0001" not in b"".join(path.read_bytes() for path in home.glob("alertd.db*"))


def test_a_source_in_order_is_told_in_plain_words(connected):
    """Reachable, whose, how large, what the quota bears."""
    done = connected("source", "test", "tienda")
    assert (done.status, done.err) == (0, "")
    assert "Comercial El Comal" in done.out
    assert "2 products = 1 call a sweep" in done.out
    found = json.loads(connected("source", "test", "tienda", "--json").out)
    assert (found["reachable"], found["dialect"], found["products"]) == (True, "deployed", 2)


def test_records_that_were_set_aside_are_shown_with_their_reason(connected, shop):
    """The sentence of the poll leads to the command that shows them."""
    shop.faults.add("text_number", path="inventory")
    done = connected("poll", "--lane", "sweep")
    assert done.status == 0
    assert "1 record could not be read" in done.err
    shop.faults.clear()
    assert "Set aside: 1: " in connected("source", "test", "tienda").out


def test_users_are_kept_by_the_command_line(alertd):
    """Added with a password from standard input, listed, changed, removed."""
    assert alertd("user", "add", "ana", "--role", "editor", stdin="una clave larga\n").status == 0
    assert [(each["name"], each["role"]) for each in alertd("user", "list", "--json").json["users"]] == [
        ("ana", "editor")
    ]
    assert alertd("user", "password", "ana", stdin="otra clave larga\n").status == 0
    assert alertd("user", "remove", "ana").status == 0
    assert alertd("user", "list", "--json").json == {"users": []}


def test_stock_of_a_moment_that_was_before_everything_is_empty(connected):
    """Nothing was known then."""
    assert connected("stock", "--at", "2020-01-31T12:00", "--json").json == {"levels": []}
    assert len(connected("stock", "--json").json["levels"]) == 2


def test_the_key_may_come_from_standard_input(alertd, home):
    """So that it stays out of the shell's history."""
    add = ("source", "add", "smartpyme", "tienda", "--base-url", "http://127.0.0.1:9/", "--api-key", "-")
    assert alertd(*add, stdin="una-clave\n").status == 0
    assert [each["name"] for each in alertd("source", "list", "--json").json["sources"]] == ["tienda"]
