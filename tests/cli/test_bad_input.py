"""Bad input: one line that says what to do, the right exit status, no traceback, and nothing lost."""

import ctypes
import os
import sqlite3
import subprocess
import sys

import pytest

from alertd.sandbox.smartpyme import DEFAULT_KEY, Shop, serve

from .conftest import row

URL = "http://127.0.0.1:9/"
ADD = ("source", "add", "smartpyme")
PASSWORD = "una clave larga\n"


def one_line(done) -> bool:
    """What a person gets to read."""
    return done.err.startswith("alertd: ") and done.err.count("\n") == 1 and "Traceback" not in done.err


def contents(home) -> list[str]:
    """Everything the database holds but what only says that somebody tried."""
    database = sqlite3.connect(home / "alertd.db")
    lines = [
        line
        for line in database.iterdump()
        if not line.startswith(('INSERT INTO "poll"', 'INSERT INTO "lane"', 'INSERT INTO "budget"'))
    ]
    database.close()
    return lines


WRONG_USAGE = [
    (("nonsense",), "nonsense"),
    (("stock", "--nonsense"), "--nonsense"),
    (("poll", "otra"), "tienda"),
    (("stock", "history", "NO-HAY"), "NO-HAY"),
    (("poll", "--lane", "cellar"), "sweep"),
    (("source", "test", "otra"), "tienda"),
    (("source", "accept", "otra"), "tienda"),
    (("source", "remove", "otra"), "tienda"),
    (("source", "add", "oracle", "x", "--api-key", "k"), "smartpyme"),
    ((*ADD, "tienda", "--base-url", URL, "--api-key", "k"), "already"),
    ((*ADD, "Mi Tienda", "--base-url", URL, "--api-key", "k"), "small letters"),
    ((*ADD, "x", "--base-url", URL), "--api-key -"),
    ((*ADD, "x", "--base-url", URL, "--api-key", ""), "--api-key -"),
    ((*ADD, "x", "--base-url", URL, "--api-key", "-"), "--api-key -"),
    ((*ADD, "x", "--base-url", URL, "--api-key", "two words"), "copy it again"),
    ((*ADD, "x", "--base-url", URL, "--api-key", "ñ"), "copy it again"),
    ((*ADD, "x", "--base-url", "tienda.example", "--api-key", "k"), "https://"),
    ((*ADD, "x", "--base-url", "ftp://127.0.0.1/", "--api-key", "k"), "https://"),
    ((*ADD, "x", "--base-url", "http://[::1/", "--api-key", "k"), "https://"),
    ((*ADD, "x", "--base-url", "http://127.0.0.1:99999/", "--api-key", "k"), "https://"),
    ((*ADD, "x", "--base-url", "http://a b/", "--api-key", "k"), "https://"),
    ((*ADD, "x", "--base-url", "http://a\nb/", "--api-key", "k"), "https://"),
    ((*ADD, "x", "--base-url", "http://two..dots/", "--api-key", "k"), "https://"),
    ((*ADD, "x", "--base-url", "http://ana:geheim@127.0.0.1/", "--api-key", "k"), "--api-key"),
    ((*ADD, "x", "--base-url", URL, "--api-key", "k", "--timezone", "Mars/Olympus"), "America/El_Salvador"),
    ((*ADD, "x", "--base-url", URL, "--api-key", "k", "--every", "soon"), "30m"),
    ((*ADD, "x", "--base-url", URL, "--api-key", "k", "--every", "0s"), "1s"),
    ((*ADD, "x", "--base-url", URL, "--api-key", "k", "--sweep-every", "-5m"), "30m"),
    (("channel", "add", "x", "smoke://signals"), "smoke://"),
    (("channel", "add", "x", "correo@tienda.test"), "slack://"),
    (("channel", "add", "x", "mailto://"), "mailto://"),
    (("channel", "add", "gancho", "json://127.0.0.1:9/"), "already"),
    (("channel", "add", "x", "json://127.0.0.1:9/", "--language", "fr"), "'es'"),
    (("channel", "test", "otro"), "gancho"),
    (("channel", "remove", "otro"), "gancho"),
    (("rules", "check", "/no/such/folder"), "/no/such/folder"),
    (("alerts", "--state", "asleep"), "firing"),
    (("stock", "--source", "otra"), "tienda"),
    (("stock", "history", "P-1", "--source", "otra"), "tienda"),
    (("stock", "--at", "yesterday"), "2025-01-31"),
    (("stock", "--at", "2025-02-31"), "2025-01-31"),
    (("stock", "history", "P-1", "--since", "long ago"), "30m"),
    (("user", "add"), "NAME"),
    (("user", "add", "ana", "--role", "king"), "viewer"),
    (("user", "remove", "nobody"), "user list"),
    (("sandbox", "oracle"), "oracle"),
    (("sandbox", "smartpyme", "--dialect", "latin"), "deployed"),
    (("sandbox", "smartpyme", "--port", "99999"), "65535"),
]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    WRONG_USAGE,
    ids=lambda each: " ".join(each).replace("\n", "~")[:60] if isinstance(each, tuple) else "",
)
def test_wrong_usage_is_two_and_says_what_would_be_right(furnished, home, arguments, hint):
    """A name, date, zone, duration, address, lane or kind that does not exist."""
    before = contents(home)
    done = furnished(*arguments)
    assert (done.status, done.out) == (2, "")
    assert one_line(done), done.err
    assert hint in done.err
    assert "geheim" not in done.err
    assert contents(home) == before


@pytest.mark.parametrize(
    ("arguments", "stdin", "hint"),
    [
        (("user", "add", "ana"), "", "standard input"),
        (("user", "add", "ana"), "kurz\n", "10"),
        (("user", "password", "nobody"), PASSWORD, "user list"),
        ((*ADD, "x", "--base-url", URL, "--api-key", "-"), "\n", "--api-key -"),
    ],
    ids=lambda each: " ".join(each)[:40] if isinstance(each, tuple) else None,
)
def test_what_is_read_from_standard_input_is_checked_too(alertd, arguments, stdin, hint):
    """A password that is missing or short, a key that is empty."""
    done = alertd(*arguments, stdin=stdin)
    assert (done.status, one_line(done), hint in done.err) == (2, True, True), done


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("ALERTD_LOG", "xml"),
        ("ALERTD_URL", "tienda"),
        ("ALERTD_RULES", "/no/such"),
    ],
)
def test_a_setting_that_cannot_be_is_named(alertd, monkeypatch, name, value):
    """With what it may hold, or what is wrong with it."""
    monkeypatch.setenv(name, value)
    done = alertd("stock")
    assert (done.status, one_line(done), name in done.err, value in done.err) == (2, True, True, True), done


FAULTS = [
    ("500", 1, "500"),
    ("503", 1, "503"),
    ("html", 1, "web page instead of JSON"),
    ("truncated", 1, "broke off"),
    ("reset", 1, "check the address and the network"),
    ("429", 1, "quota"),
    ("no_id", 0, "'alertd source test tienda'"),
    ("text_number", 0, "'alertd source test tienda'"),
]


@pytest.mark.parametrize(("fault", "status", "hint"), FAULTS, ids=[each[0] for each in FAULTS])
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["for people", "for programs"])
def test_a_bad_answer_changes_no_stock_and_resolves_no_alert(connected, shop, fault, status, hint, form):
    """What was firing goes on firing, and what was on the shelf stays: an unread shelf is not a full shelf."""
    stock, alerts = connected("stock", "--json").json, connected("alerts", "--json").json
    shop.set_level(1, "Bodega Principal", stock=50)
    shop.faults.add(fault, path="inventory")
    done = connected("poll", "--lane", "sweep", *form)
    assert (done.status, one_line(done), hint in done.err) == (status, True, True), done
    assert connected("alerts", "--json").json == alerts
    assert [each["stock"] for each in connected("stock", "--json").json["levels"]] == [
        each["stock"] for each in stock["levels"]
    ]


def test_a_catalogue_that_is_never_whole_is_refused(connected, shop):
    """Pages without their rows: each answer looks right, and the sum tells."""
    for identity in range(100, 1_000):
        shop.add_product(id=identity, nombre=f"Producto {identity}", inventarios=[row(10)])
    shop.faults.add("empty_page", path="inventory")
    done = connected("poll", "--lane", "sweep", "--json")
    (poll,) = done.json["polls"]
    assert (done.status, one_line(done)) == (1, True), done
    assert (poll["complete"], poll["torn"], poll["changed"], poll["new"], poll["gone"]) == (False, True, 0, 0, 0)
    assert poll["error"] in done.err
    assert len(connected("stock", "--json").json["levels"]) == 2


WHOLE = (
    b'{"success":true,"data":[{"id":7,"nombre":"Aceite","enable":"1","inventarios":[{"stock":"1","stock_minimo":"5",'
    b'"nombre_bodega":"B","nombre_sucursal":"S"}]}],"pagination":{"current_page":1,"total":1,"total_pages":1}}'
)
ANSWERS = {
    "a page cut in half": (200, WHOLE[: len(WHOLE) // 2]),
    "nothing": (200, b""),
    "spaces": (200, b"\n\n\n\n"),
    "a web page": (200, b"<!doctype html><title>Mantenimiento</title>"),
    "a login page": (200, b"\n<html><body>Iniciar sesi\xf3n</body></html>"),
    "letters that are none": (200, WHOLE.replace(b"Aceite", b"\xff\xfe")[:-1]),
    "a list": (200, b"[]"),
    "a number": (200, b"42"),
    "no success": (200, WHOLE.replace(b"true", b"false", 1)),
    "no data": (200, b'{"success":true}'),
    "data that is no list": (200, b'{"success":true,"data":{"a":1},"pagination":{"total":1,"total_pages":1}}'),
    "an error in a good status": (200, b'{"success":false,"error":"Token inv\xc3\xa1lido","code":401}'),
    "a redirect": (302, b""),
    "forbidden": (403, b"<html>no</html>"),
    "not found": (404, b"<html>no</html>"),
    "gone wrong": (500, b"<html>Whoops</html>"),
    "a million letters": (200, b"x" * 1_000_000),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_is_one_line_and_changes_nothing(alertd, plain_server, name):
    """Every way in which something that is no SmartPyme may answer."""
    plain_server.answer = (200, WHOLE)
    alertd(*ADD, "tienda", "--base-url", plain_server.url, "--api-key", "geheim-1")
    assert alertd("poll", "--lane", "sweep", "--json").json["alerts"]["firing"] == 1
    stock, alerts = alertd("stock", "--json").json, alertd("alerts", "--json").json
    plain_server.answer = ANSWERS[name]
    done = alertd("poll", "--lane", "sweep")
    assert (done.status, one_line(done)) == (1, True), done
    assert len(done.err) < 500
    assert "geheim-1" not in done.err
    assert (alertd("stock", "--json").json, alertd("alerts", "--json").json) == (stock, alerts)


def test_a_whole_sweep_counts_although_another_lane_failed(connected, shop):
    """The status says that something failed, and the alert is told all the same."""
    shop.set_level(2, "Bodega Principal", stock=0)
    shop.faults.add("500", path="sales")
    done = connected("poll", "tienda", "--json")
    assert {each["lane"]: each["complete"] for each in done.json["polls"]} == {
        "sweep": True,
        "sales": False,
        "returns": True,
    }
    assert (done.status, one_line(done), done.json["alerts"]["new_firing"]) == (1, True, 1), done


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["for people", "for programs"])
def test_a_dead_host_is_one_line_however_many_lanes_it_has(connected, upstream, form):
    """Everything was asked for, nothing answered, and there is one thing to mend."""
    upstream.close()
    alerts = connected("alerts", "--json").json
    done = connected("poll", "tienda", *form)
    assert (done.status, one_line(done)) == (1, True), done
    assert "check the address and the network" in done.err
    assert connected("alerts", "--json").json == alerts
    tested = connected("source", "test", "tienda")
    assert (tested.status, tested.out, one_line(tested)) == (1, tested.out, True)


def test_a_wrong_key_is_one_line_and_shown_nowhere(alertd, upstream, home):
    """It says where the right one is found."""
    alertd(*ADD, "tienda", "--base-url", upstream.url, "--api-key", "llave-falsa-123")
    done = alertd("poll")
    assert (done.status, one_line(done)) == (1, True), done
    assert "refused the key" in done.err
    assert "llave-falsa-123" not in done.err + done.out
    assert alertd("stock", "--json").json == {"levels": []}


def test_one_source_that_fails_does_not_keep_another_from_being_read(connected):
    """The status says that something failed; what was read counts."""
    other = Shop.empty(dialect="documented")
    other.add_product(id=1, nombre="Otro", inventarios=[row(9)])
    with serve(other) as second:
        connected(*ADD, "otra", "--base-url", second.url, "--api-key", DEFAULT_KEY)
        connected(*ADD, "caida", "--base-url", URL, "--api-key", "k")
        done = connected("poll", "--lane", "sweep", "--json")
    assert (done.status, one_line(done)) == (1, True)
    assert [(each["source"], each["complete"]) for each in done.json["polls"]] == [
        ("caida", False),
        ("otra", True),
        ("tienda", True),
    ]


def test_a_home_that_is_a_file_is_one_line(alertd, tmp_path, monkeypatch):
    """Neither a file nor something below one can be a home."""
    (tmp_path / "file").write_text("")
    for place in ("file", "file/home"):
        monkeypatch.setenv("ALERTD_HOME", str(tmp_path / place))
        done = alertd("stock")
        assert (done.status, one_line(done), "ALERTD_HOME" in done.err) == (1, True, True), done


def without_privileges(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as somebody for whom permissions count: root reads and writes what it likes, unless told not to."""

    def give_up() -> None:
        drop_capability, override, read_search = 24, 1, 2
        if os.geteuid() == 0:
            for capability in (override, read_search):
                assert ctypes.CDLL(None).prctl(drop_capability, capability, 0, 0, 0) == 0

    return subprocess.run(
        (sys.executable, "-m", "alertd", *arguments),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=give_up,
    )


@pytest.mark.parametrize("arguments", [("stock",), ("poll",), (*ADD, "x", "--base-url", URL, "--api-key", "k")])
def test_a_home_that_may_not_be_written_is_one_line(connected, home, arguments):
    """The folder belongs to somebody else."""
    before = contents(home)
    home.chmod(0o500)
    try:
        done = without_privileges(*arguments)
    finally:
        home.chmod(0o700)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    assert "ALERTD_HOME" in done.stderr
    assert contents(home) == before


def test_a_database_that_may_not_be_written_is_one_line(connected, home):
    """Made by root once, and now somebody else runs alertd."""
    (home / "alertd.db").chmod(0o400)
    done = without_privileges("source", "remove", "tienda")
    (home / "alertd.db").chmod(0o600)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    assert "make its folder writable" in done.stderr
    assert len(connected("source", "list", "--json").json["sources"]) == 1


def test_a_database_of_a_newer_version_is_left_alone(connected, home):
    """Going back would lose what the newer one wrote."""
    database = sqlite3.connect(home / "alertd.db")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute("PRAGMA user_version = 999")
    database.close()
    before = contents(home)
    done = connected("poll")
    assert (done.status, done.out, one_line(done)) == (1, "", True)
    assert "newer alertd" in done.err
    assert contents(home) == before
    database = sqlite3.connect(home / "alertd.db")
    database.execute(f"PRAGMA user_version = {version}")
    database.close()
    assert connected("stock").status == 0


@pytest.mark.parametrize("damage", ["no database", "pages lost in the middle", "cut off"])
def test_a_damaged_database_is_one_line_and_is_not_touched(connected, home, damage):
    """It says that a backup is needed, and makes nothing worse."""
    file = home / "alertd.db"
    whole = file.read_bytes()
    hurt = {
        "no database": b"no database at all " * 500,
        "pages lost in the middle": whole[:4096] + b"\xff" * (len(whole) - 4096),
        "cut off": whole[:5000],
    }[damage]
    for beside in home.glob("alertd.db-*"):
        beside.unlink()
    file.write_bytes(hurt)
    done = connected("stock")
    assert (done.status, done.out, one_line(done)) == (1, "", True), done
    assert "backup" in done.err
    assert file.read_bytes() == hurt


def test_another_secret_key_cannot_open_the_credentials(connected, monkeypatch):
    """It says which file is missing."""
    monkeypatch.setenv("ALERTD_SECRET_KEY", "another one")
    done = connected("poll")
    assert (done.status, one_line(done), "secret-key" in done.err) == (1, True, True), done


def test_a_poll_without_any_source_says_how_to_connect_one(alertd):
    """Nothing failed; there was nothing to do."""
    done = alertd("poll", "--json")
    assert (done.status, done.json["polls"], one_line(done)) == (0, [], True)
    assert "alertd source add" in done.err


def test_a_fault_of_ours_is_one_line_with_its_traceback_in_a_file(connected, home, monkeypatch):
    """Nobody should have to read a traceback, and somebody has to be able to."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr("alertd.store.levels.stats", fail)
    done = connected("db", "stats")
    assert (done.status, done.out, one_line(done)) == (1, "", True)
    assert "ZeroDivisionError: a fault of ours" in (home / "fault.log").read_text()
