"""The guided set-up on the real engine, a real stand-in shop and real services; only the browser is Flask's client."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from alertd.engine.actions import ProgressBoard, actions_of
from alertd.engine.context import Context, open_context
from alertd.engine.cycle import due_lanes, run_sources
from alertd.engine.demoshop import DemoShop
from alertd.notify.channels import check_url
from alertd.sandbox.smartpyme import DEFAULT_KEY, RunningServer, Shop, serve
from alertd.settings import read_settings
from alertd.store import channels, sources
from alertd.web import fence, services
from alertd.web.app import create_app

from . import makers
from .test_sources_page import post

SLACK = "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/abcdefghijklmnopqrstuvwx"


@pytest.fixture(scope="module")
def upstream() -> Iterator[RunningServer]:
    with serve(Shop.seeded(products=60, seed=3, dialect="deployed")) as server:
        yield server


def _context(folder: Path, **more: str) -> Context:
    rules = folder / "rules"
    rules.mkdir()
    (rules / "low.yaml").write_text("# el mínimo\n" + makers.LOW_RULE.replace("notify: [slack-compras]\n", ""))
    (rules / "over.yaml").write_text(makers.OFF_RULE)
    return open_context(read_settings({"ALERTD_HOME": str(folder / "home"), "ALERTD_RULES": str(rules), **more}))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    """A home whose forms may lead to loopback, as an operator would set it for a trial."""
    opened = _context(tmp_path, ALERTD_ALLOW_PRIVATE_HOSTS="1")
    yield opened
    opened.store.close()


def _owner(context: Context) -> FlaskClient:
    board = ProgressBoard()
    app = create_app(
        context.store, context.settings, "k", clock=context.now, actions=actions_of(context, board),
        rules=lambda: context.rules.book(context.now()),
    )  # fmt: skip
    client = app.test_client()
    with client.session_transaction() as session:
        session["language"] = "es"
    makers.sign_in(client, context.store, makers.user(context.store, language="es"))
    return client


@pytest.fixture
def owner(context: Context) -> FlaskClient:
    return _owner(context)


def _form(upstream: RunningServer, **more: str) -> dict[str, str]:
    form = {"kind": "smartpyme", "api_key": DEFAULT_KEY, "name": "Tienda Centro", "base_url": upstream.url}
    return {**form, "timezone": "America/El_Salvador", **more}


def test_a_shop_is_connected_and_waits_until_the_set_up_is_over(
    owner: FlaskClient, context: Context, upstream: RunningServer
) -> None:
    """The page tells whose shop it is and what reading costs; nothing is read and nobody told before the end."""
    answer = post(owner, "/connect/shop", **_form(upstream))
    assert answer.location == "/connect/tienda-centro/found"
    text = owner.get(answer.location).text
    for words in ("Comercial El Comal", "60 productos = 1 llamada por barrido", "Sucursal Central / Bodega Principal"):
        assert words in text
    source = sources.get_source(context.store, "tienda-centro")
    assert due_lanes(context, source) == []
    assert context.store.value("SELECT count(*) FROM product") == 0


def test_rules_are_cards_that_say_what_they_match_and_switch_their_files(
    owner: FlaskClient, context: Context, upstream: RunningServer
) -> None:
    """What was said to match is what fires; a rule that was not chosen is off in its file, its comments kept."""
    post(owner, "/connect/shop", **_form(upstream))
    cards = owner.get("/connect/tienda-centro/rules").text
    said = int(cards.partition('value="low-stock" checked>')[2].partition("Coincide con ")[2].split()[0])
    assert said > 0
    assert 'value="over-stock">' in cards
    answer = post(owner, "/connect/tienda-centro/rules", rule="low-stock")
    assert answer.location == "/connect/tienda-centro/reading"
    assert "Empezando" in owner.get(answer.location).text
    run_sources(context, ["tienda-centro"])
    fired = context.store.value("SELECT count(DISTINCT product_id) FROM alert WHERE state <> 'resolved'")
    assert fired == said
    assert owner.get("/connect/tienda-centro/reading", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/"
    assert "60 productos bajo vigilancia" in owner.get("/").text
    post(owner, "/connect/tienda-centro/rules", rule="over-stock")
    folder = context.rules_folder
    assert (folder / "low.yaml").read_text().startswith("# el mínimo\n")
    assert {rule.name: rule.enabled for rule in context.rules.book(context.now()).rules} == {
        "low-stock": False, "over-stock": True,
    }  # fmt: skip
    assert context.store.value("SELECT facts FROM audit WHERE what = 'rules.switched'") == (
        '{"rules": ["low-stock", "over-stock"]}'
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"api_key": "not-the-key-at-all"}, "El sistema no aceptó la clave"),
        ({"api_key": ""}, "Pegue la clave"),
        ({"api_key": "two words"}, "La clave tiene un espacio"),
        ({"name": "¿?"}, "Escriba un nombre"),
        ({"timezone": "Mars/Olympus"}, "Elija una zona horaria"),
        ({"base_url": "http://127.0.0.1:9/"}, "No se pudo llegar"),
        ({"base_url": "ftp://x"}, "no es la dirección de una API"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_keeps_what_was_typed(
    owner: FlaskClient, context: Context, upstream: RunningServer, more: dict[str, str], words: str
) -> None:
    """Secrets are never filled in again, and nothing half connected stays behind."""
    form = _form(upstream, **more)
    answer = post(owner, "/connect/shop", **form)
    assert answer.status_code == 422
    assert words in answer.text.partition('class="mistake"')[2]
    assert DEFAULT_KEY not in answer.text
    assert (form["base_url"] or "x") in answer.text
    assert sources.list_sources(context.store) == []


def test_a_taken_name_is_told(owner: FlaskClient, upstream: RunningServer) -> None:
    """Also in other letters: it is the same name."""
    post(owner, "/connect/shop", **_form(upstream))
    assert (
        "Ya hay una tienda que se llama tienda-centro"
        in post(owner, "/connect/shop", **_form(upstream, name="TIENDA centro")).text
    )


def test_forms_lead_nowhere_inside_the_servers_network(tmp_path: Path, upstream: RunningServer) -> None:
    """Nobody learns through a form what answers behind the firewall; the operator may allow it by a setting."""
    context = _context(tmp_path)
    owner = _owner(context)
    for address in (
        upstream.url,
        "http://localhost/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://10.0.0.1/",
    ):
        answer = post(owner, "/connect/shop", **_form(upstream, base_url=address))
        assert "red interna" in answer.text, address
    for url in ("json://127.0.0.1/", "jsons://192.168.1.1/"):
        assert "red interna" in post(owner, "/channels/new", service="other", url=url, name="x").text
    mail = {"preset": "own", "host": "127.0.0.1", "port": "25", "security": "none", "to": "a@b.co", "from": "c@d.co"}
    assert "red interna" in post(owner, "/channels/new", service="mail", name="correo", **mail).text
    assert sources.list_sources(context.store) == []
    assert channels.all_channels(context.store) == []
    context.store.close()


def test_the_demo_shop_opens_reads_and_opens_again_after_a_restart(context: Context) -> None:
    """It is there for who wants to look first, and a restart does not leave a shop that cannot be reached."""
    demo = DemoShop(context)
    name = demo.start()
    assert run_sources(context, [name]).failed is False
    demo.stop()
    assert run_sources(context, [name], "sweep").failed is True
    again = DemoShop(context)
    again.resume()
    assert run_sources(context, [name], "sweep").failed is False
    again.stop()


def test_a_rule_in_a_file_of_several_is_switched_alone(
    owner: FlaskClient, context: Context, upstream: RunningServer
) -> None:
    """Its own line is written, where it stands among the others; one that cannot be written is named."""
    several = "rules:\n" + "".join(
        f"  {line}\n" for line in ("- " + makers.NEGATIVE_RULE.replace("\n", "\n  ")).split("\n")
    )
    (context.rules_folder / "several.yaml").write_text(several)
    post(owner, "/connect/shop", **_form(upstream))
    answer = post(owner, "/connect/tienda-centro/rules", rule="low-stock")
    assert answer.status_code == 303
    written = (context.rules_folder / "several.yaml").read_text()
    assert written.rstrip() == several.rstrip() + "\n    enabled: false"
    (context.rules_folder / ".several.yaml.new").mkdir()
    refused = post(owner, "/connect/tienda-centro/rules", rule=["low-stock", "negative-stock"])
    assert refused.status_code == 409
    assert "negative-stock" in refused.text.partition("no se pudieron cambiar")[2]


@pytest.mark.parametrize(
    ("service", "typed", "start"),
    [
        ("slack", {"webhook": f" {SLACK}/ "}, "slack://T0AAAAAAA/B0BBBBBBB/"),
        ("telegram", {"token": "123456789:AAabcdefghijklmnopqrstuvwxyz0123456", "chat": "-1001234567890"}, "tgram://"),
        ("mail", {"preset": "gmail", "user": "a@gmail.com", "password": "p:w/@ ?", "to": "b@c.co"}, "mailtos://a%40gmail"),
        ("mail", {"host": "smtp.x.co", "port": "465", "security": "ssl", "from": "a@x.co", "to": "b@c.co, d@e.co"},
         "mailtos://smtp.x.co:465/"),
        ("other", {"url": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"}, "discord://"),
    ],
)  # fmt: skip
def test_what_a_form_builds_apprise_understands(service: str, typed: dict[str, str], start: str) -> None:
    """Each small form ends in one address that a service can be made of."""
    built = services.SERVICES[service](typed)
    assert built.mistakes == {}
    assert built.url.startswith(start)
    assert check_url(built.url)


def test_a_mail_address_keeps_every_part() -> None:
    """Signs in a password, several recipients, the server that was named and the security that was chosen."""
    typed = {"preset": "own", "host": "mail.x.co", "port": "2525", "security": "starttls", "user": "u@x.co",
             "password": "p:w/@ ?#", "from": "", "to": "b@c.co; d@e.co"}  # fmt: skip
    parts = urlsplit(services.mail(typed).url)
    assert (parts.username, parts.password, parts.port) == ("u%40x.co", "p%3Aw%2F%40%20%3F%23", 2525)
    assert {name: values[0] for name, values in parse_qs(parts.query).items()} == {
        "smtp": "mail.x.co", "mode": "starttls", "from": "u@x.co", "to": "b@c.co,d@e.co",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("service", "typed", "fields"),
    [
        ("slack", {"webhook": "https://hooks.slack.com.evil.co/services/T/B/x"}, {"webhook"}),
        ("slack", {"webhook": "https://hooks.slack.com/services/T0/B0/"}, {"webhook"}),
        ("telegram", {"token": "nope", "chat": "my chat"}, {"token", "chat"}),
        ("mail", {"host": "a b", "port": "0", "to": "nobody", "user": "u"}, {"host", "port", "to", "from", "password"}),
        ("mail", {"preset": "gmail", "to": ""}, {"to", "from"}),
        ("mail", {"host": "x.co/?smtp=127.0.0.1", "port": "25", "to": "a@b.co", "from": "a@b.co"}, {"host"}),
        ("other", {"url": "hello"}, {"url"}),
    ],
)  # fmt: skip
def test_what_was_mistyped_is_named_by_its_field(service: str, typed: dict[str, str], fields: set[str]) -> None:
    """Every mistake at once."""
    assert set(services.SERVICES[service](typed).mistakes) == fields


def test_a_channel_is_kept_masked_and_its_form_keeps_no_secret(owner: FlaskClient, context: Context) -> None:
    """The webhook is a secret: neither the page nor a form that failed shows it again."""
    broken = post(owner, "/channels/new", service="slack", webhook=SLACK, name="  ")
    assert broken.status_code == 422
    assert "Escriba un nombre" in broken.text
    answer = post(owner, "/channels/new", service="slack", webhook=SLACK, name="Compras", language="pt")
    assert answer.location == "/channels#channel-compras"
    for text in (broken.text, owner.get("/channels").text, owner.get("/audit").text):
        assert "abcdefghijklmnop" not in text
    assert channels.get(context.store, "compras").language == "pt"
    assert (
        "Ya hay un canal que se llama compras"
        in post(owner, "/channels/new", service="slack", webhook=SLACK, name="compras").text
    )


def test_a_test_message_that_fails_says_so(owner: FlaskClient, context: Context) -> None:
    """Nobody listens there: the page does not say that it worked."""
    post(owner, "/channels/new", service="other", url="json://127.0.0.1:9/", name="nadie")
    post(owner, "/channels/nadie/test")
    text = owner.get("/channels").text
    assert "La prueba de nadie no llegó. No se pudo llegar al servicio." in text
    post(owner, "/channels/nadie/remove")
    assert channels.all_channels(context.store) == []


@pytest.mark.parametrize(
    ("typed", "kept"), [("Tienda Ñandú #2", "tienda-nandu-2"), ("  --  ", ""), ("a" * 99, "a" * 60)]
)
def test_names_are_kept_short_and_plain(typed: str, kept: str) -> None:
    """What a person calls a shop becomes the word that commands and rules use."""
    assert fence.slug(typed) == kept
