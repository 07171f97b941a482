"""What each fault looks like on the wire. Which calls are struck is decided in `faults`."""

import json
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, request

from alertd.sandbox.smartpyme import answers
from alertd.sandbox.smartpyme.encode import dumps
from alertd.sandbox.smartpyme.faults import Fault
from alertd.sandbox.smartpyme.shop import Shop

Struck = dict[str, Fault]


class ResetByFault(ConnectionResetError):
    """The call ends without an answer."""


def instead(shop: Shop, struck: Struck) -> Response | None:
    """The answer a fault gives in place of the endpoint's, if it does. Waits where it should be slow."""
    if "slow" in struck:
        shop.faults.sleep(struck["slow"].seconds)
    if "reset" in struck:
        shop.record_call(request.method, request.full_path.rstrip("?"), 0)
        raise ResetByFault("reset on demand")
    if "429" in struck:
        return answers.over_quota(shop)
    if "500" in struck:
        return answers.server_fault(shop)
    if "503" in struck:
        return answers.html(shop, "Service Unavailable", 503)
    if "html" in struck:
        return answers.html(shop, "Bienvenido", 200)
    return None


def body(shop: Shop, struck: Struck, response: Response) -> None:
    """Damage a finished answer."""
    if not struck.keys().isdisjoint(_DAMAGES) and response.content_type == "application/json":
        answer: dict[str, Any] = json.loads(response.get_data())
        for kind, damage in _DAMAGES.items():
            if kind in struck:
                damage(answer)
        response.set_data(b"\n" * shop.dialect.line_feeds + dumps(answer))
    if "mislabelled" in struck:
        response.status_code = 200
        response.headers["Content-Type"] = "text/html; charset=UTF-8"
    if "truncated" in struck:
        # The announced length stays, so that the loss is one of the transport and not only of the text.
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2])
        response.headers["Content-Length"] = str(len(whole))


def _later_page() -> bool:
    return request.args.get("page", "1").strip() not in ("", "1")


def _grow_total(answer: dict[str, Any]) -> None:
    if _later_page() and "pagination" in answer:
        answer["pagination"]["total"] += 1


def _drop_rows(answer: dict[str, Any]) -> None:
    if _later_page() and "pagination" in answer:
        answer["data"] = []
        answer["pagination"] |= {"from": None, "to": None}


def _first(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer.get("data")
    record = data[0] if isinstance(data, list) and data else data
    return record if isinstance(record, dict) else {}


def _drop_id(answer: dict[str, Any]) -> None:
    _first(answer).pop("id", None)


def _write_text(answer: dict[str, Any]) -> None:
    record = _first(answer)
    if record.get("inventarios"):
        record["inventarios"][0]["stock"] = "doce"
    elif record.get("detalles"):
        record["detalles"][0]["cantidad"] = "doce"
    elif "precio" in record:
        record["precio"] = "doce"


_DAMAGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "total": _grow_total,
    "empty_page": _drop_rows,
    "no_id": _drop_id,
    "text_number": _write_text,
}

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Connections:
    """Turns `ResetByFault` into a connection that really breaks, where there is one."""

    def __init__(self, inner: WSGI) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return self.inner(environ, start_response)
        except ResetByFault:
            # waitress hands out a bound method of the connection, the only way to reach its socket from here.
            asked = environ.get("waitress.client_disconnected")
            if asked is None:
                raise
            _reset(asked.__self__.socket)
            raise _hang_up() from None


def _reset(connection: socket.socket) -> None:
    """Make closing this socket send a reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _hang_up() -> Exception:
    from waitress.channel import ClientDisconnected

    hang_up: Exception = ClientDisconnected()
    return hang_up
