"""Write a rule: the builder beside its YAML, what it would find now, the change before it is saved."""

from dataclasses import replace
from typing import Any

from flask import Response as Made
from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from ..model import SEVERITIES
from ..rules import editing
from ..rules import rows as conditions
from ..rules.document import DocumentTrouble
from ..rules.draft import merged
from ..rules.keys import LANGUAGES
from ..rules.rule import Rule
from ..rules.telling import ALWAYS_GROUPS, DAYS, GROUPS
from ..rules.vocabulary import BY, ON_TYPES, QUERY, VOCABULARY, WINDOWED
from ..store import channels, pages_rules, ruleversions, sources
from .guard import keeps_typing
from .record import changes_nothing, record
from .room import room
from .rule_actions import Outcome, RuleText, Wish
from .rules_form import rows_in, shape
from .rules_room import actions, catalogue_words, compare, pages, rule_in_force, title
from .rules_sheet import Sheet, begin, blank, follow

Answer = str | Response | Made | tuple[str, int]


def signed_out() -> Answer:
    """The session ended while somebody wrote: what was typed is handed back, and nothing is saved."""
    if "text" not in request.form:
        return redirect(url_for("session.login"), 303)
    name = request.form.get("was", "")[:100]
    return render_template(
        "rule_kept.html",
        text=request.form.get("text", "")[:200_000],
        again=url_for("rules.edit", name=name) if name else url_for("rules.new", like=""),
    ), 401


@pages.errorhandler(CSRFError)
def _stale_form(_fault: CSRFError) -> Answer:
    """A form of a session that is over carries a token nobody knows any more."""
    if "text" in request.form:
        return signed_out()
    return render_template("fault.html", code=400, key="fault.400"), 400


@pages.get("/rules/new")
def new() -> Answer:
    """Cards to begin from; or, with one chosen, the form."""
    engine, like = actions(), request.args.get("like")
    if like is None:
        return render_template("rule_new.html", starters=engine.starters(), title_of=title)
    if like == "":
        words = g.reader.t("rules.new_title")
        return _form_page(begin(blank(g.reader.language, editing.scalar(words), _free(g.reader.t("rules.new_name")))))
    chosen = next((rule for rule in engine.starters() if rule.name == like), None)
    if chosen is None:
        abort(404)
    return _form_page(begin(_starter_text(chosen)))


@pages.get("/rule/<name>/edit")
def edit(name: str) -> Answer:
    """The form over what the file says now."""
    found = actions().read(name)
    if found is None:
        return _gone(name)
    return _form_page(begin(found.text, name, found.mark), found)


@pages.post("/rules/draft")
@keeps_typing(signed_out)
@changes_nothing
def draft() -> Answer:
    """Follow what was typed: only the parts that changed are drawn anew."""
    sheet = follow(request.form, request.form.get("do", ""))
    if not request.headers.get("HX-Request"):
        return _form_page(sheet)
    return render_template("parts/rule_answer.html", **_view(sheet), typed=request.form.get("text", ""))


@pages.get("/rules/suggest")
def suggest() -> str:
    """Names and codes of the catalogue that hold these letters."""
    typed = request.args.get("q_nombre") or request.args.get("q_codigo") or request.args.get("q", "")
    column = "code" if "q_codigo" in request.args else "name"
    return render_template("parts/rule_options.html", options=pages_rules.names_like(room().store, column, typed[:80]))


@pages.post("/rules/review")
@keeps_typing(signed_out)
@changes_nothing
def review() -> Answer:
    """What would change, line by line, before it does."""
    sheet = follow(request.form)
    if sheet.errors:
        return _form_page(sheet, mistaken=True), 422
    theirs = actions().read(sheet.was) if sheet.was else None
    if sheet.was and (theirs is None or theirs.mark != sheet.mark):
        return _met(sheet, theirs), 409
    return render_template(
        "rule_review.html",
        sheet=sheet,
        diff=compare(theirs.text if theirs else "", sheet.text),
        preview=_preview(sheet.rule),
        renamed=bool(sheet.was and sheet.rule and sheet.rule.name != sheet.was),
        what=request.form.get("what", "saved"),
    )


@pages.post("/rules/save")
@keeps_typing(signed_out)
def save() -> Answer:
    """Put it into the file, unless somebody was faster."""
    sheet, form = follow(request.form), request.form
    if form.get("do") == "edit":
        return _form_page(sheet)
    what = "restored" if form.get("what") == "restored" else "saved"
    outcome = actions().save(Wish(sheet.text, sheet.was, sheet.mark, g.user.name, what))
    return _told(sheet, outcome, what)


@pages.post("/rules/merge")
@keeps_typing(signed_out)
@changes_nothing
def merge() -> Answer:
    """Both changed the same rule: put one's own changes on top of theirs, and look at it before anything is saved."""
    sheet = follow(request.form)
    theirs = actions().read(sheet.was)
    if theirs is None:
        return _met(sheet, None), 409
    try:
        text, both = merged(sheet.base, sheet.text, theirs.text)
    except DocumentTrouble:
        return _met(sheet, theirs), 409
    return _form_page(begin(text, sheet.was, theirs.mark, theirs.text), theirs, both=both)


@pages.post("/rule/<name>/remove")
def remove(name: str) -> Answer:
    """Take a rule out of the folder; its alerts end, and its text stays among the versions."""
    rule = rule_in_force(name)
    called = title(rule) if rule else name
    if request.form.get("sure") != "1":
        flash(g.reader.t("rules.confirm_remove"), "bad")
        return redirect(url_for("rules.one", name=name), 303)
    outcome = actions().remove(name, request.form.get("mark", ""), g.user.name)
    if outcome.unwritable:
        flash(g.reader.t("rules.unwritable", file=outcome.unwritable), "bad")
    elif outcome.theirs is not None:
        flash(g.reader.t("rules.changed_meanwhile" if outcome.theirs.text else "rules.gone", name=called), "bad")
    else:
        record("rule.removed", name)
        flash(g.reader.t("rules.removed", name=called), "good")
        return redirect(url_for("rules.index"), 303)
    there = outcome.theirs is None or outcome.theirs.text
    return redirect(url_for("rules.one", name=name) if there else url_for("rules.index"), 303)


def _told(sheet: Sheet, outcome: Outcome, what: str) -> Answer:
    """How saving went, and where it leads."""
    if outcome.errors:
        return _form_page(replace(sheet, errors=outcome.errors), mistaken=True), 422
    if outcome.theirs is not None:
        return _met(sheet, outcome.theirs if outcome.theirs.text else None), 409
    if outcome.unwritable:
        return _form_page(sheet, trouble=g.reader.t("rules.unwritable", file=outcome.unwritable)), 503
    facts = {"was": sheet.was} if sheet.was and sheet.was != outcome.name else {}
    record("rule.created" if not sheet.was else f"rule.{what}", outcome.name, **facts)
    flash(g.reader.t("rules.saved"), "good")
    return redirect(url_for("rules.one", name=outcome.name), 303)


def _met(sheet: Sheet, theirs: RuleText | None) -> str:
    """Somebody else changed or deleted the rule since the form was opened: both are shown, the person chooses."""
    try:
        both = merged(sheet.base, sheet.text, theirs.text)[1] if theirs else ()
    except DocumentTrouble:
        both = ()
    return render_template(
        "rule_met.html",
        sheet=sheet,
        theirs=theirs,
        their_change=compare(sheet.base, theirs.text if theirs else ""),
        my_change=compare(sheet.base, sheet.text),
        both=both,
    )


def _gone(name: str) -> tuple[str, int]:
    versions = ruleversions.of_rule(room().store, name, 5)
    return render_template("rule_gone.html", name=name[:100], versions=versions), 404


def _starter_text(rule: Rule) -> str:
    """A shipped rule to begin from: without the line for editors, with a name that is free, and switched on."""
    lines = [line for line in rule.text.splitlines(keepends=True) if "yaml-language-server" not in line]
    text = "".join(lines)
    free = _free(rule.name)
    if free != rule.name:
        text = editing.put(text, ("name",), free)
    return text if rule.enabled else editing.put(text, ("enabled",), None)


def _free(name: str) -> str:
    engine = actions()
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next((each for each in names if engine.read(each) is None), name)


def _form_page(
    sheet: Sheet,
    found: RuleText | None = None,
    *,
    mistaken: bool = False,
    trouble: str = "",
    both: tuple[str, ...] = (),
) -> str:
    found = found or (actions().read(sheet.was) if sheet.was else None)
    return render_template("rule_edit.html", **_view(sheet), found=found, mistaken=mistaken, trouble=trouble, both=both)


def _view(sheet: Sheet) -> dict[str, Any]:
    """Everything the form's parts speak of."""
    on = sheet.form.get("on", "stock")
    # The text may be half typed: until it names a kind, the form stands as it does for the most usual one.
    on = on if on in ON_TYPES else "stock"
    store, language = room().store, g.reader.language
    return {
        "sheet": sheet,
        "f": sheet.form,
        "on": on,
        "rows": rows_in(sheet.form) if "when_text" not in sheet.form else None,
        "shape": shape(sheet.form),
        "preview": _preview(sheet.rule),
        "kinds": [name for name, there in ON_TYPES.items() if there],
        "words": _words(on, language),
        "helps": {name: help for name, help, _ in _words(on, language)},
        "signs_for": conditions.signs_for,
        "kind_of": conditions.kind_of,
        "alone": conditions.ALONE,
        "filters": [key for key in QUERY if on in key.on],
        "filter_help": lambda key: {"es": key.es, "pt": key.pt}.get(language, key.en),
        "catalogue": catalogue_words(store),
        "severities": SEVERITIES,
        "sources": [source.name for source in sources.list_sources(store)],
        "channels": [channel.name for channel in channels.all_channels(store)],
        "groups": (*GROUPS.get(on, ()), *ALWAYS_GROUPS),
        "days": DAYS,
        "windowed": on in WINDOWED,
        "by": BY.get(on, ()),
        "title_languages": sorted(LANGUAGES, key=lambda each: each != language),
    }


def _words(on: str, language: str) -> list[tuple[str, str, bool]]:
    """The fields and functions a condition may start with: name, help, whether it takes days."""
    return [
        (word.name, word.help(language), word.argument is not None)
        for word in VOCABULARY
        if word.available(on) and word.name != "contains"
    ]


def _preview(rule: Rule | None) -> Any:
    return actions().preview(rule, g.reader.language) if rule is not None else None
