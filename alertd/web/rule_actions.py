"""What the rule pages ask of the engine: to read, try, save and replay rules. `alertd.engine.authoring` fills them."""

from collections.abc import Callable
from dataclasses import dataclass

from ..model import Subject, Values
from ..rules.load import RuleError, RuleSet
from ..rules.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as its file holds it now. `mark` changes with every byte of it; `others` share its file."""

    name: str
    file: str
    text: str
    mark: str
    others: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """A text somebody wants saved: over the rule `was` as it stood at `mark`, or as a new rule where `was` is empty."""

    text: str
    was: str
    mark: str
    who: str
    what: str = "saved"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a wish went: saved under a name, or what stands against it, of which exactly one is set.

    `theirs` is what the file says by now where it is not what the person began with; empty text: it is gone.
    """

    name: str = ""
    errors: tuple[RuleError, ...] = ()
    theirs: RuleText | None = None
    unwritable: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """How one figure of a match came about."""

    word: str
    formula: str
    inputs: tuple[tuple[str, object], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One subject that a rule holds for now."""

    source: str
    subject: Subject
    severity: str
    values: Values
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would speak of now. `more` says that there are more than were counted; `late` that time ran out."""

    count: int = 0
    samples: tuple[Sample, ...] = ()
    more: bool = False
    late: bool = False
    no_shop: bool = False


@dataclass(frozen=True, slots=True)
class TestVerdict:
    """How one case of a rule's tests went; `problem` is empty where it passed."""

    name: str
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class TestReport:
    """The cases of the test file beside a rule; `file` is empty where there is none."""

    file: str = ""
    verdicts: tuple[TestVerdict, ...] = ()
    errors: tuple[RuleError, ...] = ()

    @property
    def passed(self) -> int:
        """Cases that went as expected."""
        return sum(not verdict.problem for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one variant of a rule would have done: `fired` and `outs` are moments, `hours` how early each was warned."""

    threshold: str
    fired: tuple[int, ...] = ()
    messages: int = 0
    outs: tuple[tuple[int, float | None], ...] = ()
    still: int = 0
    samples: tuple[tuple[str, str, int, int | None], ...] = ()

    @property
    def missed(self) -> int:
        """Stock-outs that came without a warning; one that comes with the stock-out is none."""
        return sum(not hours for _, hours in self.outs)

    @property
    def hours(self) -> tuple[float, ...]:
        """How many hours before each stock-out it would have warned, from the shortest."""
        return tuple(sorted(hours for _, hours in self.outs if hours))


@dataclass(frozen=True, slots=True)
class Trial:
    """A replay that runs, or ran: which of its variants are done. `trouble` says in a word why it ended early."""

    rule: str
    on: str
    since: int
    until: int
    asked: tuple[str, ...]
    at: int = 0
    done: tuple[Replayed, ...] = ()
    running: bool = True
    trouble: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class RuleActions:
    """The functions. `try_out` begins a replay of (threshold, text) variants and gives its key, or None while another
    runs; `trial` says how far it is.
    """

    read: Callable[[str], RuleText | None]
    check: Callable[[str, str], RuleSet]
    preview: Callable[[Rule, str], Preview]
    save: Callable[[Wish], Outcome]
    remove: Callable[[str, str, str], Outcome]
    starters: Callable[[], tuple[Rule, ...]]
    run_tests: Callable[[str], TestReport | None]
    try_out: Callable[[str, tuple[tuple[str, str], ...], int], str | None]
    trial: Callable[[str], Trial | None]
    stop_trial: Callable[[str], None]
