"""Rules by the API, where the engine is at hand: try one on the present, write one, take one out.

A rule is written over what was read and nothing else: If-Match names it, so that nobody's work is lost.
"""

from typing import Any

import msgspec
from flask import g, request

from ..room import room
from ..rule_actions import Outcome, RuleActions, Sample, Wish
from . import shapes
from .door import mark_of, note, operation
from .problems import Refused
from .rules import ABOUT, YAML, errors_of, get_rule, rule_named

NOT_THIS_ONE = (404, 409, 412, 428)


def _engine() -> RuleActions:
    rules = room().actions.rules
    if rules is None:
        raise Refused(409, "Rules cannot be tried or written where this page runs.")
    return rules


@operation("GET", "/rules/<name>/preview", "What a rule matches now, and why; nothing fires", answer=shapes.Preview,
           refusals=(404, 409), about=ABOUT)  # fmt: skip
def preview_rule(name: str) -> shapes.Preview:
    """What it would speak of, whether it is switched on or not."""
    rule = rule_named(name)
    found = _engine().preview(rule, g.reader.language)
    if found.late:
        raise Refused(503, "The rule took too long to be tried; narrow it with a query.", headers={"Retry-After": "60"})
    return shapes.Preview(name, found.count, found.more, [_match(each) for each in found.samples])


def _match(found: Sample) -> dict[str, Any]:
    """A match in the shape of `rules preview --json`: its parts by name, and once more at the top."""
    subject = {key: value for key, value in msgspec.to_builtins(found.subject).items() if value is not None}
    why = [{"word": e.word, "formula": e.formula, "inputs": dict(e.inputs)} for e in found.why]
    return {
        **subject,
        **found.values,
        "source": found.source,
        "subject": subject,
        "values": found.values,
        "severity": found.severity,
        "why": why,
    }


@operation("PUT", "/rules/<name>", "Write a rule: a new one, or over the one that If-Match names", body=str,
           takes=YAML, answer=shapes.RuleText, scope="write", refusals=NOT_THIS_ONE, about=ABOUT,
           conditional=True)  # fmt: skip
def put_rule(name: str, body: str) -> shapes.RuleText:
    """Write a rule. The text must be of that name; nothing is written while it has a mistake."""
    engine, is_new = _engine(), not _is_there(name)
    current = None if is_new else _as_matched(name)
    checked = engine.check(body, "" if is_new else name)
    if checked.errors:
        raise Refused(422, "The rule has mistakes; nothing was written.", errors=errors_of(checked.errors))
    if checked.rules[0].name != name:
        raise Refused(422, f"The text holds the rule '{checked.rules[0].name}'; the address says '{name}'.")
    if is_new and request.headers.get("If-Match", "*") != "*":
        raise _other()
    _settled(engine.save(Wish(body, "" if is_new else name, current or "", g.token.who)))
    note("rule.created" if is_new else "rule.saved", name)
    return get_rule(name)


@operation("DELETE", "/rules/<name>", "Take a rule out of its file; its alerts end", answer=None, scope="write",
           status=204, refusals=NOT_THIS_ONE, about=ABOUT, conditional=True)  # fmt: skip
def remove_rule(name: str) -> None:
    """Take a rule out."""
    rule_named(name)
    _settled(_engine().remove(name, _as_matched(name), g.token.who))
    note("rule.removed", name)


def _is_there(name: str) -> bool:
    return any(rule.name == name for rule in room().rules().rules)


def _as_matched(name: str) -> str:
    """The mark of the rule's text as it stands, if it is still what the caller read. Raises Refused (412, 428)."""
    if not request.headers.get("If-Match"):
        raise Refused(428, "Read the rule first and give its ETag as If-Match, so that nobody's change is lost.")
    now = mark_of(msgspec.json.encode(get_rule(name)))
    if not request.if_match.contains(now):
        raise _other()
    text = _engine().read(name)
    if text is None:
        raise _other()
    return text.mark


def _other() -> Refused:
    return Refused(412, "The rule is not what you read any more; read it again.")


def _settled(outcome: Outcome) -> None:
    if outcome.errors:
        raise Refused(422, "The rule has mistakes; nothing was written.", errors=errors_of(outcome.errors))
    if outcome.unwritable:
        raise Refused(409, f"The file cannot be written: {outcome.unwritable}.")
    if outcome.theirs is not None:
        raise _other()
