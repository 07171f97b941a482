"""Messages in words, read as an owner reads them: on a phone, in a hurry, in their own language."""

import json

import pytest

from alertd.notify import content
from alertd.notify.content import Content
from alertd.notify.lines import state_of, suggested
from alertd.notify.render import render

from .makers import AT, TITLE, ZONE, alerts, at, item

URL = "https://avisos.tienda.test"

MORNING = (
    item("Arroz 5 lb", 8, 10, 46, code="AR-5"),
    item("Aceite 1 L", 0, 12, severity="critical", code="AC-01", since="2025-11-18T09:05"),
    item("Clavo 2 pulg.", 1234.5, 2000, 4000.25, event="worse", since="2025-11-20T07:10", warehouse="Centro"),
    item("Café 400 g", 24, 10, 50, event="resolved"),
    item("Disco 7", 1, 1, event="gone", branch="Soyapango"),
)

SPANISH = """\
🔴 1 agotado · 🟠 2 bajo mínimo · 🟢 1 repuesto · ⚪ 1 ya no aparece en el catálogo — Ferretería El Roble
🔴 Aceite 1 L (AC-01)
   Centro · Bodega Central: hay 0, mín 12, desde el 18 nov, 09:05
🟠 Clavo 2 pulg.
   Centro: empeoró, hay 1,234.5, mín 2,000 → pedir 2,765.75, desde hoy 07:10
🟠 Arroz 5 lb (AR-5)
   Centro · Bodega Central: hay 8, mín 10 → pedir 38, desde ayer 16:20
🟢 Se repuso: Café 400 g
   Centro · Bodega Central: hay 24, mín 10
⚪ Ya no aparece en el catálogo: Disco 7
   Soyapango · Bodega Central

Ver la lista: https://avisos.tienda.test/alerts
Datos de las 07:40. Regla: Stock en o por debajo del mínimo. Sugerido = máximo − existencias."""

PORTUGUESE = """\
🔴 1 zerado · 🟠 2 abaixo do mínimo · 🟢 1 reposto · ⚪ 1 não aparece mais no catálogo — Ferretería El Roble
🔴 Aceite 1 L (AC-01)
   Centro · Bodega Central: tem 0, mín 12, desde 18/11, 09:05
🟠 Clavo 2 pulg.
   Centro: piorou, tem 1.234,5, mín 2.000 → pedir 2.765,75, desde hoje 07:10
🟠 Arroz 5 lb (AR-5)
   Centro · Bodega Central: tem 8, mín 10 → pedir 38, desde ontem 16:20
🟢 Reposto: Café 400 g
   Centro · Bodega Central: tem 24, mín 10
⚪ Não aparece mais no catálogo: Disco 7
   Soyapango · Bodega Central

Ver a lista: https://avisos.tienda.test/alerts
Dados das 07:40. Regra: Estoque no mínimo ou abaixo dele. Sugerido = máximo − estoque."""

ENGLISH = """\
🔴 1 out of stock · 🟠 2 low · 🟢 1 restocked · ⚪ 1 no longer in the catalogue — Ferretería El Roble
🔴 Aceite 1 L (AC-01)
   Centro · Bodega Central: 0 left, min 12, since Nov 18, 9:05 AM
🟠 Clavo 2 pulg.
   Centro: got worse, 1,234.5 left, min 2,000 → order 2,765.75, since 7:10 AM today
🟠 Arroz 5 lb (AR-5)
   Centro · Bodega Central: 8 left, min 10 → order 38, since 4:20 PM yesterday
🟢 Restocked: Café 400 g
   Centro · Bodega Central: 24 left, min 10
⚪ No longer in the catalogue: Disco 7
   Soyapango · Bodega Central

See the list: https://avisos.tienda.test/alerts
Data as of 7:40 AM. Rule: Stock at or below its minimum. Suggested = maximum − stock."""


@pytest.mark.parametrize(("language", "golden"), [("es", SPANISH), ("pt", PORTUGUESE), ("en", ENGLISH)])
def test_a_morning_in_three_languages(language, golden):
    """The whole message, worst first, with the numbers and hours of the country."""
    said = render(alerts(*MORNING), language, URL)
    assert said.title + "\n" + said.text == golden
    assert "!" not in said.title + said.text


def test_the_title_counts_in_singular_and_plural():
    """The first line is all that a locked phone shows."""
    out = [item(f"A{n}", 0, 5, severity="critical") for n in range(3)]
    low = [item(f"B{n}", 4, 5) for n in range(6)]
    assert render(alerts(*low, *out), "es", URL).title == "🔴 3 agotados · 🟠 6 bajo mínimo — Ferretería El Roble"
    said = render(alerts(*low[:1], *out[:1]), "pt", URL).title
    assert said == "🔴 1 zerado · 🟠 1 abaixo do mínimo — Ferretería El Roble"


def test_one_alert_is_called_by_its_name():
    """With a single product there is no need to open the message."""
    assert (
        render(alerts(item("Arroz 5 lb", 8, 10)), "es", URL).title == "🟠 Bajo mínimo: Arroz 5 lb — Ferretería El Roble"
    )
    back = item("Arroz 5 lb", 12, 10, event="resolved")
    assert render(alerts(back), "es", URL).title == "🟢 Se repuso: Arroz 5 lb — Ferretería El Roble"


def test_ten_products_and_the_rest_behind_the_link():
    """The worst ten; nobody reads forty on a phone."""
    items = [item(f"Producto {n:02}", n, 50) for n in range(1, 41)]
    said = render(alerts(*items), "es", URL)
    assert said.text.count("mín 50") == 10
    assert said.text.startswith("🟠 Producto 01\n")
    assert "\n+30 más\n\nVer la lista: https://avisos.tienda.test/alerts\n" in said.text


def test_the_first_poll_is_one_summary():
    """A new shop is not greeted with two hundred alarms."""
    items = [item(f"Producto {n}", 0, 5, severity="critical") for n in range(1200)]
    said = render(alerts(*items, first=True), "es", URL)
    assert said.title == "Primer resumen: 🔴 1,200 agotados — Ferretería El Roble"
    assert said.text.startswith("Primera lectura: esto ya estaba así. Desde ahora solo se avisa lo que cambie.\n\n🔴 ")
    assert "+1,190 más" in said.text


@pytest.mark.parametrize(
    ("stock", "minimum", "maximum", "order"),
    [
        (8, 10, 40, 32),
        (0, 5, 10, 10),
        (-3, 5, 20, 23),
        (2.5, 3, 10, 7.5),
        (5, 5, 5, None),
        (3, 10, 5, 7),
        (4, 5, None, None),
        (4, 5, 0, None),
        (11, 10, 40, None),
        (0, None, 10, 10),
    ],
)
def test_an_order_is_suggested_only_up_to_a_configured_maximum(stock, minimum, maximum, order):
    """Without a maximum nobody has said how much is enough."""
    assert suggested(item("Arroz", stock, minimum, maximum)) == order


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (item("A", -2, 5), "negative"),
        (item("A", 0), "out"),
        (item("A", 5, 5), "low"),
        (item("A", 4.9999996, 5), "low"),
        (item("A", 6, 5), "other"),
        (item("A", 2, 5, **{"days_since_change": 90}), "other"),
        (item("A", None, event="resolved"), "resolved"),
    ],
)
def test_what_an_alert_is_called(made, state):
    """By its stock, unless the rule looks at something else: a product that does not move is not called low."""
    assert state_of(made) == state


def test_a_rule_about_something_else_says_its_own_fields():
    """The title is the rule's, the line tells the numbers it fired on."""
    slow = item("Tubo PVC", 40, None, None, days_since_change=95, **{"sold(30)": 0})
    said = render(alerts(slow, slow, title={"es": "Sin movimiento"}, rule="sin-movimiento"), "es", URL)
    assert said.title == "🟡 Sin movimiento: 2 — Ferretería El Roble"
    assert "hay 40, 95 días sin movimiento, vendidas 0 en 30 días, desde ayer 16:20" in said.text


def test_returns_are_a_share():
    """0.062 means nothing to anybody; six per cent does."""
    made = alerts(item("Taladro", None, return_rate=0.062, units=6, codigo_x="x"), title={"es": "Devoluciones"})
    assert "devuelto 6.2%, 6 unidades" in render(made, "es", URL).text


def test_what_a_shop_calls_its_products_does_nothing():
    """No mention, no link, no tag, no second line: a name is a name in every format."""
    name = "<!channel> <@U1> *x* <b>&\r\nBcc: x@y.z"
    said = render(alerts(item(name, 0, 5), item(name, 1, 5), company="<!here>"), "es", URL)
    slack = json.dumps(said.slack_blocks, ensure_ascii=False)
    assert "<!" not in slack and "<@" not in slack and "∗x∗" in slack
    assert "<b>&lt;!channel&gt; &lt;@U1&gt; *x* &lt;b&gt;&amp; Bcc: x@y.z</b>" in said.html
    assert "\n" not in said.title
    assert "🟠 <!channel> <@U1> *x* <b>& Bcc: x@y.z\n" in said.text


def test_the_longest_message_stays_under_slacks_limits():
    """150 for a heading, 3,000 for a section, 50 blocks, and about 13,000 in all."""
    items = [item("N&" * 500, 0, 5, 9, code="C<" * 100, warehouse="B&" * 200, branch="S>" * 200) for _ in range(60)]
    for made in (alerts(*items, company="E&" * 200), alerts(*items, text={"es": "línea <&> larga\n" * 2000})):
        blocks = render(made, "es", URL).slack_blocks
        texts = [block.get("text", {}).get("text", "") for block in blocks]
        assert len(blocks) < 50
        assert len(texts[0]) <= 150
        assert max(map(len, texts)) <= 3000
        assert len(json.dumps(blocks, ensure_ascii=False)) < 13_000


def test_a_late_message_says_of_which_day_it_speaks():
    """Held back overnight, "at 07:40" would be a lie."""
    said = render(alerts(item("Arroz", 1, 5)), "es", URL, now=at("2025-11-21T08:00"))
    assert "Datos del 20 nov, 07:40." in said.text
    assert "desde el 19 nov, 16:20" in said.text


def test_one_oclock_is_singular():
    """A small thing that a reader stumbles over."""
    early = alerts(item("Arroz", 1, 5, since="2025-11-20T01:00"), at=at("2025-11-20T01:05"))
    assert "Datos de la 01:05." in render(early, "es", URL).text
    assert "Dados da 01:05." in render(early, "pt", URL).text


def test_a_rule_may_bring_its_own_words():
    """They take the place of the lines; where they come from and how old the data is still stands below."""
    made = alerts(*MORNING, text={"es": "Revisar hoy *antes* de las 9\n<ya>"})
    said = render(made, "es", URL)
    assert said.text.startswith("Revisar hoy *antes* de las 9\n<ya>\n\nVer la lista: ")
    assert "Revisar hoy *antes* de las 9<br>&lt;ya&gt;</p>" in said.html
    assert said.slack_blocks[1]["text"]["text"] == "Revisar hoy ∗antes∗ de las 9\n&lt;ya&gt;"


def test_trouble_with_a_source_is_no_stock_alert():
    """It says what happened and opens the page."""
    made = Content(
        kind="trouble",
        at=AT,
        zone=ZONE,
        company="Ferretería El Roble",
        title={"es": "Sin datos desde hace 2 horas"},
        text={"es": "El sistema de inventario no responde. Los avisos de existencias están en pausa."},
    )
    said = render(made, "es", URL)
    assert said.title == "⚠️ Sin datos desde hace 2 horas — Ferretería El Roble"
    assert said.text == (
        "El sistema de inventario no responde. Los avisos de existencias están en pausa.\n\n"
        "Abrir alertd: https://avisos.tienda.test/\nEnviado el 20 nov, 07:40."
    )


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("es", "✅ Prueba de alertd: este canal funciona"),
        ("pt", "✅ Teste do alertd: este canal funciona"),
        ("en", "✅ Test from alertd: this channel works"),
    ],
)
def test_the_test_message(language, title):
    """It says what it is, so that nobody runs to the warehouse."""
    assert render(Content(kind="test", at=AT), language, URL).title == title


def test_what_waits_in_the_outbox_reads_back_as_it_was():
    """Facts go in, facts come out; something else is refused."""
    made = alerts(*MORNING, first=True)
    assert content.decode(content.encode(made)) == made
    assert (made.worst(), made.title) == ("critical", TITLE)
    with pytest.raises(ValueError, match="missing required field"):
        content.decode("{}")
