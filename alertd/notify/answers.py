"""What a service answered, read from what Apprise and the mail library wrote while they sent: taken, to be tried again,
refused for good, or nobody can tell. Text in, a verdict out; nothing here sends.
"""

import logging
import re
from dataclasses import dataclass, replace
from enum import Enum

Heard = list[tuple[int, str]]
"""Log lines with their level."""

ASKED = "Asked to wait "
REFUSED = "Refused inside a success"


class Outcome(Enum):
    """How a delivery ended: it was taken, it may be tried again, it makes no sense to, or nobody can tell."""

    DELIVERED = "delivered"
    RETRYABLE = "retryable"
    PERMANENT = "permanent"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The answer to one attempt. `reached` names the mail recipients that have the message, now or from before.

    `wait` is how many seconds the service asked us to stay away, where it did.
    """

    outcome: Outcome
    detail: str
    reached: tuple[str, ...] = ()
    wait: float | None = None


def believe(heard: Heard) -> Delivery:
    """A success, unless what the service wrote back says in so many words that it is none."""
    refused = [text.removeprefix(REFUSED) for _, text in heard if text.startswith(REFUSED)]
    if refused:
        return Delivery(Outcome.RETRYABLE, f"The service answered 200, and wrote that it failed{refused[-1]}.")
    return Delivery(Outcome.DELIVERED, "")


_HTTP_CODE = re.compile(r"error=(\d{3})\b")
_SMTP_CODE = re.compile(r"\(([245]\d\d), b?['\"]|was refused: ([45]\d\d) ")
SMTP_CODE_SAID = re.compile(r"mail server answered [45]\d\d")
_SLACK_REASON = re.compile(r"Response Details:\s+b'(?:\{.*?\"error\": ?\")?([a-z_]{4,40})['\"]")
_GATEWAY_TIMEOUT = 504
_TRY_AGAIN_CODES = frozenset((408, 409, 421, 423, 425, 429))
_SLACK_TRY_AGAIN = frozenset(("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"))
_UNSENT = ("refused", "resolve", "not known", "Name or service", "No address", "unreachable", "No route")
_TOO_LATE = ("Read timed out", "timed out", "aborted", "RemoteDisconnected", "reset by peer", "broken", "closed")


def judge(heard: Heard) -> Delivery:
    """Read the reason for a failure from what Apprise wrote. What cannot be understood is tried again."""
    said = _judge(heard)
    if said.outcome is Outcome.RETRYABLE and _partly_there(heard):
        said = replace(said, outcome=Outcome.AMBIGUOUS)
    asked = [float(text.removeprefix(ASKED)) for _, text in heard if text.startswith(ASKED)]
    return replace(said, wait=asked[-1]) if asked and said.outcome is not Outcome.PERMANENT else said


def _partly_there(heard: Heard) -> bool:
    """Whether a part of it has arrived, or may have: an address can lead to several people, and take several calls."""
    return any(
        (level == logging.INFO and text.startswith("Sent "))
        or (text.startswith("Socket Exception") and any(word in text for word in _TOO_LATE) and not _unsent(text))
        for level, text in heard
    )


def _unsent(fault: str) -> bool:
    """Whether it broke off before anything was said."""
    return any(word in fault for word in (*_UNSENT, "ConnectTimeout", "connect timeout")) or bool(
        _SMTP_CODE.search(fault)
    )


def _judge(heard: Heard) -> Delivery:
    warnings = " ".join(text for level, text in heard if level >= logging.WARNING)
    faults = " ".join(text for level, text in heard if text.startswith(("Socket Exception", "SMTP recipient")))
    details = " ".join(text for level, text in heard if text.startswith("Response Details"))
    smtp = [int(first or second) for first, second in _SMTP_CODE.findall(faults)]
    if smtp:
        return _smtp_answer(smtp[-1])
    if codes := [int(code) for code in _HTTP_CODE.findall(warnings)]:
        reason = _SLACK_REASON.search(details)
        return _http_answer(codes, reason[1] if reason else None)
    return _no_answer(faults)


def _http_answer(codes: list[int], reason: str | None) -> Delivery:
    again = [code for code in codes if _may_pass(code, reason)]
    code = (again or codes)[-1]
    said = f"The service answered {code}" + (f" ({reason})" if reason else "")
    if code == _GATEWAY_TIMEOUT:
        return Delivery(Outcome.AMBIGUOUS, f"{said}: it waited too long for another; the message may have arrived.")
    return Delivery(Outcome.RETRYABLE if again else Outcome.PERMANENT, f"{said}: {_meaning(code)}")


def _may_pass(code: int, reason: str | None) -> bool:
    """Whether the same message may be taken later. A success that Apprise does not take for one is Slack's doing."""
    if code < 300:
        return reason is None or reason in _SLACK_TRY_AGAIN
    return code >= 500 or code in _TRY_AGAIN_CODES


_MEANINGS = {
    401: "it does not accept the credentials in the channel's address; add the channel again with new ones.",
    404: "nobody is at this address any more; add the channel again with the right one.",
    429: "too many messages in a short time.",
}
_SAME_MEANING = {403: 401, 407: 401, 410: 404}


def _meaning(code: int) -> str:
    said = _MEANINGS.get(_SAME_MEANING.get(code, code))
    if said:
        return said
    if code < 300:
        return "it did not take the message."
    if code < 400:
        return "it sends us elsewhere, which is not followed; add the channel with the address it really has."
    if code in _TRY_AGAIN_CODES or code >= 500:
        return "it has trouble of its own."
    return "it does not accept this message; check the channel's address."


def _smtp_answer(code: int) -> Delivery:
    if code < 500:
        return Delivery(Outcome.RETRYABLE, f"The mail server answered {code}: not now.")
    what = "the user or password" if code in (530, 534, 535, 538) else "the recipient or the sender"
    return Delivery(
        Outcome.PERMANENT, f"The mail server answered {code}: it refuses {what}; check the channel's address."
    )


def _no_answer(faults: str) -> Delivery:
    if any(word in faults for word in _UNSENT):
        return Delivery(Outcome.RETRYABLE, "The service could not be reached.")
    if "ConnectTimeout" in faults or "connect timeout" in faults:
        return Delivery(Outcome.RETRYABLE, "The service did not accept a connection in time.")
    if "certificate" in faults.lower() or "SSL" in faults:
        return Delivery(Outcome.RETRYABLE, "The service's certificate could not be verified, or it does not speak TLS.")
    if "not supported by server" in faults:
        return Delivery(Outcome.PERMANENT, "The mail server does not offer the sign-in or encryption of this address.")
    if any(word in faults for word in _TOO_LATE):
        return Delivery(
            Outcome.AMBIGUOUS, "The service did not answer in time or broke off; the message may have arrived."
        )
    return Delivery(Outcome.RETRYABLE, "The service did not take the message and gave no reason.")
