"""One HTTP client for every upstream system; the only module that imports httpx.

It sends the call, counts it against the budget before it leaves, retries what may pass, and turns every way of failing
into one `SourceTrouble` with a sentence. What an answer means is the business of the source's own module.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina

from .. import __version__
from ..errors import SourceTrouble, UsageTrouble

# A page of 200 sales costs the server thousands of statements; the vendor's own clients wait this long.
READ_SECONDS = 60.0
CONNECT_SECONDS = 5.0
TRIES = 3
MAY_PASS = frozenset({"unreachable", "server", "answer"})

Answer = TypeVar("Answer")
Budget = Callable[[bool], None]
Judge = Callable[[int, bytes, str], Answer]
Parameters = Mapping[str, str | int]


def check_address(url: str) -> str:
    """A base address as it is stored: http(s), a host, no query, ending in one slash. Raises UsageTrouble."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageTrouble(f"'{url}' is not an address of an API; write it like https://host/api/external/v1/.")
    if parts.username or parts.password:
        raise UsageTrouble("Leave the user and password out of the address; give the key with --api-key.")
    return url.strip().rstrip("/") + "/"


class Http(Generic[Answer]):
    """Calls to one upstream system with one key. Not shared between sources; safe for a few threads.

    `budget` is asked before each call and may refuse it; `judge` turns status and body into what the source works with,
    or raises SourceTrouble.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        budget: Budget,
        judge: Judge[Answer],
        transport: httpx.BaseTransport | None = None,
        patience: float = 30.0,
    ) -> None:
        self._budget = budget
        self._judge = judge
        self._host = urlsplit(base_url).netloc
        self._patience = patience
        self.requests = 0
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Accept": "application/json", "User-Agent": f"alertd/{__version__}", **headers},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            transport=transport,
        )

    def get(self, path: str, parameters: Parameters | None = None, *, dated: bool = False) -> Answer:
        """What the judge made of a good answer. `dated` calls draw on the larger allowance.

        Raises SourceTrouble: at once for a refused key, an exhausted quota or a refused request; after three tries
        for anything that may pass.
        """
        for attempt in stamina.retry_context(
            on=_may_pass, attempts=TRIES, timeout=self._patience, wait_initial=0.3, wait_max=5.0, wait_jitter=0.5
        ):
            with attempt:
                return self._once(path, parameters, dated)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, path: str, parameters: Parameters | None, dated: bool) -> Answer:
        self._budget(dated)
        self.requests += 1
        try:
            answer = self._client.get(path, params=dict(parameters or {}))
        except httpx.TimeoutException:
            raise SourceTrouble(f"{self._host} did not answer in time.", kind="unreachable") from None
        except httpx.RemoteProtocolError as fault:
            raise SourceTrouble(f"{self._host} broke off its answer ({fault}).", kind="unreachable") from None
        except httpx.DecodingError:
            raise SourceTrouble(f"{self._host} sent an answer that cannot be unpacked.", kind="answer") from None
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise SourceTrouble(
                f"Cannot reach {self._host} ({_short(fault)}); check the address and the network.", kind="unreachable"
            ) from None
        if answer.is_redirect or 300 <= answer.status_code < 400:
            raise SourceTrouble(
                f"{self._host} answered with a redirect ({answer.status_code}); check the base address.", kind="request"
            )
        return self._judge(answer.status_code, answer.content, self._host)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _may_pass(fault: Exception) -> bool:
    return isinstance(fault, SourceTrouble) and fault.kind in MAY_PASS


def _short(fault: Exception) -> str:
    return str(fault).splitlines()[0][:120] if str(fault) else type(fault).__name__
