"""`alertd reconcile`: the pinned shape, the files, and what it says when asked for nonsense."""

import csv
import json

import pytest

from alertd.store import open_store, sources
from alertd.vault import Vault

from .conftest import MAIN

SHAPE = {
    "codigo", "nombre", "opening", "sold", "cancelled", "returned", "receipts", "adjustments", "expected", "actual",
    "unexplained", "unexplained_value", "cause", "evidence",
}  # fmt: skip


@pytest.fixture
def told(bench, alertd, monkeypatch):
    """A shop with one product short, another with a dangerous name, and the command line on its home."""
    monkeypatch.setenv("ALERTD_HOME", str(bench.context.settings.home))
    product = bench.product("A-1", 40)
    danger = bench.shop.add_product(
        nombre='=HYPERLINK("http://x")', codigo="+1", costo=1, inventarios=[{"nombre_bodega": MAIN, "stock": 9}]
    )
    bench.poll()
    bench.shop.sell([(product, 14)], MAIN)
    bench.shop.set_level(product, MAIN, stock=23)
    bench.shop.set_level(danger, MAIN, stock=7)
    bench.poll()
    bench.poll()
    return alertd


def test_json_has_the_shape_that_programs_hold_on_to(told):
    """Numbers are numbers, times are RFC 3339, and nothing else is on standard output."""
    done = told("reconcile", "tienda", "--since", "2026-11-01", "--until", "2026-12-01", "--json")
    assert done.status == 0
    assert set(done.json) >= {"source", "since", "until", "lines", "totals"}
    line = next(line for line in done.json["lines"] if line["codigo"] == "A-1")
    assert set(line) >= SHAPE
    assert (line["expected"], line["actual"], line["unexplained"], line["unexplained_value"]) == (26, 23, -3, -6)
    assert line["cause"] == "faltante" and line["evidence"].startswith("40 − 14 = 26, hay 23")
    assert done.json["since"] == "2026-11-20T14:00:00Z"


def test_text_says_the_sum_in_words_of_the_shop(told):
    """What nothing explains comes first, with its value and its sum."""
    done = told("reconcile", "tienda", "--since", "2026-11-01", "--until", "2026-12-01")
    assert "Sin documento: 2" in done.out and "A-1 Producto A-1: −3 (−6.00)" in done.out
    assert "40 − 14 = 26, hay 23" in done.out
    portuguese = told("reconcile", "--since", "2026-11-01", "--until", "2026-12-01", "--language", "pt")
    assert "Sem documento: 2" in portuguese.out and "−6,00" in portuguese.out


def test_files_hold_texts_that_no_spreadsheet_runs(told, tmp_path):
    """A product may be called anything, also something that begins like a formula."""
    table, book = tmp_path / "out.csv", tmp_path / "out.xlsx"
    done = told("reconcile", "tienda", "--since", "2026-11-01", "--until", "2026-12-01", "--csv", str(table),
                "--xlsx", str(book), "--json")  # fmt: skip
    assert done.status == 0
    rows = list(csv.DictReader(table.open(encoding="utf-8-sig")))
    assert {row["codigo"] for row in rows} == {"A-1", "'+1"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]
    assert next(row for row in rows if row["codigo"] == "A-1")["unexplained"] == "-3"
    assert book.read_bytes()[:2] == b"PK" and sorted(path.name for path in tmp_path.glob("out*")) == [
        "out.csv", "out.xlsx",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        ("nowhere",), ("tienda", "--since", "yesterday"), ("tienda", "--since", "2026-11-21", "--until", "2026-11-01"),
        ("tienda", "--until", "2026-13-01"),
    ],
)  # fmt: skip
def test_nonsense_is_one_sentence_and_exit_status_two(told, wrong):
    """No traceback, nothing on standard output."""
    done = told("reconcile", *wrong)
    assert (done.status, done.out) == (2, "") and done.err.count("\n") == 1


def test_before_the_first_snapshot_there_is_nothing_to_compare(alertd, tmp_path):
    """It says what to do."""
    home = tmp_path / "home"
    home.mkdir()
    store = open_store(home / "alertd.db")
    sources.add_source(
        store, Vault("k" * 43), name="tienda", kind="smartpyme", base_url="http://127.0.0.1:9",
        secrets={"api_key": "x"}, timezone="UTC", every=300.0, sweep_every=None, now=0,
    )  # fmt: skip
    store.close()
    done = alertd("reconcile", "--json")
    assert done.status == 1 and "alertd poll tienda" in done.err and done.out == ""


def test_a_file_that_cannot_be_written_is_one_sentence(told, tmp_path):
    """The folder is not there."""
    done = told("reconcile", "tienda", "--csv", str(tmp_path / "no" / "out.csv"))
    assert done.status in (1, 2) and "Traceback" not in done.err and len(done.err.splitlines()) == 1


def test_the_document_can_be_read_back(told):
    """One JSON document, whatever the words in it."""
    assert json.loads(told("reconcile", "tienda", "--json", "--all").out)["source"] == "tienda"


def test_counting_on_the_command_line(told, tmp_path):
    """A list, a count, a file looked at and then booked once, and how good the books are."""
    sheet = told("count", "sheet", "--json").json["lines"]
    assert {line["codigo"] for line in sheet} == {"A-1", "+1"}
    assert told("count", "enter", "A-1", "22", "--by", "marta", "--json").json["difference"] == -1
    file = tmp_path / "entradas.csv"
    file.write_text("codigo;cantidad\nA-1;2,5\nNADA;1\n")
    looked = told("count", "import", str(file), "--json")
    assert (looked.status, looked.json["lines"], looked.json["booked"]) == (1, 1, 0)
    assert [error["line"] for error in looked.json["errors"]] == [3]
    assert [told("count", "import", str(file), "--apply", "--json").json["booked"] for _ in range(2)] == [1, 0]
    assert told("count", "standing", "--json").json["accuracy"] == 0.0


@pytest.mark.parametrize(
    "wrong", [("enter", "NADA", "1"), ("enter", "A-1", "doce"), ("enter", "A-1", "-1"), ("sheet", "--size", "0")]
)
def test_a_wrong_count_is_one_sentence(told, wrong):
    """Exit status 2, and nothing on standard output."""
    done = told("count", *wrong)
    assert (done.status, done.out) == (2, "") and len(done.err.splitlines()) == 1


def test_the_week_on_the_command_line(told):
    """Shown without sending, set for a channel, put into the outbox, stopped; nonsense is one sentence."""
    shown = told("weekly", "show", "tienda", "--language", "en")
    assert shown.status == 0 and "RECONCILIATION" in shown.out and "9) DATA QUALITY" in shown.out
    assert told("weekly", "show", "tienda", "--json").json["readings"] >= 0
    assert told("channel", "add", "correo", "mailto://127.0.0.1:9?from=a@b.test&to=c@d.test").status == 0
    assert told("weekly", "set", "correo", "--on", "fri", "--at", "06:30").status == 0
    assert told("weekly", "list", "--json").json == {"weekly": [{"channel": "correo", "day": "fri", "time": "06:30"}]}
    assert told("weekly", "send", "correo", "tienda").status == 0
    assert told("weekly", "set", "correo", "--at", "25:00").status == 2
    assert told("weekly", "set", "nobody").status == 2
    assert told("weekly", "off", "correo").status == 0
    assert told("weekly", "list", "--json").json == {"weekly": []}


def test_the_least_value_on_the_command_line(told):
    """What is worth less is in the sum and not on the list."""
    done = told("reconcile", "tienda", "--since", "2026-11-01", "--until", "2026-12-01", "--set-limit", "1000")
    assert done.status == 0 and "Sin documento: 0" in done.out
    assert told("reconcile", "tienda", "--set-limit", "-1").status == 2
