"""The doors of alertd itself: rule texts, the webhook door, every address of the page, and the JSON API."""

import json
import socket
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from flask.testing import FlaskClient
from hypothesis import strategies as st

from alertd.engine.actions import ProgressBoard, actions_of
from alertd.engine.hooks import Desk
from alertd.engine.preview import preview
from alertd.rules.load import RuleSet, load_text
from alertd.sandbox.smartepi import Organisation, sign
from alertd.sandbox.smartepi.webhooks import event_of
from alertd.store import tokens
from alertd.web.api.door import LIMITER, OPERATIONS
from alertd.web.app import create_app
from alertd.web.limit import Limiter
from tests.sources.house import House
from tests.web import makers

from .strategies import bent, edits, texts, values

SECRET = "whsec_alertd_example_secret"
SHIPPED = sorted((Path(__file__).parents[2] / "rules").glob("*.yaml"))
WORDS = (
    "stock", "stock_minimo", "stock_maximo", "change", "sold(7)", "stock_ago(3)", "days_of_cover", "nombre", "marca",
    "1", "0", "-1.5", "1e400", "'a'", "''", "null", "9" * 40, "sold(-1)", "sold(99999999999)", "contains(nombre, 'x')",
)  # fmt: skip
SIGNS = (
    "+",
    "-",
    "*",
    "/",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "and",
    "or",
    "in",
    "between",
    "is null",
    "not",
    "(",
    ")",
    ",",
)

expressions = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: (
        st.builds(lambda a, sign, b: f"({a} {sign} {b})", inner, st.sampled_from(SIGNS), inner)
        | st.builds(lambda a: f"not {a}", inner)
    ),
    max_leaves=12,
) | st.lists(st.sampled_from(WORDS + SIGNS), max_size=12).map(" ".join)


class Rules:
    """Whatever a file holds, it becomes rules and mistakes; what is a rule can be run."""

    def __init__(self, folder: Path) -> None:
        self._house = House(folder)
        makers.seed_shop(self._house.store)
        self._texts = [path.read_text() for path in SHIPPED]

    @property
    def cases(self) -> Any:
        """Whole texts, texts that somebody cut, and rules with strange values."""
        shipped = st.sampled_from(self._texts)
        cut = st.builds(
            lambda text, a, b, stray: text[: int(a * len(text))] + stray + text[int(b * len(text)) :],
            shipped, st.floats(0, 1), st.floats(0, 1), texts,
        )  # fmt: skip
        written = st.builds(
            _rule, st.sampled_from(("stock", "product", "returns", "sales", "source")), expressions, values
        )
        return texts | cut | written

    def check(self, text: str) -> None:
        """Read it, and run what is good."""
        found = load_text(text, "fuzz.yaml")
        for error in found.errors:
            assert error.message, error
            assert error.line >= 0, error
            assert "\n" not in error.message, error
        for rule in found.rules:
            preview(self._house.store, rule, self._house.now)

    def close(self) -> None:
        self._house.store.close()


def _rule(on: str, when: str, extra: Any) -> str:
    """A rule as JSON, which is YAML too."""
    rule = {"name": "fuzzed", "title": "x", "on": on, "when": when}
    if on in ("returns", "sales"):
        rule["window"] = "7d"
    if isinstance(extra, dict):
        rule |= extra
    return json.dumps(rule, ensure_ascii=False)


class Webhooks:
    """Whatever is delivered, signed or not: an answer below 500, and nothing of it breaks the ledger."""

    def __init__(self, folder: Path) -> None:
        self._house = House(folder)
        works = Organisation(clock=self._house.seconds, rate=1e9)
        works.add_product("Luva")
        self._house.connect("smartepi", "https://upstream.example/v1/", api_key="k", webhook_secret=SECRET)
        self._event = event_of("withdrawals", works.withdraw("prd-1", 1), self._house.now // 1000)
        context = self._house.context
        app = create_app(context.store, context.settings, "k", clock=context.now, receive=Desk(context).receive)
        self._client = app.test_client()

    cases = st.tuples(
        edits | st.just([]),
        st.none() | st.binary(max_size=200),
        st.booleans(),
        texts,
        st.sampled_from(("fonte", "x", "%00")),
    )

    def check(self, case: Any) -> None:
        """Deliver it."""
        changes, raw, signed, header, name = case
        body = raw if raw is not None else json.dumps(bent(self._event, changes)).encode("utf-8", "surrogatepass")
        at = self._house.now // 1000
        value = f"t={at},v1={sign(SECRET, at, body, 'text')}" if signed else _header(header)
        answer = self._client.post(
            f"/hooks/smartepi/{name}",
            data=body,
            headers={"X-SmartEPI-Signature": value},
            content_type="application/json",
        )
        assert answer.status_code < 500, (answer.status_code, answer.text)

    def close(self) -> None:
        self._house.store.close()


def _header(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).encode("latin-1", "ignore").decode("latin-1")


class Pages:
    """Every address of the page, as its administrator: strange words in the address, the question and the form."""

    def __init__(self, folder: Path) -> None:
        self._house = House(folder)
        context = self._house.context
        context.now = lambda: makers.NOW
        makers.seed_shop(context.store)
        app = _app(context)
        app.config["WTF_CSRF_ENABLED"] = False
        self._rules = [
            rule for rule in app.url_map.iter_rules()
            if rule.endpoint not in ("static", "session.sign_out") and not rule.endpoint.startswith("api.")
        ]  # fmt: skip
        self._client = app.test_client()
        self._user = makers.user(context.store, language="es")

    @property
    def cases(self) -> Any:
        """An address, its parts, and what is sent along; the names are those that the page's own forms use."""
        names = st.sampled_from(FIELDS) | st.text(min_size=1, max_size=8)
        words = st.sampled_from(KNOWN) | texts
        return st.tuples(
            st.sampled_from(range(len(self._rules))),
            st.lists(words, min_size=3, max_size=3),
            st.dictionaries(names, words | st.lists(words, max_size=3), max_size=6),
            st.sampled_from(("GET", "POST")),
            st.booleans(),
        )

    def check(self, case: Any) -> None:
        """Ask; a fault of ours is the only wrong answer."""
        number, parts, sent, method, in_page = case
        rule = self._rules[number % len(self._rules)]
        if method not in (rule.methods or ()):
            method = "POST" if method == "GET" else "GET"
        path = _path(rule, parts)
        if path is None:
            return
        makers.sign_in(self._client, self._house.store, self._user)
        headers = {"HX-Request": "true"} if in_page else {}
        given = {"query_string": sent} if method == "GET" else {"data": sent}
        with patch("socket.getaddrinfo", side_effect=socket.gaierror("no network here")):
            answer = self._client.open(path, method=method, headers=headers, **given)
        # 503 is an answer: what needs the worker says that it is not there.
        assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.status_code)
        assert "Traceback" not in answer.get_data(as_text=True)

    def close(self) -> None:
        self._house.store.close()


FIELDS = (
    "name", "password", "role", "language", "next", "state", "severity", "rule", "source", "q", "after", "before",
    "key",
    "text", "when", "on", "days", "scope", "for", "until", "from", "since", "comment", "codigo", "ids", "level",
    "cause",
    "service", "url", "host", "port", "to", "user", "kind", "base_url", "api_key", "timezone", "cantidad", "columns",
    "sort", "format", "at", "mark", "was", "threshold", "product", "count", "hours", "day", "closed", "holiday",
    "country",
)  # fmt: skip
KNOWN = (
    "1", "2", "0", "-1", "99999999999999999999", "tienda-centro", "tienda-nueva", "low-stock", "a000000000000000",
    "admin",
    "viewer", "firing", "critical", "es", "/", "//evil.example", "2025-01-31", "2025-02-30T99:99", "12.5", "1,5", "csv",
    "xlsx", "marta", "slack", "smartpyme", "read", "90", "on", "WzFd", "W10", "W251bGxd", "WzEsMl0",
)  # fmt: skip


def _app(context: Any) -> Any:
    def rules() -> RuleSet:
        book = context.rules.book(context.now())
        return RuleSet(book.rules, book.errors)

    return create_app(
        context.store,
        context.settings,
        "k",
        clock=context.now,
        rules=rules,
        actions=actions_of(context, ProgressBoard()),
    )


def _path(rule: Any, parts: list[str]) -> str | None:
    given: dict[str, Any] = {}
    for name, part in zip(sorted(rule.arguments), parts, strict=False):
        kind = type(rule._converters[name]).__name__
        word = part.replace("/", "").strip() or "x"
        given[name] = (int(part) if part.isascii() and part.isdigit() else 1) if kind == "IntegerConverter" else word
    built = rule.build(given, append_unknown=False)
    return None if built is None else str(built[1])


class Api:
    """Every operation, with strange words, bodies and headers; whatever comes, the answer is JSON below 500."""

    def __init__(self, folder: Path) -> None:
        self._house = House(folder)
        context = self._house.context
        context.now = lambda: makers.NOW
        makers.seed_shop(context.store)
        app = _app(context)
        app.extensions[LIMITER] = Limiter(burst=10**12)
        self._client: FlaskClient = app.test_client()
        _, self._token = tokens.add(context.store, "fuzz", scope="write", now=makers.NOW)

    cases = st.tuples(
        st.sampled_from(range(len(OPERATIONS))),
        st.sampled_from(KNOWN) | texts,
        st.dictionaries(st.sampled_from(("limit", "cursor", "state", "source", "sku", "at", "since", "until", "x")),
                        st.sampled_from(KNOWN) | texts, max_size=4),
        values | st.dictionaries(st.sampled_from(("match", "for", "comment", "from", "note", "by", "until")),
                                 st.sampled_from(("2h", "x", "2026-12-01")) | values, max_size=4),
        st.none() | st.binary(max_size=100),
        st.sampled_from(("application/json", "application/yaml", "text/plain", "")),
        st.dictionaries(st.sampled_from(("If-Match", "If-None-Match", "Accept", "Range", "X-Forwarded-For")),
                        st.sampled_from(("*", '"x"', "W/", "application/json", "text/html", "bytes=0-", "\xff")),
                        max_size=2),
    )  # fmt: skip

    def check(self, case: Any) -> None:
        """Call it."""
        number, word, query, document, raw, kind, headers = case
        operation = OPERATIONS[number % len(OPERATIONS)]
        word = quote((word.replace("/", "") or "x").encode("utf-8", "replace"), safe="")
        path = operation.path
        for part in ("<int:number>", "<fingerprint>", "<name>"):
            path = path.replace(part, "7" if part.startswith("<int") else word)
        body = raw if raw is not None else json.dumps(document).encode("utf-8", "surrogatepass")
        answer = self._client.open(
            f"/api/v1{path}", method=operation.method, query_string=query, content_type=kind,
            data=body if operation.body else None,
            headers={**headers, "Authorization": f"Bearer {self._token}"},
        )  # fmt: skip
        assert answer.status_code < 500 or answer.status_code == 503, (operation.name, answer.status_code, answer.text)
        if answer.data:
            json.loads(answer.data)

    def close(self) -> None:
        self._house.store.close()
