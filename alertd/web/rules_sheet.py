"""The rule somebody is writing: a form and a YAML text beside it, each following the other, and nothing typed is lost.

The text is what is saved. The form tells what changed in it since both said the same (`shown`), and exactly that is
written into the text; so both sides may be edited at once, and neither overwrites the other.
"""

import textwrap
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from ..rules import rows as conditions
from ..rules.document import DocumentTrouble
from ..rules.draft import apply, changes, read_draft
from ..rules.fault import RuleError
from ..rules.rows import Row, Rows
from ..rules.rule import Rule
from .rules_form import Fields, as_form, from_form, rows_in, shape, to_form, with_rows
from .rules_room import LONGEST_TEXT, actions


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is on the page. `was` and `mark` say which rule is edited and how its file stood; both empty for a new one.

    `base` is the text the person began with. `stuck` says that the form could not be written into the text.
    """

    text: str
    shown: str
    was: str
    mark: str
    base: str
    form: Fields
    errors: tuple[RuleError, ...] = ()
    rule: Rule | None = None
    stuck: bool = False
    redraw: bool = True

    @property
    def whole(self) -> bool:
        """Whether the text can be read at all, so that a form can follow it."""
        return not self.stuck


def begin(text: str, was: str = "", mark: str = "", base: str | None = None) -> Sheet:
    """A sheet as it is opened: form and text say the same."""
    try:
        form, stuck = to_form(read_draft(text)), False
    except DocumentTrouble:
        form, stuck = Fields({"on": "stock"}), True
    checked = actions().check(text, was)
    return Sheet(
        text, text, was, mark, text if base is None else base, form, checked.errors, _one(checked.rules), stuck
    )


def follow(posted: MultiDict[str, str], wanted: str = "") -> Sheet:
    """The sheet after what a person did, on either side. `wanted` is a button of the form: add, or drop-N."""
    text, shown = _text(posted, "text"), _text(posted, "shown")
    was, mark, base = posted.get("was", "")[:100], posted.get("mark", "")[:64], _text(posted, "base")
    form = _with_button(Fields(posted), wanted)
    typed, stuck = text, False
    if len(text) > LONGEST_TEXT:
        too_long = RuleError("", 1, 1, None, f"The rule has {len(text)} characters; {LONGEST_TEXT} is the most.", None)
        return Sheet(text, shown, was, mark, base, form, (too_long,), stuck=True)
    try:
        # A page that only carries the text on, such as the comparison, has no form to follow.
        edits = changes(as_form(read_draft(shown)), from_form(form)) if "shown" in posted else ()
        read_draft(text)
        text = apply(text, edits)
        read_draft(text)
    except DocumentTrouble:
        text, stuck = typed, True
    checked = actions().check(text, was)
    redraw = bool(wanted)
    if not stuck:
        by_hand = "shown" not in posted or typed != shown
        form, redraw = _drawn(form, text, by_hand, posted.get("shape", ""), redraw)
        shown = text
    return Sheet(text, shown, was, mark, base, form, checked.errors, _one(checked.rules), stuck, redraw)


def _drawn(form: Fields, text: str, by_hand: bool, was_shape: str, redraw: bool) -> tuple[Fields, bool]:
    """The form to show next, and whether it differs in shape from the one on the page.

    Where the text was edited by hand the form is read from it; rows that say nothing yet stay.
    """
    if by_hand:
        fresh = to_form(read_draft(text))
        idle = [row for row in rows_in(form).rows if not row.complete]
        if idle and "when_text" not in fresh:
            rows = rows_in(fresh)
            fresh = with_rows(fresh, Rows(rows.join, (*rows.rows, *idle)))
        return fresh, True
    if "when_text" in form:
        fresh = to_form(read_draft(text))
        return (fresh, True) if "when_text" not in fresh else (form, redraw)
    settled = with_rows(form, rows_in(form))
    return settled, redraw or shape(settled) != was_shape


def _with_button(form: Fields, wanted: str) -> Fields:
    """A row more, or one less."""
    if wanted not in ("add", "add-text") and not wanted.startswith("drop-"):
        return form
    rows = rows_in(form)
    if wanted == "add":
        words = {
            "source": "minutes_since_success",
            "returns": "units",
            "sales": "units",
            "reconciliation": "unexplained",
        }
        word = words.get(form.get("on", ""), "stock")
        sign = conditions.signs_for(word, form.get("on", "stock"))[0]
        return with_rows(form, Rows(rows.join, (*rows.rows, Row(word, sign=sign))))
    if wanted == "add-text":
        return with_rows(form, Rows(rows.join, (*rows.rows, Row())))
    place = int(wanted[5:]) if wanted[5:].isdigit() else -1
    return with_rows(form, Rows(rows.join, tuple(row for at, row in enumerate(rows.rows) if at != place)))


def _text(posted: MultiDict[str, str], name: str) -> str:
    return posted.get(name, "").replace("\r\n", "\n").replace("\r", "\n")


def _one(rules: tuple[Rule, ...]) -> Rule | None:
    return rules[0] if rules else None


def blank(language: str, title: str, name: str) -> str:
    """The text a new rule begins with."""
    return textwrap.dedent(
        f"""\
        name: {name}
        title:
          {language}: {title}
        on: stock
        query:
          enable: 1
        when: stock <= stock_minimo and stock_minimo > 0
        severity: warning
        """
    )
