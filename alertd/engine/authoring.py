"""Write rules for the page: check a text, show what it would speak of, put it into its file without losing anything.

The files stay the truth. A file that changed since somebody opened it is not overwritten: the person is shown both.
What it says before a change is kept as a version, so that every change can be undone.
"""

import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path

from ..rules import editing
from ..rules.document import DocumentTrouble
from ..rules.fault import RuleError
from ..rules.load import TEST_ENDINGS, RuleSet, load_rules, load_text, rule_files
from ..rules.rule import Rule
from ..settings import data_folder
from ..store import channels, deliveries, measures, rulestate, ruleversions, sources
from ..store.glimpse import OutOfTimeError, glimpse
from ..web.rule_actions import (
    Outcome,
    Preview,
    RuleActions,
    RuleText,
    Sample,
    TestReport,
    TestVerdict,
    Why,
    Wish,
)
from .context import Context
from .finding import View
from .preview import Match, matches_in, prepare
from .ruletest import run_files
from .trials import Trials

PREVIEW_SECONDS = 2.0
MOST_COUNTED = 5_000
SHOWN = 8
DRAFT = "regla.yaml"
"""What a text is called in mistakes while it stands in no file."""


def rule_actions(context: Context) -> RuleActions:
    """Everything the rule pages may ask for."""
    desk = Desk(context)
    trials = Trials(context)
    return RuleActions(
        read=desk.read,
        check=desk.check,
        preview=lambda rule, language: preview(context, rule, language),
        save=desk.save,
        remove=desk.remove,
        starters=starters,
        run_tests=desk.run_tests,
        try_out=trials.begin,
        trial=trials.of,
        stop_trial=trials.stop,
    )


def starters() -> tuple[Rule, ...]:
    """The rules that ship with alertd, to begin from."""
    return load_rules([data_folder("rules")]).rules


def preview(context: Context, rule: Rule, language: str) -> Preview:
    """What the rule would speak of now; gives up where that takes too long to be looked at while typing."""
    store, found, more = context.store, list[Match](), False
    concerned = [
        source
        for source in sources.list_sources(store)
        if (rule.sources is None or source.name in rule.sources) and (source.snapshot_at or rule.on == "source")
    ]
    try:
        with glimpse(store, PREVIEW_SECONDS) as look:
            for source in concerned:
                view = View(look, source, measures.moment_of(look, source, context.now()))
                prepare(view, rule)
                look.most = MOST_COUNTED + 1 if rule.on in ("stock", "product") else None
                found += matches_in(view, rule, language)
                more |= len(found) > MOST_COUNTED
                look.most = None
    except OutOfTimeError:
        return Preview(late=True)
    samples = tuple(_sample(match) for match in _worst_first(found)[:SHOWN])
    return Preview(min(len(found), MOST_COUNTED), samples, more, no_shop=not concerned)


_GRAVITY = {"critical": 0, "high": 1, "warning": 2, "info": 3}


def _worst_first(found: list[Match]) -> list[Match]:
    return sorted(found, key=lambda match: _GRAVITY.get(match.severity, 4))


def _sample(match: Match) -> Sample:
    why = tuple(
        Why(each.measure, each.formula, tuple((part.label, part.value) for part in each.inputs), each.note or "")
        for each in match.explained
    )
    return Sample(match.source, match.subject, match.severity, match.values, why)


class Desk:
    """Where rules are read, checked and written; one writer at a time in this process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()

    def read(self, name: str) -> RuleText | None:
        """A rule as its file holds it now, also where a mistake hides it; None where no file names it."""
        for path in self._files():
            text = _text_of(path)
            unit = _unit(text, name) if text is not None else None
            if text is not None and unit is not None:
                return self._told(path, text, unit)
        return self._unreadable(name)

    def _unreadable(self, name: str) -> RuleText | None:
        """A rule whose file is no YAML any more: the whole file, where it was the only one in it."""
        known = rulestate.remembered(self._context.store)
        path = next((Path(state.file) for state in known if state.rule == name), None)
        text = _text_of(path) if path is not None else None
        if path is None or text is None or _units(text) is not None:
            return None
        alone = sum(Path(state.file) == path for state in known) == 1
        return RuleText(name, self._shown(path), text, _mark(text)) if alone else None

    def check(self, text: str, was: str) -> RuleSet:
        """Read one rule's text as its file would be, against the sources, the channels and the other rules."""
        store = self._context.store
        found = load_text(
            text,
            DRAFT,
            known_sources=frozenset(source.name for source in sources.list_sources(store)),
            known_channels=frozenset(channel.name for channel in channels.all_channels(store)),
        )
        if len(found.rules) + len({error.rule for error in found.errors}) > 1 and not found.errors:
            said = "This holds several rules; the form writes one at a time."
            return RuleSet((), (RuleError(DRAFT, 1, 1, None, said, "Save each as a rule of its own."),))
        if not found.rules and not found.errors:
            said = "There is no rule here yet."
            return RuleSet((), (RuleError(DRAFT, 1, 1, None, said, "Begin with a name: name: low-stock"),))
        taken = [rule for rule in found.rules if rule.name != was and self.read(rule.name) is not None]
        errors = [
            RuleError(DRAFT, *_name_place(text), rule.name, f"There is a rule '{rule.name}' already.", _OTHER_NAME)
            for rule in taken
        ]
        return RuleSet(() if errors else found.rules, (*found.errors, *errors))

    def save(self, wish: Wish) -> Outcome:
        """Put a text into its file, unless it has mistakes, or the file is not what the person began with."""
        text = _tidy(wish.text)
        checked = self.check(text, wish.was)
        if checked.errors:
            return Outcome(errors=checked.errors)
        rule = checked.rules[0]
        with self._lock:
            theirs = self.read(wish.was) if wish.was else None
            if wish.was and (theirs is None or theirs.mark != wish.mark):
                return Outcome(theirs=theirs or RuleText(wish.was, "", "", ""))
            return self._write(rule.name, text, theirs, wish)

    def _write(self, name: str, text: str, before: RuleText | None, wish: Wish) -> Outcome:
        context = self._context
        path = context.rules_folder / before.file if before else self._new_file(name)
        renamed = before is not None and before.name != name
        what = "renamed" if renamed else "created" if before is None else wish.what
        self._keep_found(before)
        version = ruleversions.add(
            context.store,
            name,
            text,
            who=wish.who,
            what=what,
            file=self._shown(path),
            now=context.now(),
            was=wish.was if renamed else None,
        )
        try:
            _replace(path, _with(path, wish.was, text) if before else text)
        except OSError as fault:
            ruleversions.forget(context.store, version)
            return Outcome(unwritable=f"{self._shown(path)} ({fault.strerror})")
        self._judge_soon()
        return Outcome(name=name)

    def _keep_found(self, before: RuleText | None) -> None:
        """What stands in the file and no version holds was written by hand; it is kept before it is changed."""
        if before is None:
            return
        store = self._context.store
        last = next(iter(ruleversions.of_rule(store, before.name, 1)), None)
        if last is None or last.text != before.text:
            ruleversions.add(
                store, before.name, before.text, who="", what="found", file=before.file, now=self._context.now()
            )

    def remove(self, name: str, mark: str, who: str) -> Outcome:
        """Take a rule out of its file; a file of its own goes with it. Its alerts end at the next look."""
        context = self._context
        with self._lock:
            before = self.read(name)
            if before is None or before.mark != mark:
                return Outcome(theirs=before or RuleText(name, "", "", ""))
            self._keep_found(before)
            path = context.rules_folder / before.file
            key = ruleversions.add(
                context.store, name, before.text, who=who, what="removed", file=before.file, now=context.now()
            )
            try:
                _take_out(path, name)
            except OSError as fault:
                ruleversions.forget(context.store, key)
                return Outcome(unwritable=f"{before.file} ({fault.strerror})")
            self._judge_soon()
        return Outcome(name=name)

    def run_tests(self, name: str) -> TestReport | None:
        """Run the test file beside a rule; None where there is no such rule."""
        found = self.read(name)
        if found is None:
            return None
        path = self._context.rules_folder / found.file
        tests = next((test for ending in TEST_ENDINGS if (test := path.with_name(path.stem + ending)).is_file()), None)
        if tests is None:
            return TestReport()
        report = run_files([tests])
        return TestReport(
            self._shown(tests),
            tuple(TestVerdict(each.name, each.line, each.problem or "") for each in report.verdicts),
            tuple(replace(error, file=Path(error.file).name) for error in report.errors),
        )

    def _files(self) -> tuple[Path, ...]:
        return rule_files([self._context.rules_folder])

    def _shown(self, path: Path) -> str:
        """A file as people call it: by its place in the folder of rules."""
        folder = self._context.rules_folder
        return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name

    def _told(self, path: Path, text: str, unit: editing.Unit) -> RuleText:
        others = len(_units(text) or ()) - 1
        return RuleText(unit.name or "", self._shown(path), unit.text, _mark(unit.text), others)

    def _new_file(self, name: str) -> Path:
        folder = self._context.rules_folder
        free = (folder / f"{name}{ending}.yaml" for ending in ("", *(f"-{number}" for number in range(2, 1000))))
        return next(path for path in free if not path.exists())

    def _judge_soon(self) -> None:
        """Let the new rules be held against what is known, without waiting for the next poll."""
        store, now = self._context.store, self._context.now()
        with store.write():
            for source in sources.list_sources(store):
                deliveries.evaluate_soon(store, source.id, now)


_OTHER_NAME = "Give this one another name."


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _units(text: str) -> tuple[editing.Unit, ...] | None:
    try:
        return editing.units(text)
    except DocumentTrouble:
        return None


def _unit(text: str, name: str) -> editing.Unit | None:
    return next((unit for unit in _units(text) or () if unit.name == name), None)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _tidy(text: str) -> str:
    """A form sends other line ends than files have, and may end in the middle of a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def _name_place(text: str) -> tuple[int, int]:
    line = next((number for number, row in enumerate(text.split("\n"), 1) if row.lstrip().startswith("name:")), 1)
    return line, 7


def _with(path: Path, name: str, text: str) -> str:
    """The whole file with this rule's text in the place of its old one."""
    file = path.read_text(encoding="utf-8-sig")
    unit = _unit(file, name)
    # A file that could not be read as YAML is written anew as a whole; so it was shown.
    return text if unit is None else editing.splice(file, unit, text)


def _take_out(path: Path, name: str) -> None:
    file = path.read_text(encoding="utf-8-sig")
    unit = _unit(file, name)
    if unit is None or unit.whole:
        path.unlink()
    else:
        _replace(path, editing.without(file, unit))


def _replace(path: Path, text: str) -> None:
    """All of it or nothing: written beside the file, then put in its place."""
    target = Path(os.path.realpath(path))
    half = target.with_name(f".{target.name}.new")
    with half.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        half.chmod(target.stat().st_mode & 0o777)
    half.replace(target)
