"""The main job: stock over real HTTP becomes a real message, through the command line in child processes."""

from .conftest import COFFEE, WAREHOUSE, add_shop

POLL_KEYS = {
    "source", "lane", "complete", "torn", "pages", "requests", "products", "levels", "changed", "new", "gone",
    "seconds", "error",
}  # fmt: skip
COUNT_KEYS = {"pending", "firing", "resolved", "new_firing", "new_resolved"}
ALERT_KEYS = {
    "fingerprint", "rule", "severity", "state", "source", "subject", "values", "since", "fired_at", "resolved_at",
    "acknowledged_by", "silenced", "last_notified_at",
}  # fmt: skip
LEVEL_KEYS = {
    "source", "id", "codigo", "nombre", "nombre_bodega", "nombre_sucursal", "stock", "stock_minimo", "stock_maximo",
    "state", "seen_at",
}  # fmt: skip
NOTHING = {"sent": 0, "failed": 0, "waiting": 0, "dead": 0}
SUBJECT = {
    "id": COFFEE,
    "codigo": "P-1",
    "nombre": "Café molido Ñandú",
    "nombre_bodega": WAREHOUSE,
    "nombre_sucursal": "Sucursal Central",
}


def test_a_product_falls_to_its_minimum_is_told_once_and_its_recovery_too(
    house, shop, upstream, web_service, post_office
):
    """The whole story of one alert, from the shelf to the owner's mailbox and back."""
    add_shop(house.do, upstream)
    house.do("channel", "add", "gancho", web_service.url)
    house.do("channel", "add", "correo", post_office.url)

    first = house.ask("poll", "tienda")
    assert [(each["lane"], each["complete"], each["error"]) for each in first["polls"]] == [
        ("sweep", True, None),
        ("sales", True, None),
        ("returns", True, None),
    ]
    assert all(each.keys() >= POLL_KEYS for each in first["polls"])
    assert (first["alerts"].keys(), first["queued"]) == (COUNT_KEYS, 0)

    shop.set_level(COFFEE, WAREHOUSE, stock=4)
    fallen = house.ask("poll", "tienda")
    assert fallen["alerts"] == {"pending": 0, "firing": 1, "resolved": 0, "new_firing": 1, "new_resolved": 0}
    assert (fallen["polls"][0]["changed"], fallen["queued"]) == (1, 2)
    assert house.ask("deliver") == {**NOTHING, "sent": 2}

    told = web_service.next()
    assert "Café molido Ñandú" in told["message"]
    assert "Arroz precocido" not in told["message"]
    (mail,) = post_office.mails
    assert "Café molido Ñandú" in mail["Subject"]
    plain, html = (mail.get_body((form,)) for form in ("plain", "html"))
    assert "Café molido Ñandú" in plain.get_content()
    assert "Café molido Ñandú" in html.get_content()

    quiet = house.ask("poll", "tienda")
    assert (quiet["alerts"]["new_firing"], quiet["queued"]) == (0, 0)
    assert house.ask("deliver") == NOTHING

    (alert,) = house.ask("alerts", "--state", "firing")["alerts"]
    assert alert.keys() >= ALERT_KEYS
    assert (alert["rule"], alert["severity"], alert["source"]) == ("low-stock", "high", "tienda")
    assert alert["subject"] == SUBJECT
    assert (alert["values"]["stock"], alert["values"]["stock_minimo"], alert["silenced"]) == (4, 4, False)
    assert alert["last_notified_at"] >= alert["fired_at"] >= alert["since"]
    (level,) = house.ask("stock", "--source", "tienda", "--sku", "P-1")["levels"]
    assert level.keys() == LEVEL_KEYS
    assert (level["stock"], level["stock_minimo"], level["stock_maximo"], level["state"]) == (4, 4, None, "low")

    shop.set_level(COFFEE, WAREHOUSE, stock=9)
    risen = house.ask("poll", "tienda")
    assert risen["alerts"] == {"pending": 0, "firing": 0, "resolved": 1, "new_firing": 0, "new_resolved": 1}
    assert house.ask("deliver") == {**NOTHING, "sent": 2}
    over = web_service.next()
    assert "Café molido Ñandú" in over["message"]
    assert over["key"] != told["key"]
    assert len(post_office.mails) == 2
    assert house.ask("alerts", "--state", "resolved")["alerts"][0]["fingerprint"] == alert["fingerprint"]
    assert web_service.rest() == []


def test_one_message_lists_every_product_of_a_cycle(connected, alertd, shop, web_service):
    """Ten products that fall together are one message, not ten."""
    alertd("channel", "add", "gancho", web_service.url)
    for identity in range(11, 21):
        shop.add_product(
            id=identity,
            nombre=f"Producto {identity}",
            inventarios=[{"nombre_bodega": WAREHOUSE, "stock": 1, "stock_minimo": 4}],
        )
    assert alertd("poll", "--json").json["queued"] == 1
    alertd("deliver")
    message = web_service.next()["message"]
    assert all(f"Producto {identity}" in message for identity in range(11, 21))
    assert web_service.rest() == []


def test_a_first_reading_is_one_summary_and_a_new_home_starts_with_the_shipped_rules(
    house, alertd, shop, upstream, web_service
):
    """Whoever connects a shop in disorder is not shouted at, and has nothing to configure first."""
    shop.set_level(COFFEE, WAREHOUSE, stock=0)
    add_shop(alertd, upstream)
    alertd("channel", "add", "gancho", web_service.url, "--language", "en")
    assert house.ask("rules", "check") == {"ok": True, "errors": []}
    assert (house.home / "rules" / "low-stock.yaml").is_file()
    assert house.ask("poll")["queued"] == 1
    alertd("deliver")
    assert "Café molido Ñandú" in web_service.next()["message"]


def test_channels_speak_their_own_language(connected, alertd, shop, web_service):
    """The same alert in Portuguese and in English."""
    alertd("channel", "add", "pt", web_service.url, "--language", "pt")
    alertd("channel", "add", "en", web_service.url, "--language", "en")
    shop.set_level(COFFEE, WAREHOUSE, stock=4)
    alertd("poll")
    alertd("deliver")
    titles = {web_service.next()["title"], web_service.next()["title"]}
    assert len(titles) == 2
