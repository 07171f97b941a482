"""People are in what the systems send, and nowhere in alertd: not in a file, a log, a page, an export or the API."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.receivers import WebService
from flask.testing import FlaskClient
from sources.house import House

from alertd.engine.actions import ProgressBoard, actions_of
from alertd.engine.counting import Counted, take_counts
from alertd.engine.hooks import Desk
from alertd.engine.inspect import inspect_source
from alertd.notify.channels import check_url, mask
from alertd.notify.worker import deliver_pass
from alertd.rules.load import RuleSet
from alertd.sandbox import smartbis, smartepi
from alertd.sandbox.smartepi import sign
from alertd.sandbox.smartepi.webhooks import event_of
from alertd.store import channels, sources, tokens
from alertd.web.app import create_app

from . import makers
from .storm import SECRET

PERSON = {"name": "Maria Plantada", "identification": "123.456.789-09", "email": "maria@planted.example"}
MEMBER = {"id": 77_031, "name": "Maria Plantada", "cpf": "123.456.789-09", "phone": "+55 11 90000-7766"}
PLANTED = ("plantada", "planted", "123.456", "12345678909", "90000-7766", "77031", "emp-1", "VC-1")
QUERIES = ("", "?source=fonte", "?source=premios")
RULE = "name: bajo\non: stock\nwhen: stock <= 3\nseverity: high\n"


class Scene:
    """A works and a programme that tell everything of everybody, and a house that has read both."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder, RULE)
        self.works = smartepi.Organisation(clock=self.house.seconds, rate=1e9)
        self.programme = smartbis.Programme(clock=self.house.seconds)
        self.servers = [smartepi.serve(self.works), smartbis.serve(self.programme)]
        self.house.connect("smartepi", self.servers[0].url, api_key=smartepi.DEFAULT_KEY, webhook_secret=SECRET)
        keys = {"api_key": smartbis.DEFAULT_KEY, "api_secret": smartbis.DEFAULT_SECRET}
        self.house.connect("smartbis", self.servers[1].url, "premios", **keys)
        context = self.house.context
        self.app = create_app(
            context.store, context.settings, "a key", clock=context.now, rules=self.rules,
            actions=actions_of(context, ProgressBoard()), receive=Desk(context).receive,
        )  # fmt: skip

    def rules(self) -> RuleSet:
        book = self.house.context.rules.book(self.house.now)
        return RuleSet(book.rules, book.errors)

    def hook(self, body: bytes, secret: str = SECRET) -> int:
        t = self.house.now // 1000
        header = {"X-SmartEPI-Signature": f"t={t},v1={sign(secret, t, body)}"}
        return self.app.test_client().post("/hooks/smartepi/fonte", data=body, headers=header).status_code

    def close(self) -> None:
        for server in self.servers:
            server.close()
        self.house.store.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    found = Scene(tmp_path)
    yield found
    found.close()


@pytest.fixture
def web_service() -> Iterator[WebService]:
    made = WebService()
    yield made
    made.close()


def live(scene: Scene, web_service: WebService) -> None:
    """A day: things are handed out and redeemed, told by hooks and by polls, some of it broken, and people are told."""
    house, works, programme = scene.house, scene.works, scene.programme
    gloves = works.add_product("Luva")
    works.add("employees", **PERSON)
    reward = programme.add("Caneca", 4)
    programme.customers = [MEMBER]
    house.cycle()
    take_counts(house.context, sources.get_source(house.store, "fonte"), [Counted(gloves, 6, minimum=4)], by="ana")
    house.forward(60)
    event = event_of("withdrawals", works.withdraw(gloves, 2, note="para Maria Plantada"), house.now // 1000)
    assert scene.hook(json.dumps({**event, "employee": PERSON}).encode()) == 200
    assert scene.hook(json.dumps(event).encode(), secret="whsec_of somebody else") == 401
    assert scene.hook(json.dumps({**event, "id": "e-2", "data": {"id": "w-9", "employee": PERSON}}).encode()) == 200
    assert scene.hook(b'{"id": "Maria Plantada"') == 400
    works.withdraw(gloves, 2)
    works.withdraw(gloves, status="FAILED", employee=PERSON)
    works.records["withdrawals"].append(
        {"id": "w-x", "productId": gloves, "quantity": "Maria Plantada", "createdAt": int(house.seconds())}
    )
    programme.redeem(reward, 2)
    programme.vouchers.append({**programme.vouchers[0], "id": None, "coupon_id": "Maria Plantada"})
    channels.add(
        house.store, house.context.vault, name="caixa", url=web_service.url, service=check_url(web_service.url),
        masked_url=mask(web_service.url), language="pt", now=house.now,
    )  # fmt: skip
    assert all(poll.complete for poll in house.cycle().polls)
    assert house.firing() == {"Luva", "Caneca"}
    deliver_pass(house.store, house.context.vault, url="http://127.0.0.1", now=house.now, clock=house.context.now)


def opened(data: bytes) -> str:
    """What a body says; a workbook is opened first."""
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def every_answer(scene: Scene, client: FlaskClient, **headers: str) -> dict[str, str]:
    """Every address of the page, or of the API with a token, with every source, alert and product in its blanks."""
    store = scene.house.store
    prints = [row[0] for row in store.execute("SELECT fingerprint FROM alert")]
    blanks: list[str | int] = ["fonte", "premios", "bajo", "caixa", "csv", "xlsx", *prints, 1, 2]
    found = {}
    for rule in scene.app.url_map.iter_rules():
        api = rule.rule.startswith("/api/")
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or api is not bool(headers):
            continue
        for blank in blanks if rule.arguments else blanks[:1]:
            path = re.sub(r"<[^>]+>", str(blank), rule.rule)
            for query in QUERIES[: 1 if rule.arguments else 3]:
                answer = client.get(f"{path}{query}", headers=headers)
                if answer.status_code == 200:
                    found[f"{path}{query}"] = opened(answer.data)
    return found


def test_nothing_of_a_person_is_written_shown_or_told(
    scene: Scene, web_service: WebService, capsys: pytest.CaptureFixture[str]
) -> None:
    """The database, the logs, every page, every file, the API and the messages are read for what was planted."""
    live(scene, web_service)
    house = scene.house
    tested = [
        repr(inspect_source(house.context, sources.get_source(house.store, name))) for name in ("fonte", "premios")
    ]
    browser = scene.app.test_client()
    makers.sign_in(browser, house.store, makers.user(house.store, "marta", "admin", "es"))
    pages = every_answer(scene, browser)
    _, token = tokens.add(house.store, "a-program", now=house.now)
    answers = every_answer(scene, scene.app.test_client(), Authorization=f"Bearer {token}")
    assert {"/", "/alerts", "/sources/fonte/webhooks", "/sources/fonte/incomplete", "/sources/premios"} <= set(pages)
    assert len([path for path in answers if path.startswith("/api/v1/")]) > 10
    told = json.dumps(web_service.rest(), ensure_ascii=False)
    assert "Luva" in told and "Luva" in pages["/alerts"]
    read = {
        "files": house.everything_written(), "log": "".join(capsys.readouterr()), "messages": told,
        "tests of sources": "".join(tested), **pages, **{f"api {path}": said for path, said in answers.items()},
    }  # fmt: skip
    said = {(place, word) for place, text in read.items() for word in PLANTED if word.lower() in text.lower()}
    assert said == set()
