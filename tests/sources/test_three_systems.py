"""One rule file over a shop, dispensers and a loyalty programme: one cycle, and the message each of them makes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from end_to_end.receivers import WebService

from alertd.engine.counting import Counted, take_counts
from alertd.notify.channels import check_url, mask
from alertd.notify.worker import deliver_pass
from alertd.sandbox import smartbis, smartepi, smartpyme
from alertd.store import channels, sources
from sources.house import House

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text().partition("## 7.")[2]
RULE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
MESSAGE = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0]


@pytest.fixture
def web_service() -> Iterator[WebService]:
    made = WebService()
    yield made
    made.close()


def test_one_rule_file_fires_over_three_systems_in_one_cycle(tmp_path: Path, web_service: WebService) -> None:
    """Coffee in the shop, gloves in a dispenser that a person counted, tickets of the programme: each is told once."""
    house = House(tmp_path, RULE)
    shop = smartpyme.Shop.empty(dialect="deployed")
    shop.add_product(
        id=1, nombre="Café molido", codigo="CAF-1",
        inventarios=[{"nombre_bodega": "Bodega Principal", "stock": 2, "stock_minimo": 5}],
    )  # fmt: skip
    shop.add_product(id=2, nombre="Arroz", inventarios=[{"nombre_bodega": "Bodega Principal", "stock": 40}])
    works = smartepi.Organisation(clock=house.seconds, rate=1e6)
    gloves, boots = works.add_product("Luva de vaqueta", ca="31214"), works.add_product("Botina", ca="42106")
    programme = smartbis.Programme(clock=house.seconds)
    for name, stock in (("Ingresso de cinema", 0), ("Caneca", 30), ("Cashback em dobro", None)):
        programme.add(name, stock)
    with ExitStack() as resources:
        first = resources.enter_context(smartpyme.serve(shop))
        second = resources.enter_context(smartepi.serve(works))
        third = resources.enter_context(smartbis.serve(programme))
        house.connect("smartpyme", first.url, "tienda", zone="America/El_Salvador", api_key=smartpyme.DEFAULT_KEY)
        house.connect("smartepi", second.url, "epi", api_key=smartepi.DEFAULT_KEY)
        keys = {"api_key": smartbis.DEFAULT_KEY, "api_secret": smartbis.DEFAULT_SECRET}
        house.connect("smartbis", third.url, "premios", **keys)
        house.cycle("epi")
        counts = [Counted(gloves, 6, minimum=4), Counted(boots, 50)]
        take_counts(house.context, sources.get_source(house.store, "epi"), counts, by="ana")
        url = web_service.url
        channels.add(
            house.store, house.context.vault, name="caixa", url=url, service=check_url(url), masked_url=mask(url),
            language="pt", now=house.now,
        )  # fmt: skip
        house.forward(60)
        works.withdraw(gloves, 3)
        cycle = house.cycle()
        assert {(poll.source, poll.complete) for poll in cycle.polls} == {
            ("tienda", True), ("epi", True), ("premios", True),
        }  # fmt: skip
    assert house.firing() == {"Café molido", "Luva de vaqueta", "Ingresso de cinema"}
    house.forward(60)
    done = deliver_pass(
        house.store, house.context.vault, url="http://127.0.0.1:8000", now=house.now, clock=house.context.now
    )
    assert done["sent"] == 3
    told = [f"{message['title']}\n{message['message']}" for message in web_service.rest()]
    # Messages of one moment may arrive in any order; the links below them are others each time.
    said = "\n\n".join(each.partition("\n\nVer a lista")[0].strip() for each in sorted(told)) + "\n"
    assert said == MESSAGE
    house.store.close()
