"""`alertd buying` on a shop that was really read: what to order, terms, and orders on their way."""

import pytest


def test_what_to_order_follows_what_is_said_and_what_is_ordered(connected):
    """Two of four are there: up to the minimum, then whole packs, then nothing while it is on its way."""
    found = connected("buying", "list", "--json").json
    (shop,) = found["sources"]
    ((line,),) = [supplier["lines"] for supplier in shop["suppliers"]]
    assert (line["codigo"], line["quantity"], line["why"], line["note"]) == ("P-1", 2, "low", "to the minimum only")
    said = connected("buying", "set", "tienda", "--sku", "P-1", "--pack", "6", "--json").json
    assert said["codigo"] == "P-1" and said["terms"]["pack"] == 6
    connected("buying", "set", "tienda", "--lead", "3", "--cutoff", "9:30")
    found = connected("buying", "list", "--json").json
    line = found["sources"][0]["suppliers"][0]["lines"][0]
    assert (line["quantity"], line["packs"]) == (6, 1)
    assert found["sources"][0]["suppliers"][0]["cutoff"] == "09:30"
    assert [(each["codigo"], each["pack"], each["lead_days"]) for each in found["terms"]] == [
        (None, None, 3),
        ("P-1", 6, None),
    ]
    text = connected("buying", "list").out
    assert "P-1" in text and "Terms" in text and "pack 6" in text
    (alert,) = [each for each in connected("alerts", "--json").json["alerts"] if each["rule"] == "low-stock"]
    assert connected("alerts", "ordered", alert["fingerprint"], "--until", "2099-01-31", "--quantity", "6").status == 0
    found = connected("buying", "list", "tienda", "--json").json
    assert found["sources"][0]["suppliers"] == []
    ((order, quantity),) = [(each["id"], each["quantity"]) for each in found["on_order"]]
    assert quantity == 6
    assert connected("buying", "cancel", str(order)).status == 0
    assert connected("buying", "list", "--json").json["sources"][0]["suppliers"] != []
    assert connected("buying", "remove", "tienda", "--sku", "P-1").status == 0
    assert [each["codigo"] for each in connected("buying", "list", "--json").json["terms"]] == [None]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "tienda"), "give at least one term"),
        (("set", "nada", "--lead", "3"), "nada"),
        (("set", "tienda", "--lead", "pronto"), "is not a number of days"),
        (("set", "tienda", "--lead", "nan"), "is not a number of days"),
        (("set", "tienda", "--pack", "0"), "is not a number of units"),
        (("set", "tienda", "--service", "93"), "there is 90, 95, 98 and 99"),
        (("set", "tienda", "--service", "95", "--safety", "3"), "not both"),
        (("set", "tienda", "--cutoff", "25:00"), "is not a time of the day"),
        (("set", "tienda", "--sku", "NADA", "--pack", "6"), "belongs to no product"),
        (("set", "tienda", "--supplier", "Nadie", "--lead", "3"), "comes from 'Nadie'"),
        (("set", "tienda", "--supplier", "x", "--sku", "y", "--lead", "3"), "not both"),
        (("remove", "tienda"), "Nothing was said"),
        (("list", "nada"), "nada"),
        (("cancel", "7"), "no order 7"),
    ],
)
def test_what_cannot_be_gets_one_sentence(furnished, arguments, said):
    """Wrong usage, exit status 2, nothing kept."""
    done = furnished("buying", *arguments)
    assert done.status == 2 and said in done.err and len(done.err.strip().splitlines()) == 1
    assert furnished("buying", "list", "--json").json["terms"] == []


def test_an_empty_value_takes_a_term_back(furnished):
    """The others stay; a new way to say the reserve takes the place of the old one."""
    furnished("buying", "set", "tienda", "--lead", "3", "--safety", "5")
    furnished("buying", "set", "tienda", "--lead", "")
    furnished("buying", "set", "tienda", "--service", "95%")
    (terms,) = furnished("buying", "list", "--json").json["terms"]
    assert (terms["lead_days"], terms["safety_days"], terms["service"]) == (None, None, 95)
