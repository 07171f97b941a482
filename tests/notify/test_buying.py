"""The message that says what to order today, and the one about units without a document, as an owner reads them."""

import csv
import io
import json

import pytest
from msgspec.structs import replace

from alertd.notify import buying, content
from alertd.notify.render import render
from alertd.notify.speech import Speech
from alertd.notify.table import table_of

from . import samples
from .makers import at

URL = "https://avisos.tienda.test"


def said(made, language="es", **more):
    return render(made, language, URL, **more)


@pytest.mark.parametrize(
    ("language", "title", "supplier", "first", "late"),
    [
        (
            "es", "🛒 Pedir hoy: 9 productos, ≈ $412.86 — Ferretería El Roble",
            "Distribuidora La Unión ≈ $268.56 (cierra 11:00)",
            "🔴 Aceite 1 L (AC-1): hay 0, mín 12 → pedir 36 (3 × 12)",
            "alcanza ~2.1 días; el pedido tarda 4",
        ),
        (
            "pt", "🛒 Pedir hoje: 9 produtos, ≈ $\u00a0412,86 — Ferretería El Roble",
            "Distribuidora La Unión ≈ $\u00a0268,56 (fecha 11:00)",
            "🔴 Aceite 1 L (AC-1): tem 0, mín 12 → pedir 36 (3 × 12)",
            "dura ~2,1 dias; o pedido leva 4",
        ),
        (
            "en", "🛒 Order today: 9 products, ≈ $412.86 — Ferretería El Roble",
            "Distribuidora La Unión ≈ $268.56 (closes 11:00)",
            "🔴 Aceite 1 L (AC-1): 0 left, min 12 → order 36 (3 × 12)",
            "lasts ~2.1 days; an order takes 4",
        ),
    ],
)  # fmt: skip
def test_a_purchase_list_in_three_languages(language, title, supplier, first, late):
    """How much it costs, from whom, in how many packs, and what will not last until it comes."""
    made = said(samples.morning(kind="alerts"), language)
    assert made.title == title
    lines = made.text.splitlines()
    assert {supplier, first} <= set(lines)
    assert late in made.text


def test_what_is_on_its_way_and_what_came_back_stand_below():
    """A line each; neither is counted among what is to be ordered."""
    text = said(samples.morning()).text
    assert "Sigue bajo: Jabón 3-pack, día 4 (marcado «pedido» el lun 17 nov)" in text
    assert "🟢 Se repuso: Café 400 g" in text


def test_the_list_can_be_passed_on_by_whatsapp():
    """A link that holds the whole text; services that show only text do not get so long an address."""
    made = samples.morning()
    address = buying.pass_on(made, Speech("es", made.zone))
    assert address.startswith("https://wa.me/?text=%2ADistribuidora%20La%20Uni%C3%B3n%2A%0A-%2036%20%C3%97%20Aceite")
    assert address in json.dumps(said(made).slack_blocks)
    assert "wa.me" not in said(made).text


def test_one_product_alone_is_still_called_by_its_name():
    """A list of one is no list."""
    assert said(samples.oil()).title == "🔴 Agotado: Aceite 1 L — Ferretería El Roble"
    assert "pedir 60 (5 × 12)" in said(samples.oil()).text


def test_three_hundred_products_of_forty_suppliers_stay_within_slacks_limits():
    """Ten lines, then each supplier in one; nothing is left out of the count, and the file has it all."""
    items = [
        samples.to_order(
            f"Producto & <{n}> ñ", 1, 10, 36, 2.0, {"supplier": f"Proveedor {n % 40:02}", "wait": 4.0}, cover=1.0
        )
        for n in range(300)
    ]
    made = replace(samples.morning(kind="alerts"), items=items)
    rendered = said(made, link=URL + "/a/" + "x" * 60)
    assert rendered.title.startswith("🛒 Pedir hoy: 300 productos, ≈ $21,600.00")
    texts = [block.get("text", {}).get("text", "") for block in rendered.slack_blocks]
    assert max(map(len, texts)) <= 3000
    assert len(json.dumps(rendered.slack_blocks, ensure_ascii=False)) < 13_000
    shown = sum(line.startswith("🟠") for line in rendered.text.splitlines())
    assert shown <= 10
    assert "productos" in rendered.text
    name, table = table_of(made, "es")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert (name, len(rows), rows[0][0], rows[0][8]) == ("compras.csv", 301, "proveedor", "pedir")


def test_a_product_without_cost_or_supplier_is_on_the_list_all_the_same():
    """What is not known is left out, not shown as zero."""
    items = [samples.to_order(name, 0, 5, 10, None, {}) for name in ("Uno", "Dos")]
    rendered = said(replace(samples.morning(kind="alerts"), items=items))
    assert rendered.title == "🛒 Pedir hoy: 2 productos — Ferretería El Roble"
    assert "Sin proveedor asignado\n" in rendered.text
    assert "≈" not in rendered.text


def test_an_old_message_reads_back():
    """What waited in the outbox over an upgrade has none of this, and is sent as ever."""
    made = samples.morning()
    assert content.decode(content.encode(made)) == made
    item = '{"event":"firing","severity":"high","subject":{"nombre":"A"},"values":{"stock":0},"since":1}'
    old = f'{{"kind":"alerts","at":1,"items":[{item}]}}'
    assert "A" in said(content.decode(old)).title


TABLE = """\
Estoque no início  22
- Vendas            2
+ Devoluções        0
= Esperado         20
Estoque agora       6  diferença -14"""


def test_units_without_a_document_are_shown_as_a_sum_that_does_not_come_out():
    """The numbers under each other, where and when, what was looked at, and what to do; nobody is accused."""
    rendered = said(samples.perfume(), "pt")
    assert rendered.title == "🟠 14 un. sem documento: Perfume 100 ml (R$\u00a01.190,00) — Perfumaria Flor"
    assert TABLE in rendered.text
    assert "Loja Paulista · qui 20/11, entre 13:05 e 14:05" in rendered.text
    assert "Nenhuma outra loja recebeu 14: não parece transferência." in rendered.text
    assert "Próximo passo: contar o produto e conferir os ajustes de hoje." in rendered.text
    slack = next(
        block["text"]["text"] for block in rendered.slack_blocks if "```" in block.get("text", {}).get("text", "")
    )
    assert TABLE in slack


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_nobody_is_called_a_thief(language):
    """Neutral words in every message and every language."""
    for made in (samples.morning(), samples.perfume(), samples.oil()):
        text = said(made, language).text.lower()
        assert not any(word in text for word in ("robo", "hurto", "furto", "roubo", "theft", "stolen"))


def test_a_digest_after_a_closed_day_says_so():
    """The reader knows why yesterday brought none."""
    made = replace(samples.morning(), at=at("2025-11-24T07:40"), closed=["2025-11-23"])
    assert "La tienda cerró el dom 23 nov; este resumen cubre también ese día." in said(made).text
