"""All rules at a glance: what runs, what is broken and where, what fires, who changed it last."""

from dataclasses import dataclass

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..rules import editing
from ..rules.fault import RuleError
from ..rules.load import RuleSet
from ..rules.rule import Rule
from ..store import pages_alerts, rulestate, ruleversions
from ..store.db import Row
from .record import record
from .room import room
from .rule_actions import Outcome, RuleActions, Wish
from .rules_room import actions, can_edit, pages, title


@dataclass(frozen=True, slots=True)
class Card:
    """One rule of the list. `state` is on, off, kept (an older version runs) or failing (it cannot be run)."""

    rule: Rule
    state: str
    firing: int
    errors: tuple[RuleError, ...]
    failing: tuple[Row, ...]


@pages.get("/rules")
def index() -> str:
    """Every rule: what needs a person first, then those that fire most, those that are off last."""
    found, store = room().rules(), room().store
    return render_template(
        "rules.html",
        cards=sorted(_cards(found), key=_order),
        homeless=_homeless(found),
        versions=ruleversions.newest(store),
        title_of=title,
        can_edit=can_edit(),
    )


@pages.post("/rules/switch")
def switch() -> Response:
    """Write `enabled` into the rule's file, and nothing else."""
    engine, name, on = actions(), request.form.get("name", ""), request.form.get("on") == "1"
    outcome = _switch(engine, name, on)
    if outcome is None:
        flash(g.reader.t("rules.gone", name=name), "bad")
    elif outcome.unwritable:
        flash(g.reader.t("rules.unwritable", file=outcome.unwritable), "bad")
    elif outcome.errors or outcome.theirs:
        flash(g.reader.t("rules.not_switched"), "bad")
    else:
        record("rule.switched", name, enabled=on)
        flash(g.reader.t("rules.switched_on" if on else "rules.switched_off", name=_called(name)), "good")
    back = request.form.get("back") == "rule"
    return redirect(url_for("rules.one", name=name) if back and outcome else url_for("rules.index"), 303)


def _switch(engine: RuleActions, name: str, on: bool) -> Outcome | None:
    if len(name) > 100:
        abort(400)
    found = engine.read(name)
    if found is None:
        return None
    text = editing.put(found.text, ("enabled",), "true" if on else "false")
    return engine.save(Wish(text, name, found.mark, g.user.name, "switched"))


def _called(name: str) -> str:
    rule = next((rule for rule in room().rules().rules if rule.name == name), None)
    return title(rule) if rule else name


def _cards(found: RuleSet) -> list[Card]:
    firing = pages_alerts.firing_by_rule(room().store)
    failing = rulestate.failing(room().store)
    cards = []
    for rule in found.rules:
        errors = tuple(error for error in found.errors if _hides(error, rule))
        failed = tuple(row for row in failing if row["rule"] == rule.name)
        state = "kept" if errors else "off" if not rule.enabled else "failing" if failed else "on"
        cards.append(Card(rule, state, firing.get(rule.name, 0), errors, failed if state == "failing" else ()))
    return cards


def _hides(error: RuleError, rule: Rule) -> bool:
    """Whether a mistake is in the newer text of a rule that runs in an older one."""
    return error.rule == rule.name or (error.rule is None and error.file == rule.file)


def _homeless(found: RuleSet) -> list[RuleError]:
    """Mistakes that hide no rule that ever ran."""
    return [error for error in found.errors if not any(_hides(error, rule) for rule in found.rules)]


def _order(card: Card) -> tuple[int, int, str]:
    return (("kept", "failing", "on", "off").index(card.state), -card.firing, card.rule.name)
