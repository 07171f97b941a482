"""What the page asks of the engine, as a small set of functions handed in; the page itself never reads a shop.

The shapes are the page's: numbers and names, that it puts into the reader's words. `alertd.engine.actions` fills them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..rules.explaining import Explained
from .rule_actions import RuleActions
from .system_actions import SystemActions


@dataclass(frozen=True, slots=True)
class KindOffer:
    """A kind of system that can be connected: which secrets it needs, and whether it has a public address."""

    name: str
    default_url: str | None
    secrets: tuple[str, ...]
    zone: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What a person typed to connect a system; `options` are settings of its kind."""

    kind: str
    name: str
    base_url: str | None
    secrets: Mapping[str, str]
    timezone: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanNumbers:
    """How often a catalogue is read and what that costs; `as_asked` is false where the quota makes it slower."""

    products: int
    calls: int
    sweep_every: float
    hourly: int
    allowance: int
    as_asked: bool


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What a system answered when it was tried. `looked_at` is how many products the findings and matches are of.

    `mapping` is under which name each field was found, where names had to be looked for.
    """

    at: int
    reachable: bool = False
    error: str | None = None
    error_kind: str | None = None
    company: str | None = None
    dialect: str | None = None
    products: int | None = None
    warehouses: tuple[str, ...] = ()
    quota_left: int | None = None
    plan: PlanNumbers | None = None
    looked_at: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    matches: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading that runs at this moment has come."""

    lane: str
    page: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether a channel was told of an alert, in one word, and the moment that belongs to it.

    `told`, `knows` (before this channel came), `waiting`, `failing`, `dead`, `quiet`, `silenced`, `snoozed`, `ordered`,
    `folded`, `digest`, `soon`, `pending`, `not_asked`, `no_rule`, `over_untold`.
    """

    channel: str
    word: str
    at: int | None = None
    message_id: int | None = None
    silence_id: int | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """How a product, or one of its levels, stands with a rule, in one word.

    `firing`, `pending`, `holds` (fires with the next reading), `calm`, `unknown` (a value is missing), `filtered` (the
    rule leaves it out), `unseen` (not in the last reading), `off`, `elsewhere` (another shop's rule).
    """

    rule: str
    word: str
    place: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Actions:
    """The functions. Those that are None are not offered where the page runs, and their buttons do not show.

    `connect` tries a system and keeps it, resting, when it answers; raises UsageTrouble for what was mistyped.
    `matches` counts by rule what holds in the stock that was read last. `switch_rules` writes `enabled` into the files
    of rules by name, and names those it could not. `explain` says of an alert, by fingerprint and in a language, how
    its figures came about.
    """

    kinds: Callable[[], tuple[KindOffer, ...]] = tuple
    connect: Callable[[Connection], SourceCheck] | None = None
    check: Callable[[str], SourceCheck] | None = None
    accept: Callable[[str], bool] | None = None
    plan: Callable[[str], PlanNumbers | None] = lambda _name: None
    progress: Callable[[str], Progress | None] = lambda _name: None
    matches: Callable[[str], dict[str, int]] = lambda _name: {}
    heard: Callable[[str], list[Heard]] = lambda _fingerprint: []
    looked: Callable[[int], list[Looked]] = lambda _product: []
    start_demo: Callable[[], str] | None = None
    set_heartbeat: Callable[[str, str | None], None] | None = None
    systems: SystemActions | None = None
    switch_rules: Callable[[Mapping[str, bool], str], tuple[str, ...]] | None = None
    rules: RuleActions | None = None
    explain: Callable[[str, str], tuple[Explained, ...]] = lambda _fingerprint, _language: ()
