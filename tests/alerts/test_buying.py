"""What should be ordered and what stands behind an alert, from the shop's own figures to the message."""

from alertd.engine.purchase import is_about_buying
from alertd.engine.tending import tell_due
from alertd.sandbox.smartpyme.dialect import dialect_named
from alertd.store import alerts, buying, sources

from .conftest import BODEGA, DAY, HOUR, LOW, MINUTE, START, House


def shelf(house: House, key: int, stock: float, minimum: float, maximum: float, **more: object) -> None:
    level = {"nombre_bodega": BODEGA, "stock": stock, "stock_minimo": minimum, "stock_maximo": maximum}
    house.shop.add_product(
        id=key, **{"nombre": f"Producto {key}", "codigo": f"P-{key}", "costo": 2.0, **more}, inventarios=[level]
    )


def fallen(house: House) -> None:
    """Four products of two suppliers fall below their minimum at once."""
    house.channel()
    # What the servers out there send; the documented shape names no supplier.
    house.shop.dialect = dialect_named("deployed")
    for key in range(1, 5):
        shelf(house, key, 50, 10, 40, nombre_proveedor="La Unión" if key < 4 else "Fármacos SV")
    house.poll()
    for key in range(1, 5):
        house.stock(key, 4)
    house.after(5 * MINUTE)


def test_what_fell_is_a_purchase_list_by_supplier(house: House):
    """Quantity up to the maximum, amount at cost, the supplier of each."""
    fallen(house)
    (item, *_) = house.contents()[-1].items
    assert (item.buy.quantity, item.buy.supplier, item.buy.cost) == (36.0, "La Unión", 2.0)
    said = house.rendered()
    assert said.title.startswith("🛒 Pedir hoy: 4 productos, ≈ $288.00")
    assert "La Unión ≈ $216.00" in said.text
    assert "Fármacos SV ≈ $72.00" in said.text


def test_the_terms_of_buying_decide_packs_and_hours(house: House):
    """Packs of twenty-four round up; the supplier's last hour stands beside its name."""
    source = sources.get_source(house.store, "tienda")
    said = buying.Said(pack=24.0, lead_days=3.0, cutoff="11:00")
    buying.say(house.store, source.id, said, supplier="La Unión", by="marta", now=house.at)
    fallen(house)
    text = house.rendered().text
    assert "→ pedir 48 (2 × 24)" in text
    assert "(cierra 11:00)" in text
    assert "Fármacos SV ≈ $72.00" in text


def test_a_message_a_supplier(house: House):
    """Who orders by telephone wants one message for each."""
    house.write_rules(LOW + "group_by: [nombre_proveedor]\n")
    fallen(house)
    assert sorted((each.group["nombre_proveedor"], len(each.items)) for each in house.contents()) == [
        ("Fármacos SV", 1),
        ("La Unión", 3),
    ]
    assert all(item.buy for each in house.contents() for item in each.items)


def test_a_rule_about_something_else_asks_for_no_order(house: House):
    """What lies on the shelf too long must not be bought again."""
    house.write_rules("name: lento\non: stock\nwhen: days_since_change > 90 or stock > stock_maximo\n")
    (rule,) = house.context.rules.book(house.at).rules
    assert not is_about_buying(rule)


def test_a_digest_names_what_is_on_its_way(house: House):
    """Marked as ordered: still low, day by day, and nobody is asked to order it again."""
    house.channel("resumen", digest="18:00")
    for key in (1, 2, 3):
        shelf(house, key, 4, 10, 40)
    house.poll()
    alerts.order(house.store, [house.alert(1)["id"]], until=house.at + 3 * DAY, by="marta", now=house.at)
    house.at = START + 8 * HOUR
    tell_due(house.context)
    (content,) = house.contents("resumen")
    assert sorted(item.event for item in content.items) == ["firing", "firing", "ordered"]
    assert "Sigue bajo: Producto 1, día 1 (marcado «pedido»" in house.rendered("resumen").text
    house.at = START + 4 * DAY + 8 * HOUR
    tell_due(house.context)
    assert "overdue" in [item.event for item in house.contents("resumen")[-1].items]


def test_a_fall_after_weeks_is_drawn(house: House):
    """A message with few lines carries the history of the worst."""
    house.channel()
    house.product(1, 60, minimum=5)
    house.poll()
    for stock in (50, 40, 30, 4):
        house.stock(1, stock)
        house.after(3 * DAY)
    chart = house.contents()[-1].chart
    assert [stock for _, stock in chart.points] == [60.0, 50.0, 40.0, 30.0, 4.0, 4.0]
    assert (chart.minimum, chart.fired_at) == (5.0, house.at)
