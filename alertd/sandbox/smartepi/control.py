"""The controls under `/_sandbox/`: they belong to the stand-in alone and ask for no key."""

from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, request

from alertd.sandbox.smartepi.organisation import Organisation
from alertd.sandbox.smartepi.webhooks import SCHEMES, Endpoint, Sender, event_of

control = Blueprint("control", __name__)


def _organisation() -> Organisation:
    return cast(Organisation, current_app.extensions["organisation"])


def _sender() -> Sender:
    return cast(Sender, current_app.extensions["sender"])


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")
    return body


@control.errorhandler(KeyError)
@control.errorhandler(ValueError)
@control.errorhandler(TypeError)
def _refused(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


@control.get("/faults")
def faults() -> Response:
    """What is switched on, and the kinds there are."""
    return jsonify(faults=_organisation().faults.listed(), kinds=_organisation().faults.kinds)


@control.post("/faults")
def change_faults() -> Response:
    """Switch one fault on, or all of them off with `{"clear": true}`."""
    body = _body()
    if body.pop("clear", False):
        _organisation().faults.clear()
    if body:
        _organisation().faults.add(body.pop("kind"), **body)
    return jsonify(faults=_organisation().faults.listed())


@control.get("/log")
def log() -> Response:
    """How often each path was called, and the last calls."""
    return jsonify(_organisation().log.document())


@control.post("/products")
def products() -> Response:
    """Add a product, set its stock, or remove it."""
    body, organisation = _body(), _organisation()
    if "name" in body:
        return jsonify(id=organisation.add_product(**body))
    identity = str(body["id"])
    if body.get("remove"):
        organisation.remove("products", identity)
    else:
        organisation.set_stock(identity, body["stock"])
    return jsonify(id=identity)


@control.post("/transactions")
def transactions() -> Response:
    """`withdraw`, `give_back` or `swap` a product."""
    body, organisation = _body(), _organisation()
    action = body.pop("action")
    if action == "withdraw":
        return jsonify(organisation.withdraw(**body))
    if action == "give_back":
        return jsonify(organisation.give_back(**body))
    if action == "swap":
        return jsonify(organisation.swap(**body))
    raise ValueError("action is withdraw, give_back or swap")


@control.post("/webhooks")
def webhooks() -> Response:
    """Register an address: `url`, `secret` or `secrets`, `scheme`; from then on what happens is sent there."""
    body = _body()
    scheme = str(body.get("scheme", "text"))
    if scheme not in SCHEMES:
        raise ValueError(f"scheme is {', '.join(SCHEMES)}")
    first, *more = body.get("secrets") or [body["secret"]]
    _sender().add(str(body["url"]), first, *more, scheme=scheme, live=bool(body.get("live", True)))
    return jsonify(endpoints=len(_sender().endpoints))


@control.post("/deliver")
def deliver() -> Response:
    """Send by hand: `mode` says what, to the address registered last."""
    body = _body()
    if not _sender().endpoints:
        raise ValueError("register an address first")
    return jsonify(_deliver(str(body.get("mode", "test")), int(body.get("count", 100)), _sender().endpoints[-1]))


def _deliver(mode: str, count: int, endpoint: Endpoint) -> dict[str, int]:
    sender = _sender()
    if mode == "test":
        return {"status": sender.test(endpoint)}
    if mode in ("again", "doubled", "reordered"):
        doubled, shuffled = mode != "again", mode == "reordered"
        return {"sent": sender.replay(endpoint, doubled=doubled, shuffled=shuffled, count=count)}
    event = _some_event()
    if mode == "wrong_signature":
        return {"status": sender.send(endpoint, event, wrong=True)}
    if mode == "old":
        return {"status": sender.send(endpoint, event, age=3_600)}
    if mode == "unknown_type":
        return {"status": sender.send(endpoint, {**event, "id": "evt_cabinet_opened_1", "type": "cabinet.opened"})}
    if mode == "broken":
        return {"status": sender.send(endpoint, None, body=b'{"id": "evt')}
    raise ValueError("mode is test, again, doubled, reordered, wrong_signature, old, unknown_type or broken")


def _some_event() -> dict[str, Any]:
    organisation = _organisation()
    with organisation.lock:
        if not organisation.records["withdrawals"]:
            raise ValueError("nothing was withdrawn yet")
        return event_of("withdrawals", organisation.records["withdrawals"][-1], int(organisation.clock()))
