"""Put sentences that other rooms wrote for the log into the reader's words; what is not known is shown as it is."""

import re

from flask import g

from ..sources.registry import goods_of
from .words import CATALOGUE

_HELD = (
    (re.compile(r"all (?P<whole>\d+) products are missing"), "source.held.all"),
    (re.compile(r"(?P<part>\d+) of (?P<whole>\d+) products are missing"), "source.held.products"),
    (re.compile(r"(?P<part>\d+) of (?P<whole>\d+) levels fell to zero"), "source.held.zero"),
)
_SENDING = (
    (
        re.compile(r"answered (?P<code>4\d\d|5\d\d).*credentials|mail server answered \d+: it refuses the user"),
        "fate.credentials",
    ),
    (re.compile(r"mail server answered \d+: it refuses the recipient"), "fate.recipient"),
    (re.compile(r"nobody is at this address"), "fate.nobody"),
    (re.compile(r"too many messages"), "fate.too_many"),
    (re.compile(r"could not be reached|did not accept a connection"), "fate.unreachable"),
    (re.compile(r"certificate could not be verified|does not speak TLS"), "fate.tls"),
    (re.compile(r"does not offer the sign-in or encryption"), "fate.security"),
    (re.compile(r"may have arrived"), "fate.ambiguous"),
    (re.compile(r"has trouble of its own|mail server answered 4\d\d"), "fate.trouble"),
    (re.compile(r"channel was removed"), "fate.removed"),
)


def held_words(reason: str) -> str:
    """Why a sweep was held back."""
    for pattern, key in _HELD:
        if found := pattern.search(reason):
            return str(
                g.reader.t(key, **{name: g.reader.number(int(text)) for name, text in found.groupdict().items()})
            )
    return reason


def fate_words(detail: str) -> str | None:
    """Why a message did not arrive; None where only the channel's own words tell."""
    for pattern, key in _SENDING:
        if pattern.search(detail):
            return str(g.reader.t(key))
    return None


def goods_word(kind: str) -> str:
    """What a product of a kind of system is called where it is no product of a shop; empty where it is."""
    goods = goods_of(kind)
    return str(g.reader.t(f"goods.{goods}")) if goods else ""


def apt(key: str, kind: str) -> str:
    """The key that speaks of the goods of a kind of system, where there is one."""
    bare, mark = key.removesuffix("#"), "#" if key.endswith("#") else ""
    own = f"{bare}.{goods_of(kind)}{mark}"
    return own if own in CATALOGUE["es"] else key


def browser(agent: str) -> str:
    """The program and machine of a session, as people know them."""
    programs = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    machines = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
                ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
    found = [next((name for mark, name in known if mark in agent), None) for known in (programs, machines)]
    return " · ".join(name for name in found if name) or agent[:40] or "?"
