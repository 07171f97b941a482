"""One HTTP client for every upstream system; the only module that imports httpx.

It sends the call, counts it against the budget before it leaves, retries what may pass, and turns every way of failing
into one `SourceTrouble` with a sentence. What an answer means is the business of the source's own module.
"""

import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Generic, Protocol, TypeVar
from urllib.parse import SplitResult, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import stamina

from .. import __version__, fence
from ..errors import LateTrouble, SourceTrouble, UsageTrouble

# A page of 200 sales costs the server thousands of statements; the vendor's own clients wait this long.
READ_SECONDS = 60.0
CONNECT_SECONDS = 5.0
TRIES = 3
# A page of 200 products is 300 kB; a table that somebody keeps as one file is read whole.
LARGEST_ANSWER = 64 * 2**20
MAY_PASS = frozenset({"unreachable", "server", "answer"})

Answer = TypeVar("Answer")
Judge = Callable[[int, bytes, str], Answer]
Parameters = Mapping[str, str | int]
Transport = httpx.BaseTransport
RETRY_AFTER = "Retry-After"
REMAINING, LIMIT = "X-RateLimit-Remaining", "X-RateLimit-Limit"


class _Fenced(httpx.HTTPTransport):
    """Connects from behind the fence, and by no proxy of the environment: it would connect in our place."""

    def __init__(self, allowed: fence.Networks) -> None:
        super().__init__(verify=_trust())
        self._allowed = allowed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, unless it leads into the server's own network."""
        with fence.up(self._allowed):
            return super().handle_request(request)


def fenced(allowed: fence.Networks) -> Transport:
    """The way to addresses that were typed into a form."""
    return _Fenced(allowed)


def usual(url: str) -> Transport:
    """The way to an address of the operator's own: by the proxy of the environment, where it names one."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and not proxy_bypass(parts.hostname or ""):
        return httpx.HTTPTransport(verify=_trust(), proxy=proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme == "https":
        return httpx.HTTPTransport(verify=_trust())
    # Nothing is encrypted on this way and no redirect is followed: the authorities of the web need not be read.
    return httpx.HTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates are believed. Reading them all takes longer than a quiet cycle of a small shop."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, before anybody judged it. `headers` are found whatever their case."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def number(self, header: str) -> int | None:
        """The number in a header; None where there is none."""
        written = self.headers.get(header, "").strip()
        return int(written) if written.isdecimal() else None


class Budget(Protocol):
    """The purse a client draws on: asked before each call, and told what the server says is left, where it says so."""

    def __call__(self, dated: bool, /) -> None:
        """Count one call. Raises SourceTrouble (`quota`) when it must not go."""
        ...

    def told(self, remaining: int, limit: int | None, dated: bool, /) -> None:
        """The server says that so many calls are left for this kind of call, of so many."""
        ...

    def refused(self, seconds: int | None = None, /) -> int:
        """The server says that the quota is gone, and perhaps for how long. Returns the moment to try again."""
        ...


def check_address(url: str) -> str:
    """A base address as it is stored: http(s), a host, no query, ending in one slash. Raises UsageTrouble."""
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageTrouble(f"'{url}' is not an address of an API; write it like https://host/api/external/v1/.")
    if parts.username or parts.password:
        raise UsageTrouble("Leave the user and password out of the address; give the key with --api-key.")
    return url.strip().rstrip("/") + "/"


def _split(url: str) -> SplitResult | None:
    """The parts of an address; None where it is none, or its port cannot be."""
    try:
        parts = urlsplit(url.strip())
        (parts.hostname or "").encode("idna")
        if parts.port == 0 or any(letter.isspace() for letter in url.strip()):
            return None
        httpx.URL(url.strip())
    except (ValueError, httpx.InvalidURL):
        return None
    return parts


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
        # What must never show in a sentence: the key, alone and with its scheme.
        self._secrets = [word for value in headers.values() for word in (value, value.rpartition(" ")[2]) if word]
        self._patience = patience
        self.requests = 0
        self._base = base_url
        self._headers = {
            "Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": f"alertd/{__version__}",
            **headers,
        }  # fmt: skip
        self._timeout = {"timeout": httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS).as_dict()}
        # The transport itself, because all that a client adds to it (cookies, redirects, the joining of addresses) is
        # of no use here and takes as long as the call.
        self._transport = transport or usual(base_url)

    def get(
        self, path: str, parameters: Parameters | None = None, *, dated: bool = False, tries: int = TRIES
    ) -> Answer:
        """What the judge made of a good answer. `dated` calls draw on the larger allowance.

        Raises SourceTrouble: at once for a refused key, an exhausted quota or a refused request; after three tries
        for anything that may pass.
        """
        for attempt in stamina.retry_context(
            on=may_pass, attempts=tries, timeout=self._patience, wait_initial=0.3, wait_max=5.0, wait_jitter=0.5
        ):
            with attempt:
                self.pay(dated)
                return self.judged(self.send(path, parameters), dated)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def pay(self, dated: bool) -> None:
        """Count one call before it is sent. Raises SourceTrouble when the budget refuses it."""
        self._budget(dated)
        self.requests += 1

    def send(
        self,
        path: str,
        parameters: Parameters | None = None,
        *,
        post: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call that was paid for, tried once and not yet judged; from any thread. Raises SourceTrouble.

        With `post` it carries that as JSON: the one thing ever posted is a pair of credentials.
        """
        try:
            request = self._request(path, parameters, post, headers)
            with closing(self._transport.handle_request(request)) as answer:
                answer.request = request
                body = self._whole(answer)
        except httpx.ReadTimeout:
            raise LateTrouble(f"{self._host} did not answer in time.", kind="unreachable") from None
        except httpx.TimeoutException:
            raise SourceTrouble(f"{self._host} did not answer in time.", kind="unreachable") from None
        except httpx.RemoteProtocolError as fault:
            raise SourceTrouble(f"{self._host} broke off its answer ({_short(fault)}).", kind="unreachable") from None
        except httpx.DecodingError:
            raise SourceTrouble(f"{self._host} sent an answer that cannot be unpacked.", kind="answer") from None
        except httpx.LocalProtocolError:
            # Its text quotes the header, and so the key.
            raise SourceTrouble("The key holds a sign that cannot be sent; copy it again.", kind="key") from None
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise SourceTrouble(
                f"Cannot reach {self._host} ({_short(fault)}); check the address and the network.", kind="unreachable"
            ) from None
        return Reply(answer.status_code, body, answer.headers)

    def _request(
        self, path: str, parameters: Parameters | None, post: object, headers: Mapping[str, str] | None
    ) -> httpx.Request:
        address = path if "://" in path else self._base + path
        query = f"?{urlencode(parameters)}" if parameters else ""
        return httpx.Request(
            "GET" if post is None else "POST",
            address + query,
            headers=self._headers if headers is None else {**self._headers, **headers},
            json=post,
            extensions=self._timeout,
        )

    def _whole(self, answer: httpx.Response) -> bytes:
        """The body, unpacked; a server that sends without end must not fill the memory that watches the stock."""
        pieces, size = [], 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > LARGEST_ANSWER:
                said = f"{self._host} sends more than {LARGEST_ANSWER >> 20} MiB in one answer."
                raise SourceTrouble(said, kind="request")
            pieces.append(piece)
        return b"".join(pieces)

    def judged(self, reply: Reply, dated: bool) -> Answer:
        """What the judge makes of a reply; from the thread that owns the budget. Raises SourceTrouble."""
        if 300 <= reply.status < 400:
            raise SourceTrouble(
                f"{self._host} answered with a redirect ({reply.status}); check the base address.", kind="request"
            )
        remaining = reply.number(REMAINING)
        if remaining is not None:
            self._budget.told(remaining, reply.number(LIMIT), dated)
        return self._judge_body(reply)

    def _judge_body(self, reply: Reply) -> Answer:
        try:
            return self._judge(reply.status, reply.body, self._host)
        except SourceTrouble as fault:
            retry_at = self._budget.refused(reply.number(RETRY_AFTER)) if fault.kind == "quota" else fault.retry_at
            raise SourceTrouble(self._without_secrets(str(fault)), kind=fault.kind, retry_at=retry_at) from None

    def _without_secrets(self, text: str) -> str:
        """A server may quote what it was sent; what is kept and shown of it must not hold the key."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def may_pass(fault: Exception) -> bool:
    """Whether trying the same call again can help."""
    return isinstance(fault, SourceTrouble) and fault.kind in MAY_PASS


def _short(fault: Exception) -> str:
    return str(fault).splitlines()[0][:120] if str(fault) else type(fault).__name__
