"""Returns of a span over the wire: volumes, rates, reasons, spikes, and money without goods."""

from datetime import date, timedelta

from alertd.reconcile.returns import rank, returns, spike

from .conftest import MAIN


def row(key, returned, sold, usual=0.0, usual_sold=0.0):
    return {"key": key, "name": f"P{key}", "codigo": None, "sold": sold, "returned": returned, "amount": 0.0,
            "documents": 1, "voided": 0.0, "usual": usual, "usual_sold": usual_sold}  # fmt: skip


def report(bench, days=7):
    today = date(2026, 11, 20)
    return returns(bench.context.store, 1, today - timedelta(days=days), today, moments=(0, bench.clock.moment()))


def test_w_the_shrunk_rate_puts_thirty_of_four_hundred_first():
    """W1 to W3: two of three may be bad luck; it shows its counts and no rate."""
    filler = row(9, 40, 4000)
    ranked = rank([row(1, 2, 3), row(2, 6, 80), row(3, 30, 400), filler])
    assert ranked[0].key == 3
    assert next(rate for rate in ranked if rate.key == 1).rate is None
    second = next(rate for rate in ranked if rate.key == 2)
    assert (round(second.low, 3), round(second.high, 3)) == (0.035, 0.154)


def test_n_a_spike_needs_a_known_usual_and_three_units():
    """N2 is one, N1 and N5 are not, whatever a test that knows no doubt would say."""
    found = {
        rate.key: rate.spike for rate in rank([row(1, 6, 80, 6, 300), row(2, 6, 80, 60, 3000), row(5, 2, 15, 0, 60)])
    }
    assert found == {1: None, 2: "warning", 5: None}
    assert spike(9, 0.0001, 0.05) == "critical" and spike(9, 0.0001, 0.2) is None


def test_returns_by_product_branch_and_reason(bench):
    """A return names no branch: it counts where its sale was made. Reasons alike but for accents are one."""
    product = bench.product("A-1", 100, marca="Truper", nombre_categoria="Taladros")
    bench.poll()
    sale = bench.shop.sell([(product, 30)], MAIN)
    bench.shop.return_(sale, [(product, 2)], observaciones="No carga")
    bench.shop.return_(sale, [(product, 1)], observaciones="no cargá ")
    bench.poll()
    found = report(bench)
    first = found.groups["product"][0]
    assert (first.codigo, first.sold, first.returned, first.documents, first.rate) == ("A-1", 30, 3, 2, 0.1)
    assert [rate.name for by in ("brand", "category", "branch") for rate in found.groups[by]] == [
        "Truper", "Taladros", "Sucursal Central",
    ]  # fmt: skip
    assert [(each["documents"], each["units"]) for each in found.reasons] == [(2, 3)]


def test_voids_and_price_adjustments_are_told_apart(bench):
    """Neither is a customer who brought something back."""
    product = bench.product("A-1", 100)
    bench.poll()
    sale = bench.shop.sell([(product, 30)], MAIN)
    bench.shop.return_(sale, [(product, 2)], "anulacion_factura")
    bench.shop.return_(sale, [(product, 1)], "descuento_ajuste")
    bench.poll()
    found = report(bench)
    assert found.returned == 0 and found.groups["product"] == ()
    assert {each["type"]: each["documents"] for each in found.types} == {"anulacion_factura": 1, "descuento_ajuste": 1}


def test_money_without_goods_and_goods_without_money(bench):
    """A refund whose goods stayed away, and a unit that came back without a refund: two lines, no accusation."""
    paid, brought = bench.product("PAID", 50), bench.product("BROUGHT", 50)
    bench.poll()
    sale = bench.shop.sell([(paid, 5), (brought, 5)], MAIN)
    bench.poll()
    bench.shop.return_(sale, [(paid, 1)], move=False)
    bench.shop.set_level(brought, MAIN, stock=46)
    bench.poll()
    bench.poll()
    found = report(bench)
    assert [(each["codigo"], each["units"]) for each in found.refunds_without_restock] == [("PAID", -1)]
    assert [(each["codigo"], each["units"]) for each in found.restocks_without_refund] == [("BROUGHT", 1)]


def test_a_shop_without_returns_has_an_empty_report(bench):
    """No rates, no spikes, no fault."""
    bench.product("A-1", 5)
    bench.poll()
    found = report(bench)
    assert (found.sold, found.rate, found.spikes, found.reasons) == (0, None, (), ())
