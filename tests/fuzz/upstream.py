"""Upstream systems whose answers are bent on the way: whole polls of every kind of system and lane.

Whatever comes, a poll ends by itself, with a sentence where it failed; what it kept can be read back; and the next
honest poll is whole again.
"""

from pathlib import Path
from typing import Any

import httpx
import stamina
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st

from alertd.clock import utc
from alertd.sandbox import smartbis, smartepi, smartpyme
from alertd.store import levels
from tests.sources.house import House

from .strategies import Damage, damaged, damages

HOST = "https://upstream.example"
LANES = {
    "smartpyme": ("sweep", "low", "sales", "returns"),
    "smartepi": ("sweep", "transactions"),
    "smartbis": ("sweep",),
    "csv": ("sweep",),
}
TABLE = (
    b'[{"codigo": "P-1", "nombre": "Aceite", "stock": "12", "minimo": "5"},'
    b' {"codigo": "P-2", "nombre": "Arroz", "stock": 3}]'
)


class Crooked(httpx.BaseTransport):
    """Asks an honest application in this process, and bends what it says."""

    def __init__(self, client: FlaskClient | None) -> None:
        self._client = client
        self.damage: Damage | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        status, headers, body = self._honest(request)
        damage = self.damage
        if damage is None:
            return httpx.Response(status, headers=headers, content=body)
        said = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        if damage.kind is not None:
            said["Content-Type"] = damage.kind
        said.update(dict(damage.headers))
        return httpx.Response(damage.status or status, headers=said, content=damaged(body, damage))

    def _honest(self, request: httpx.Request) -> tuple[int, dict[str, str], bytes]:
        if self._client is None:
            return 200, {"Content-Type": "application/json"}, TABLE
        answer = self._client.open(
            request.url.raw_path.decode(), method=request.method, data=request.content, headers=dict(request.headers)
        )
        return answer.status_code, dict(answer.headers), answer.data


def _shop(house: House) -> Flask:
    return smartpyme.create_app(smartpyme.Shop.seeded(products=8, seed=3, history_days=3, clock=lambda: utc(house.now)))


class Upstreams:
    """One house with one source of every kind."""

    def __init__(self, folder: Path) -> None:
        stamina.set_testing(True, attempts=1)
        self.houses: dict[str, tuple[House, Crooked]] = {}
        for kind in LANES:
            place = folder / kind
            place.mkdir(parents=True)
            house = House(place)
            crooked = Crooked(self._client(kind, house))
            house.context.transport = crooked
            self._connect(kind, house)
            self.houses[kind] = (house, crooked)

    def _client(self, kind: str, house: House) -> FlaskClient | None:
        if kind == "smartpyme":
            return _shop(house).test_client()
        if kind == "smartepi":
            works = smartepi.Organisation(clock=house.seconds, rate=1e9)
            for name in ("Luva", "Bota"):
                works.add_product(name)
            works.withdraw("prd-1", 2)
            return smartepi.create_app(works).test_client()
        if kind == "smartbis":
            return smartbis.create_app(smartbis.Programme.seeded(6, clock=house.seconds)).test_client()
        return None

    def _connect(self, kind: str, house: House) -> None:
        if kind == "smartpyme":
            house.connect(kind, f"{HOST}/api/external/v1/", api_key=smartpyme.DEFAULT_KEY)
        elif kind == "smartepi":
            house.connect(kind, f"{HOST}/v1/", api_key=smartepi.DEFAULT_KEY)
        elif kind == "smartbis":
            house.connect(kind, f"{HOST}/v2/", api_key=smartbis.DEFAULT_KEY, api_secret=smartbis.DEFAULT_SECRET)
        else:
            house.connect(kind, f"{HOST}/stock.json")
        for lane in LANES[kind]:
            assert house.poll(lane).error is None, (kind, lane, house.poll(lane).error)

    cases = st.tuples(st.sampled_from([(kind, lane) for kind, lanes in LANES.items() for lane in lanes]), damages)

    def check(self, case: Any) -> None:
        """A poll of bent answers, and what it left behind."""
        (kind, lane), damage = case
        house, crooked = self.houses[kind]
        house.forward(3600)
        crooked.damage = damage
        try:
            poll = house.poll(lane)
        finally:
            crooked.damage = None
        assert poll.complete or poll.error or poll.held, poll
        for row in house.store.rows("SELECT stock, minimum, maximum FROM level"):
            assert all(value is None or abs(value) < 1e300 for value in row.values()), row
        levels.stats(house.store)

    def close(self) -> None:
        """Every honest poll afterwards is whole: nothing that was sent has spoiled the house."""
        try:
            for kind, (house, _) in self.houses.items():
                house.forward(2 * 3600)
                house.context.store.execute("UPDATE lane SET stopped = NULL, stopped_kind = NULL")
                last = [house.poll(LANES[kind][0]) for _ in range(3)][-1]
                assert last.error is None or last.held, (kind, last)
                house.store.close()
        finally:
            stamina.set_testing(False)
