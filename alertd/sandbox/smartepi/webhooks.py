"""Send signed webhooks, the well-behaved and the other kind.

The documentation breaks off inside the header of the signature. The scheme here is the usual one for that header; the
two other readings of the key can be chosen, so that a receiver can be tried against them.
"""

import base64
import hashlib
import hmac
import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from alertd.sandbox.smartepi.organisation import DEFAULT_SECRET, Organisation, Record

TYPES = {"withdrawals": "withdrawal.created", "returns": "return.created", "exchanges": "exchange.created"}
SCHEMES = ("text", "after", "base64", "body")
TIMEOUT_SECONDS = 5.0


def sign(secret: str, t: int, body: bytes, scheme: str = "text") -> str:
    """The hexadecimal signature of a body at a moment."""
    bare = secret.removeprefix("whsec_")
    if scheme == "base64":
        key = base64.b64decode(bare + "=" * (-len(bare) % 4))
    else:
        key = (bare if scheme == "after" else secret).encode()
    message = body if scheme == "body" else str(t).encode() + b"." + body
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def event_of(kind: str, record: Record, created_at: int) -> dict[str, Any]:
    """The event of a record; its id is made of type and record, and so the same every time."""
    name = TYPES[kind]
    return {"id": f"evt_{name.replace('.', '_')}_{record['id']}", "type": name, "createdAt": created_at, "data": record}


@dataclass(slots=True)
class Endpoint:
    """Where webhooks go, and under which secrets: two during a change-over."""

    url: str
    secrets: list[str]
    scheme: str = "text"


class Sender:
    """Posts events to the endpoints of an organisation; what happens there comes by itself once one is set."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.endpoints: list[Endpoint] = []
        self.answers: list[int] = []
        self._waiting: queue.Queue[tuple[str, Record]] = queue.Queue()
        self._thread: threading.Thread | None = None

    def add(
        self, url: str, secret: str = DEFAULT_SECRET, *more: str, scheme: str = "text", live: bool = True
    ) -> Endpoint:
        """Register an address. Without `live` only what is sent by hand goes there."""
        endpoint = Endpoint(url, [secret, *more], scheme)
        self.endpoints.append(endpoint)
        if live and self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sandbox-webhooks", daemon=True)
            self._thread.start()
            self.organisation.listeners.append(lambda kind, record: self._waiting.put((kind, record)))
        return endpoint

    def _work(self) -> None:
        while True:
            kind, record = self._waiting.get()
            for endpoint in self.endpoints:
                self.send(endpoint, event_of(kind, record, int(self.organisation.clock())))

    def send(
        self,
        endpoint: Endpoint,
        event: object,
        *,
        age: float = 0,
        wrong: bool = False,
        body: bytes | None = None,
    ) -> int:
        """One delivery; returns the status of the answer, 0 where there was none. `age` makes its `t` an old one."""
        raw = json.dumps(event, ensure_ascii=False).encode() if body is None else body
        t = int(self.organisation.clock() - age)
        marks = [sign("whsec_wrong" if wrong else secret, t, raw, endpoint.scheme) for secret in endpoint.secrets]
        header = ",".join((f"t={t}", *(f"v1={mark}" for mark in marks)))
        status = _post(endpoint.url, raw, {"Content-Type": "application/json", "X-SmartEPI-Signature": header})
        self.answers.append(status)
        return status

    def test(self, endpoint: Endpoint) -> int:
        """What the button in the console sends."""
        now = int(self.organisation.clock())
        event = {"id": f"evt_webhook_test_{now}", "type": "webhook.test", "createdAt": now, "data": {"message": "test"}}
        return self.send(endpoint, event)

    def replay(self, endpoint: Endpoint, *, doubled: bool = False, shuffled: bool = False, count: int = 100) -> int:
        """Send the newest transactions once more; returns how many deliveries that were."""
        with self.organisation.lock:
            found = [(kind, record) for kind in TYPES for record in self.organisation.records[kind][-count:]]
        chosen: Iterable[tuple[str, Record]] = found * (2 if doubled else 1)
        ordered = list(chosen)
        if shuffled:
            self.organisation.rng.shuffle(ordered)
        for kind, record in ordered:
            self.send(endpoint, event_of(kind, record, int(self.organisation.clock())))
        return len(ordered)


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    call = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - the address a tester typed
    try:
        with urllib.request.urlopen(call, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return int(refusal.code)
    except OSError:
        return 0
