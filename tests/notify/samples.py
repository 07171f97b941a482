"""A morning in a hardware shop, as the messages in the docs and their pictures tell it."""

from alertd.model import Subject
from alertd.notify.content import Alive, Buy, Chart, Content, Item, Sum

from .makers import AT, TITLE, ZONE, at

SHOP = {"zone": ZONE, "source": "tienda-centro", "company": "Ferretería El Roble", "money": "$"}
UNION = {"supplier": "Distribuidora La Unión", "cut_off": "11:00", "wait": 4.0}
PHARMA = {"supplier": "Fármacos SV", "wait": 3.0}


def level(name, stock, minimum, *, event="firing", severity="high", code=None, since="2025-11-19T16:20", **more):
    """One product of the shop's only branch."""
    values = {"stock": stock, "stock_minimo": minimum, "stock_maximo": more.pop("maximum", None)}
    where = more.pop("warehouse", "Bodega Central")
    return Item(event, severity, Subject(1, code, name, where, "Centro"), values, at(since), **more)


def to_order(name, stock, minimum, quantity, cost, terms, *, pack=None, cover=None, **more):
    """One product with what to order of it."""
    buy = Buy(quantity=quantity, pack=pack, cost=cost, cover=cover, **terms)
    return level(name, stock, minimum, buy=buy, **more)


def morning(*, kind="digest"):
    """Nine products to order from two suppliers and none, one that is on its way, one that came back."""
    items = [
        to_order("Aceite 1 L", 0, 12, 36, 2.1, UNION, pack=12, cover=0.0, severity="critical", code="AC-1"),
        to_order("Arroz 5 lb", 8, 10, 36, 3.2, UNION, pack=6, cover=2.1, code="AR-5"),
        to_order("Azúcar 2.5 kg", 14, 15, 24, 3.24, UNION, cover=3.7, code="AZ-2"),
        to_order("Suero oral", 0, 6, 24, 1.35, PHARMA, severity="critical", code="SU-1", cover=0.0),
        to_order("Vendas 10 cm", 3, 8, 20, 1.2, PHARMA, cover=9.0),
        to_order("Alcohol 90°", 2, 6, 12, 2.2, PHARMA, cover=2.5),
        to_order("Gasas", 4, 8, 15, 0.9, PHARMA, cover=6.0),
        to_order("Escoba", 1, 4, 8, 3.5, {"wait": 8.0}),
        to_order("Trapeador", 2, 4, 5, 4.0, {"wait": 8.0}),
        level("Jabón 3-pack", 3, 6, event="ordered", since="2025-11-17T08:00", ordered_at=at("2025-11-17T09:00")),
        level("Café 400 g", 34, 10, event="resolved"),
    ]
    alive = Alive(340, 10, AT) if kind == "digest" else None
    return Content(kind=kind, at=AT, items=items, alive=alive, **SHOP)


def oil():
    """One product that ran out, with its last weeks."""
    days = [(40, 60), (36, 44), (31, 30), (27, 18), (26, 54), (20, 41), (14, 28), (8, 15), (4, 9), (1, 0)]
    points = [(AT - day * 86_400_000, float(stock)) for day, stock in days]
    picture = Chart("Aceite 1 L", [*points, (AT, 0.0)], 12.0, 60.0, at("2025-11-19T16:20"))
    item = to_order(
        "Aceite 1 L", 0, 12, 60, 2.1, UNION, pack=12, cover=0.0, severity="critical", code="AC-1", maximum=60.0,
        trend=[41.0, 41.0, 28.0, 28.0, 15.0, 15.0, 9.0, 0.0], alert_id=7,
    )  # fmt: skip
    return Content(kind="alerts", at=AT, rule="out-of-stock", title=TITLE, items=[item], chart=picture, **SHOP)


def perfume():
    """Units without a document, with the sum that does not come out."""
    total = Sum(
        opening=22.0, terms=[("sold", -2.0), ("returned", 0.0)], expected=20.0, actual=6.0, units=-14.0, value=-1190.0,
        since=at("2025-11-20T13:05"), until=at("2025-11-20T14:05"), place="Loja Paulista", elsewhere=False,
    )  # fmt: skip
    item = Item("firing", "high", Subject(9, "PF-100", "Perfume 100 ml"), {}, at("2025-11-20T14:05"), sum=total)
    title = {"es": "Unidades sin documento", "pt": "Unidades sem documento", "en": "Units without a document"}
    return Content(
        kind="alerts", at=at("2025-11-20T14:10"), zone=ZONE, rule="unexplained-movement", title=title, items=[item],
        source="loja", company="Perfumaria Flor", money="R$",
    )  # fmt: skip
