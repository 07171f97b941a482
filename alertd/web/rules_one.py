"""One rule: what it says, what it would speak of now, its versions, its tests, and how it would have done."""

from flask import abort, g, render_template, request
from werkzeug.wrappers import Response

from ..rules.document import DocumentTrouble
from ..rules.draft import read_draft
from ..rules.fault import RuleError
from ..rules.rows import literals
from ..rules.rule import Rule
from ..store import pages_alerts, rulestate, ruleversions
from .record import changes_nothing
from .room import room
from .rule_actions import RuleText
from .rules_room import actions, can_edit, compare, pages, rule_in_force, title
from .rules_sheet import Sheet, begin

Answer = str | Response | tuple[str, int]
SHOWN_VERSIONS = 12


@pages.get("/rule/<name>")
def one(name: str) -> Answer:
    """The page of a rule; one that is gone says so, and offers what is kept of it."""
    rule = rule_in_force(name)
    found = actions().read(name) if can_edit() else None
    versions = ruleversions.of_rule(room().store, name, SHOWN_VERSIONS)
    if rule is None and found is None:
        return render_template("rule_gone.html", name=name[:100], versions=versions), 404
    return render_template(
        "rule.html",
        name=name,
        rule=rule,
        found=found,
        errors=_errors(name, rule),
        failing=[row for row in rulestate.failing(room().store) if row["rule"] == name],
        firing=pages_alerts.firing_by_rule(room().store).get(name, 0),
        versions=versions,
        title=title(rule) if rule else name,
        can_edit=can_edit(),
        numbers=_numbers(found),
        report=None,
        trial=None,
    )


@pages.get("/rule/<name>/matches")
def matches(name: str) -> Answer:
    """What it would speak of now, fetched after the page is there."""
    rule = rule_in_force(name)
    if rule is None:
        abort(404)
    return render_template("parts/rule_preview.html", preview=actions().preview(rule, g.reader.language), again=name)


@pages.post("/rule/<name>/tests")
@changes_nothing
def run_tests(name: str) -> Answer:
    """Run the cases of the file beside it."""
    report = actions().run_tests(name)
    if report is None:
        abort(404)
    if request.headers.get("HX-Request"):
        return render_template("parts/rule_tests.html", report=report, name=name)
    return render_template("rule_tests.html", report=report, name=name)


@pages.get("/rule/<name>/versions/<int:key>")
def version(name: str, key: int) -> Answer:
    """What it said then, and what changed from the version before."""
    found = ruleversions.one(room().store, key) if key < 2**63 else None
    if found is None or found.rule != name:
        abort(404)
    all_of_them = ruleversions.of_rule(room().store, name, 200)
    before = next((each for each in all_of_them if each.id < key), None)
    now = actions().read(name) if can_edit() else None
    return render_template(
        "rule_version.html",
        version=found,
        before=before,
        diff=compare(before.text if before else "", found.text),
        now=now,
        against_now=compare(now.text, found.text) if now else (),
        sheet=_sheet(found.text, name, now) if now or can_edit() else None,
    )


def _errors(name: str, rule: Rule | None) -> list[RuleError]:
    """What is wrong with the newer text of this rule, or with the whole file that holds it."""
    return [
        error
        for error in room().rules().errors
        if error.rule == name or (rule is not None and error.rule is None and error.file == rule.file)
    ]


def _sheet(text: str, name: str, now: RuleText | None) -> Sheet:
    """What a form must carry to bring this version back: over the rule, or as a new one where it is gone."""
    return begin(text, name if now else "", now.mark if now else "", now.text if now else "")


def _numbers(found: RuleText | None) -> list[dict[str, object]]:
    """The numbers of the condition that can be tried otherwise, each with a range around it."""
    try:
        when = read_draft(found.text).when if found else ""
    except DocumentTrouble:
        return []
    shown = []
    for place, number in enumerate(literals(when)):
        top = max(number.value * 3, 10 if float(number.value).is_integer() else 1)
        step = 1 if float(number.value).is_integer() else round(top / 60, 4)
        shown.append({"place": place, "written": number.written, "within": number.within, "top": top, "step": step})
    return shown
