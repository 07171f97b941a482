"""The week summed up: its figures, when it is due, its words in three languages, and a real mail with its lists."""

from datetime import date, timedelta
from random import Random

import pytest
from end_to_end.receivers import PostOffice

from alertd.engine import weekly
from alertd.engine.weekly import DAY_MS, empty_ms, gather, last_due
from alertd.notify import weekly as wording
from alertd.notify.channels import slack_payload
from alertd.notify.content import Content, decode, encode
from alertd.notify.worker import deliver_pass
from alertd.store import channels
from alertd.store import weekly as stored

from .conftest import MAIN

HOUR = 3_600_000
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("shelves", "hours"),
    [
        ([[(0, 5.0), (10, 0.0), (20, 3.0)]], 10),
        ([[(0, 0.0)]], 24),
        ([[(0, 5.0), (10, 0.0)], [(0, 2.0), (12, 0.0), (18, 4.0)]], 6),
        ([[(0, -1.0), (3, 1.0), (5, 0.0), (6, 2.0)]], 4),
        ([[(0, 5.0), (10, None)]], 0),
        ([[(0, 0.0), (10, None)]], 10),
        ([], 0),
    ],
    ids=["out and back", "all day", "two shelves", "negative", "hidden", "hidden when empty", "nothing"],
)
def test_a_place_is_out_while_all_of_its_shelves_are(shelves, hours):
    """Together at or below zero. What is not shown tells nothing."""
    steps = [[(at * HOUR, stock) for at, stock in shelf] for shelf in shelves]
    assert empty_ms(steps, 0, 24 * HOUR) == hours * HOUR


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [(23, "06:59", 16), (23, "07:00", 23), (25, "12:00", 23), (29, "23:59", 23), (30, "07:00", 30)],
)
def test_the_last_day_it_was_due(bench, day, hour, due):
    """Mondays at seven: before seven it is last week's."""
    from datetime import datetime

    setting = stored.Weekly(1, 0, "07:00", 0)
    assert last_due(setting, datetime.fromisoformat(f"2026-11-{day}T{hour}:00")) == date(2026, 11, due)


@pytest.fixture
def week(bench):
    """A week of a shop: oil ran out for two days, three pieces of tape are gone, cement got dearer."""
    oil = bench.product("OIL", 30, nombre_proveedor="La Unión", precio=6.5, minimo=10)
    tape = bench.product("TAPE", 40, minimo=2)
    cement = bench.product("CEMENT", 12, costo=8.1, costo_promedio=8.1, precio=10.4)
    for days in range(1, 15):
        sale = {"at": bench.clock.now - timedelta(days=days), "move": False}
        bench.shop.sell([(oil, 5), (cement, 1)], MAIN, **sale)
    bench.poll(hours=24)
    bench.shop.sell([(oil, 30)], MAIN)
    bench.shop.set_level(tape, MAIN, stock=37)
    product = bench.shop.products[cement]
    product.costo = product.costo_promedio = 9.15
    bench.shop._changed(cement)
    bench.clock.forward(minutes=5)
    bench.poll(hours=24)
    bench.poll(hours=48)
    bench.clock.now = bench.clock.now.replace(hour=13, minute=30)
    return bench


def facts(bench):
    return gather(bench.context.store, bench.source, MONDAY, bench.clock.moment())


def test_the_figures_of_a_week(week):
    """What ran out and for how long, what it cost, what is gone, what got dearer, what to buy and what to count."""
    found = facts(week)
    assert (found["since"], found["until"]) == ("2026-11-16", "2026-11-22")
    oil = next(line for line in found["empty"]["lines"] if line["name"] == "Producto OIL")
    assert 1.5 < oil["days"] < 2.5 and oil["money"] == pytest.approx(oil["units"] * 6.5, abs=0.01)
    assert found["reconcile"]["undocumented"] == 1 and found["reconcile"]["lines"][0]["code"] == "TAPE"
    assert found["reconcile"]["net"] == -6
    assert [(each["name"], each["before"], each["now"], each["price_stayed"]) for each in found["costs"]] == [
        ("Producto CEMENT", 8.1, 9.15, True)
    ]
    assert found["costs"][0]["share"] == pytest.approx(0.1296, abs=0.0001)
    assert "Producto OIL" in [each["urgent"] for each in found["buy"]["suppliers"]]
    assert {row[1] for row in found["count"]["rows"]} >= {"TAPE"}
    assert found["right"] == found["readings"] > 0
    assert 0 < found["available"] < 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "es",
            ("Inventario, semana 16–22 nov: 1 agotado", "sin documento", "precio sin cambio", "-3 u", "compras.csv"),
        ),
        ("pt", ("Estoque, semana 16–22", "1 em ruptura", "sem documento", "preço sem mudança", "-3 un.")),
        ("en", ("Stock, week Nov 16–22: 1 out of stock", "without a document", "price unchanged", "-3 units")),
    ],
)
def test_the_words_of_a_week(week, language, said):
    """Nine sections, numbered, in each language; the HTML says the same and escapes what came from the shop."""
    told = {**facts(week), "value_change": -0.018, "next": "2026-11-30"}
    told["returns"]["reason"] = "<b>no carga</b>"
    told["returns"]["units"] = 2.0
    content = Content(kind="weekly", at=week.clock.moment(), zone="America/El_Salvador", company="El Roble", week=told)
    content = decode(encode(content).decode())
    made = wording.render(content, language, "https://alertd.example")
    everything = made.title + made.text
    assert all(words in everything for words in said), made.text
    assert [f"{number}) " in made.text for number in range(1, 10)] == [True] * 9
    assert "<b>no carga" not in made.html and "&lt;b&gt;no carga" in made.html
    names = [name for name, _ in wording.files(content, language)]
    assert len(names) == 4 and all(name.endswith(".csv") for name in names)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "es",
            "Mover: Producto IDLE, 4 u de Sucursal Norte a Sucursal Central, donde está agotado; evita comprar $8.00.",
        ),
        (
            "pt",
            "Mover: Producto IDLE, 4 un. de Sucursal Norte para Sucursal Central, onde está em ruptura; evita comprar",
        ),
        (
            "en",
            "Move: Producto IDLE, 4 units from Sucursal Norte to Sucursal Central, which has none; saves buying $8.00.",
        ),
    ],
)
def test_what_one_branch_has_for_nothing_is_offered_to_the_one_that_has_none(bench, language, said):
    """Ninety pieces nobody buys in the north, none in the centre: move four before four are bought; never backwards."""
    shelves = [
        {"nombre_bodega": MAIN, "stock": 0, "stock_minimo": 4, "stock_maximo": 4},
        {"nombre_bodega": "Bodega Norte", "stock": 90, "stock_minimo": None},
    ]
    bench.product("IDLE", 0, inventarios=shelves)
    bench.product("FULL", 0, inventarios=[{**shelves[0], "stock": 3}, shelves[1]])
    bench.poll(hours=24 * 95)
    bench.poll()
    told = {**facts(bench), "value_change": None, "next": "2026-11-30"}
    assert [(each["name"], each["units"]) for each in told["dead"]["moves"]] == [("Producto IDLE", 4)]
    content = Content(kind="weekly", at=bench.clock.moment(), zone="America/El_Salvador", money="$", week=told)
    assert said in wording.render(content, language, "https://alertd.example").text


def test_slack_gets_headings_short_sections_and_links(week):
    """Within its limits however long the names are; what a shop calls a product neither links nor pings."""
    told = {**facts(week), "value_change": None, "next": "2026-11-30"}
    told["empty"]["lines"] = [{**told["empty"]["lines"][0], "name": "<!channel> *" + "x" * 400}] * 40
    told["returns"] = {**told["returns"], "units": 2.0, "reason": "&" * 4000}
    content = Content(
        kind="weekly", at=week.clock.moment(), zone="America/El_Salvador", source="tienda", company="El <Roble>",
        week=told,
    )  # fmt: skip
    blocks = wording.render(content, "es", "https://alertd.example").slack_blocks
    assert blocks[0]["type"] == "header" and len(blocks[0]["text"]["text"]) <= 150
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert len(blocks) <= 50 and all(0 < len(text) <= 3000 for text in sections)
    assert [sum(text.startswith(f"*{number}) ") for text in sections) for number in range(1, 10)] == [1] * 9
    everything = "\n".join(sections)
    assert "<!channel>" not in everything and "El <Roble>" not in everything and ".csv" not in everything
    assert "<https://alertd.example/count/sheet?source=tienda|Hoja para imprimir>" in everything
    assert "• *La Unión*: Productos 1 · Monto " in everything
    assert "<https://alertd.example/|Abrir alertd>" in sections[-1]


def test_a_phone_announces_the_title_of_the_week_in_slack(week):
    """The text beside the blocks is what a phone shows."""
    content = Content(
        kind="weekly", at=week.clock.moment(), zone="America/El_Salvador", week={**facts(week), "next": "2026-11-30"}
    )
    made = wording.render(content, "en", "https://alertd.example")
    payload = slack_payload(made)
    assert payload["text"].startswith("Stock, week Nov 16") and payload["blocks"] == made.slack_blocks


def test_an_empty_week_says_so_in_every_section(bench):
    """Nothing ran out, nothing is gone: nine sections all the same."""
    bench.product("A-1", 20)
    bench.poll()
    told = {**facts(bench), "value_change": None, "next": "2026-11-30"}
    content = Content(kind="weekly", at=bench.clock.moment(), zone="America/El_Salvador", source="tienda", week=told)
    for language in ("es", "pt", "en"):
        made = wording.render(content, language, "https://alertd.example")
        assert "9) " in made.text and "None" not in made.text.replace("None.", "")


def test_it_is_sent_once_a_week_to_whoever_asked_and_as_mail_with_its_lists(week):
    """On Monday at seven of the shop's clock: a real mail in HTML and plain text, four lists attached; none twice."""
    office = PostOffice()
    store, context = week.context.store, week.context
    try:
        channels.add(
            store, context.vault, name="correo", url=office.url, service="mail", masked_url="mail", language="es",
            now=week.clock.moment() - 30 * DAY_MS,
        )  # fmt: skip
        stored.put(store, channels.get(store, "correo").id, 0, "07:00", week.clock.moment() - 10 * DAY_MS)
        week.clock.now = week.clock.now.replace(day=23, hour=12, minute=59)
        assert stored.last(store, 1, 1) is None
        assert weekly.send_due(store, week.source, week.clock.moment()) == 1, "last week's was never told"
        week.clock.forward(minutes=1)
        assert weekly.send_due(store, week.source, week.clock.moment()) == 1
        assert weekly.send_due(store, week.source, week.clock.moment()) == 0
        assert stored.last(store, 1, 1)[0] == "2026-11-23"
        done = deliver_pass(
            store, context.vault, url="http://localhost", now=week.clock.moment(), dice=Random(1),
        )  # fmt: skip
        assert done["sent"] == 2, done
        mail = office.mails[-1]
    finally:
        office.close()
    parts = [(part.get_content_type(), part.get_filename()) for part in mail.walk() if not part.is_multipart()]
    assert {name for _, name in parts if name} == {"compras.csv", "conciliacion.csv", "conteo.csv", "agotados.csv"}
    assert {kind for kind, name in parts if not name} >= {"text/html", "text/plain"}


def test_a_summary_asked_for_after_the_hour_begins_next_week(week):
    """Who sets it on Wednesday does not get Monday's."""
    store = week.context.store
    from web import makers

    makers.channel(store, "correo")
    stored.put(store, 1, 0, "07:00", week.clock.moment() + 3 * DAY_MS)
    assert weekly.send_due(store, week.source, week.clock.moment() + 3 * DAY_MS) == 0
    assert weekly.send_due(store, week.source, week.clock.moment() + 9 * DAY_MS) == 1
