"""Rules by the API: what is in force, whether a text is good, and what a rule matches now."""

from typing import Any

from ...clock import rfc3339
from ...rules import load
from ...rules.rule import Rule
from ...store import channels, rulestate
from ...store import sources as systems
from ..room import room
from . import paging, shapes
from .door import operation
from .paging import Paged
from .problems import Refused

YAML = "application/yaml"
ABOUT = {"name": "The name of the rule."}


class RuleQuery(Paged):
    """Every rule in force."""


@operation("GET", "/rules", "The rules in force, and what is wrong with the others", query=RuleQuery,
           answer=shapes.Rules, refusals=(404,))  # fmt: skip
def list_rules(query: RuleQuery) -> shapes.Rules:
    """A page of rules."""
    key = paging.read(query.cursor, str)
    book = room().rules()
    rules = sorted(book.rules, key=lambda rule: rule.name)
    rows = [{"name": rule.name, "rule": rule} for rule in rules if key is None or rule.name > key[0]]
    page, following = paging.cut(rows, query.limit, "name")
    failing = [
        shapes.Failing(**{**row, "failed_at": rfc3339(row["failed_at"])}) for row in rulestate.failing(room().store)
    ]
    return shapes.Rules(
        [shapes.Rule(**_facts(row["rule"])) for row in page], errors_of(book.errors), failing, following
    )


@operation("GET", "/rules/<name>", "One rule with its text", answer=shapes.RuleText, refusals=(404,), about=ABOUT)
def get_rule(name: str) -> shapes.RuleText:
    """One rule."""
    rule = rule_named(name)
    return shapes.RuleText(**_facts(rule), text=rule.text)


def rule_named(name: str) -> Rule:
    """The rule in force of that name. Raises Refused (404)."""
    for rule in room().rules().rules:
        if rule.name == name:
            return rule
    raise Refused(404, f"There is no rule called '{name}'.")


def _facts(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "title": rule.title,
        "on": rule.on,
        "source": None if rule.sources is None else list(rule.sources),
        "notify": None if rule.notify is None else list(rule.notify),
        "enabled": rule.enabled,
        "file": rule.file.rpartition("/")[2],
        "line": rule.line,
    }


def errors_of(found: tuple[load.RuleError, ...]) -> list[shapes.RuleError]:
    """Mistakes as programs read them; files by their names alone."""
    return [
        shapes.RuleError(each.file.rpartition("/")[2], each.line, each.column, each.rule, each.message, each.hint)
        for each in found
    ]


@operation("POST", "/rule-checks", "Whether a text of rules is good; nothing is kept", body=str, takes=YAML,
           answer=shapes.Checked, refusals=(400,))  # fmt: skip
def check_rules(body: str) -> shapes.Checked:
    """Check a text as a rule file is checked."""
    store = room().store
    found = load.load_text(
        body,
        "body",
        known_sources=frozenset(each.name for each in systems.list_sources(store)),
        known_channels=frozenset(each.name for each in channels.all_channels(store)),
    )
    return shapes.Checked(not found.errors, errors_of(found.errors))
