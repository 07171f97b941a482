"""The rules as they stand in force, and the mistakes in their files. Read only: rules are edited as files."""

from flask import Blueprint, g, render_template

from ..store import pages_alerts
from .room import room, title_of

pages = Blueprint("rules", __name__)


@pages.get("/rules")
def index() -> str:
    """Every rule: those that fire most first, those that are off last."""
    firing = pages_alerts.firing_by_rule(room().store)
    found = room().rules()
    return render_template(
        "rules.html",
        rules=sorted(found.rules, key=lambda rule: (not rule.enabled, -firing.get(rule.name, 0), rule.name)),
        errors=found.errors,
        firing=firing,
        title_of=lambda rule: title_of(rule, g.reader.language),
    )
