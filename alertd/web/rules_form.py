"""A rule as the fields of a form, and back. What a form cannot hold passes through untouched, because only the
difference between two readings of the form is ever written.
"""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from ..model import SEVERITIES
from ..rules import rows as conditions
from ..rules.draft import Draft
from ..rules.keys import LANGUAGES
from ..rules.rows import Row, Rows
from ..rules.rule import DEFAULT_SEVERITY
from ..rules.telling import DAYS
from ..rules.vocabulary import BY, QUERY, WINDOWED, function

Fields = MultiDict[str, str]
MOST_ROWS = 30
_PLAIN = ("name", "on", "recover", "repeat", "message", "window", "by")
_ROW = ("word", "days", "sign", "value", "until", "text")


def to_form(draft: Draft) -> Fields:
    """The fields that show a draft."""
    found = Fields((name, getattr(draft, name)) for name in _PLAIN)
    found["for"], found["keep"] = draft.for_, draft.keep_firing_for
    for language in LANGUAGES:
        found[f"title_{language}"] = draft.titled(language)
    for name, value in draft.query:
        found[f"q_{name}"] = value
    for name in ("source", "notify"):
        _put_names(found, name, getattr(draft, name))
    found.setlist("group", list(draft.group_by))
    _put_severity(found, draft.severity)
    _put_condition(found, draft)
    begin, end, days, critical = draft.quiet
    found["quiet_from"], found["quiet_to"] = begin.zfill(5) if begin else "", end.zfill(5) if end else ""
    found.setlist("quiet_day", list(days))
    for name, on in (("quiet_critical", critical), ("resolved", draft.resolved), ("enabled", draft.enabled)):
        if on:
            found[name] = "1"
    return found


def from_form(form: Mapping[str, str]) -> Draft:
    """What a person filled in."""
    fields = form if isinstance(form, MultiDict) else Fields(form)
    on = _one(fields, "on") or "stock"
    return Draft(
        name=_one(fields, "name").lower(),
        title=tuple((name, text) for name in LANGUAGES if (text := " ".join(_one(fields, f"title_{name}").split()))),
        on=on,
        source=_names(fields, "source"),
        query=_query(fields, on),
        when=_one(fields, "when_text") if "when_text" in fields else conditions.expression_of(rows_in(fields), on),
        for_=_one(fields, "for"),
        recover=" ".join(_one(fields, "recover").split()),
        keep_firing_for=_one(fields, "keep"),
        severity=_severity(fields),
        group_by=tuple(fields.getlist("group")),
        notify=_names(fields, "notify"),
        repeat=_one(fields, "repeat"),
        resolved="resolved" in fields,
        quiet=_quiet(fields),
        message=fields.get("message", "").replace("\r\n", "\n").rstrip(),
        window=_one(fields, "window") if on in WINDOWED else "",
        by=_one(fields, "by") if on in BY else "",
        enabled="enabled" in fields,
    )


def as_form(draft: Draft) -> Draft:
    """A draft after a walk through the form: the standard that what a person filled in is held against."""
    return from_form(to_form(draft))


def rows_in(fields: Fields) -> Rows:
    """The rows of the condition, complete or not, each with a comparison that its word knows."""
    on, count = _one(fields, "on") or "stock", min(_number(fields.get("rows", "0")), MOST_ROWS)
    found = [
        Row(**{part: fields.get(f"row-{place}-{part}", "").strip() for part in _ROW})
        for place in range(count)
        if f"row-{place}-sign" in fields or f"row-{place}-text" in fields
    ]
    return Rows("or" if _one(fields, "join") == "or" else "and", tuple(_sensible(row, on) for row in found))


def with_rows(fields: Fields, rows: Rows) -> Fields:
    """The same form with other rows."""
    kept = [(name, value) for name, value in fields.items(multi=True) if not name.startswith("row-")]
    found = Fields(kept)
    found["join"], found["rows"] = rows.join, str(len(rows.rows))
    for place, row in enumerate(rows.rows):
        for part in _ROW if row.word or row.sign else ("text",):
            found[f"row-{place}-{part}"] = getattr(row, part)
    return found


def shape(fields: Fields) -> str:
    """What decides which fields there are; when it changes, the form is drawn anew."""
    rows = [f"{row.word}{row.sign}" for row in rows_in(fields).rows]
    return " ".join([_one(fields, "on"), _one(fields, "join"), *rows])


def _sensible(row: Row, on: str) -> Row:
    if not row.word:
        return row
    signs = conditions.signs_for(row.word, on)
    days = (row.days or "30") if function(row.word, on) else ""
    return Row(row.word, days, row.sign if row.sign in signs else signs[0], row.value, row.until)


def _put_condition(found: Fields, draft: Draft) -> None:
    rows = conditions.rows_of(draft.when, draft.on) if draft.when else Rows("and", (Row("stock", sign="<="),))
    if rows is None:
        found["when_text"] = draft.when
        return
    found.update(with_rows(Fields(), rows))


def _put_names(found: Fields, name: str, names: tuple[str, ...] | None) -> None:
    found[f"{name}_all"] = "1" if names is None else "0"
    found.setlist(name, list(names or ()))


def _names(fields: Fields, name: str) -> tuple[str, ...] | None:
    """None is every one. No shop at all would be nonsense; no channel is a rule that only shows."""
    chosen = tuple(fields.getlist(name))
    if _one(fields, f"{name}_all") != "0":
        return None
    return chosen or (None if name == "source" else ())


def _put_severity(found: Fields, severity: tuple[tuple[str, str], ...]) -> None:
    found["severity"] = next((word for word, text in severity if text == "true"), DEFAULT_SEVERITY)
    for word, text in severity:
        if text != "true" and word in SEVERITIES:
            found[f"sev_{word}"] = text


def _severity(fields: Fields) -> tuple[tuple[str, str], ...]:
    default = _one(fields, "severity") or DEFAULT_SEVERITY
    graver = SEVERITIES[: SEVERITIES.index(default)] if default in SEVERITIES else ()
    by_condition = tuple((word, text) for word in graver if (text := " ".join(_one(fields, f"sev_{word}").split())))
    return (*by_condition, (default, "true"))


def _query(fields: Fields, on: str) -> tuple[tuple[str, str], ...]:
    return tuple((key.name, text) for key in QUERY if on in key.on and (text := _one(fields, f"q_{key.name}")))


def _quiet(fields: Fields) -> tuple[str, str, tuple[str, ...], bool]:
    begin, end = _one(fields, "quiet_from"), _one(fields, "quiet_to")
    days = tuple(day for day in DAYS if day in fields.getlist("quiet_day"))
    asked = bool(begin or end or days)
    return (begin, end, days, asked and "quiet_critical" in fields)


def _one(fields: Fields, name: str) -> str:
    return fields.get(name, "").strip()


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 4 else 0
