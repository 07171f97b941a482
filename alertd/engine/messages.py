"""Turn alerts that a channel has to hear of into messages in the outbox.

Which alerts those are is found by `alertd.engine.calm`; words are found later, when the message is sent. Runs inside
the caller's transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as changed

from ..alerts.telling import Why
from ..model import State
from ..notify.content import WRONG, Alive, Chart, Content, Item, Words, encode, severity_rank
from ..rules.rule import Rule
from ..sources.registry import goods_of
from ..store import Store, outbox, told, trend
from ..store.channels import Channel
from ..store.sources import Source
from ..store.told import Question

STORM_FROM = 100
MOST_GROUPS = 10
MOST_TRENDS = 3
LEAST_POINTS = 3
LEAST_HISTORY_MS = 2 * 86_400_000


@dataclass(frozen=True, slots=True)
class Telling:
    """An alert that a channel is to hear of, and why. `rule` is None for one whose rule is gone."""

    question: Question
    why: Why
    rule: Rule
    also: tuple[Rule, ...] = ()
    falls: int = 0
    band: float | None = None

    @property
    def wrong(self) -> bool:
        """Whether it says that something is wrong."""
        return self.why.value in WRONG


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be: its content, the alerts it stands for, and those it settles without naming them."""

    content: Content
    tellings: Sequence[Telling]
    silent: Sequence[Telling] = ()


def once_each(tellings: Iterable[Telling]) -> tuple[list[Telling], list[Telling]]:
    """One telling for each subject, the gravest; what the others would have said is named beside it, or settled."""
    by_subject: dict[str, list[Telling]] = {}
    for telling in tellings:
        by_subject.setdefault(telling.question.subject_text, []).append(telling)
    spoken, silent = [], []
    for several in by_subject.values():
        first, *rest = sorted(several, key=_gravest_first)
        others = dict.fromkeys(each.rule.name for each in rest if each.wrong and each.rule.name != first.rule.name)
        named = {each.rule.name: each.rule for each in rest}
        spoken.append(replace(first, also=tuple(named[name] for name in others)))
        silent += rest
    return spoken, silent


def _gravest_first(telling: Telling) -> tuple[bool, int, str]:
    return not telling.wrong, severity_rank(telling.question.truth.severity), telling.rule.name


def summary(
    source: Source, tellings: Sequence[Telling], silent: Sequence[Telling], *, now: int, first: bool, overflow: bool
) -> Letter:
    """One message over every rule: how things already stood, or what is too much to say one by one."""
    rules = {each.rule.name: each.rule for each in tellings}
    only = next(iter(rules.values())) if len(rules) == 1 else None
    content = Content(
        kind="alerts",
        at=now,
        zone=source.timezone,
        rule=only.name if only else None,
        title=only.title if only else {},
        source=source.name,
        company=source.company,
        goods=goods_of(source.kind),
        items=_items(tellings, several=only is None),
        first=first,
        overflow=overflow,
    )
    return Letter(content, tellings, silent)


def by_rule(source: Source, tellings: Sequence[Telling], silent: Sequence[Telling], now: int) -> list[Letter]:
    """One message a rule, or one a group where the rule asks for groups and there are few enough."""
    rules = {each.rule.name: each.rule for each in tellings}
    letters = []
    for name, rule in rules.items():
        mine = [each for each in tellings if each.rule.name == name]
        storm = sum(each.why is Why.FIRING for each in mine) >= STORM_FROM
        groups = _groups(rule, source, mine)
        if storm or len(groups) > MOST_GROUPS:
            groups = {(): mine}
        for key, members in groups.items():
            group = dict(zip(rule.group_by, key, strict=False))
            letters.append(Letter(_content(rule, source, members, group, storm=storm, now=now), members))
    if letters and silent:
        letters[0] = replace(letters[0], silent=silent)
    return letters


def _groups(rule: Rule, source: Source, tellings: Sequence[Telling]) -> Mapping[tuple[str, ...], list[Telling]]:
    groups: dict[tuple[str, ...], list[Telling]] = {}
    for telling in tellings:
        key = tuple(_field(telling, source, name) for name in rule.group_by)
        groups.setdefault(key, []).append(telling)
    return groups


def _field(telling: Telling, source: Source, name: str) -> str:
    question = telling.question
    known = {
        "severity": question.truth.severity,
        "source": source.name,
        "nombre_categoria": question.category,
        "marca": question.brand,
        "nombre_proveedor": question.supplier,
        **telling.rule.labels,
    }
    value = known[name] if name in known else getattr(question.subject, name, question.values.get(name))
    return "" if value is None else str(value)


def _content(
    rule: Rule, source: Source, tellings: Sequence[Telling], group: Words, *, storm: bool, now: int
) -> Content:
    return Content(
        kind="alerts",
        at=now,
        zone=source.timezone,
        rule=rule.name,
        title=rule.title,
        source=source.name,
        company=source.company,
        goods=goods_of(source.kind),
        items=_items(tellings, several=False),
        storm=storm,
        group=group,
        labels=rule.labels,
        template=rule.message,
    )


def digest(source: Source, tellings: Sequence[Telling], alive: Alive, now: int) -> Content:
    """One day of one source."""
    return Content(
        kind="digest",
        at=now,
        zone=source.timezone,
        source=source.name,
        company=source.company,
        goods=goods_of(source.kind),
        items=_items(tellings, several=True),
        alive=alive,
    )


def _items(tellings: Sequence[Telling], *, several: bool) -> list[Item]:
    return [_item(each, several=several) for each in sorted(tellings, key=_order)]


def _order(telling: Telling) -> tuple[bool, int, str]:
    question = telling.question
    return not telling.wrong, severity_rank(question.truth.severity), question.subject_text


def _item(telling: Telling, *, several: bool) -> Item:
    question = telling.question
    return Item(
        event=telling.why.value,
        severity=question.truth.severity,
        subject=question.subject,
        values=question.values,
        since=question.since,
        alert_id=question.alert_id,
        rule=telling.rule.name if several else None,
        title=telling.rule.title if several else {},
        also=[rule.title or {"en": rule.name} for rule in telling.also],
        falls=telling.falls,
        band=telling.band,
        ordered_at=question.ordered_at if telling.why is Why.ORDERED else None,
    )


def with_trends(store: Store, source: Source, letter: Letter, now: int) -> Letter:
    """The stock of the last weeks beside each line, and the worst one drawn, where the message has only a few."""
    if len(letter.content.items) > MOST_TRENDS:
        return letter
    questions = {each.question.alert_id: each.question for each in letter.tellings}
    items = []
    drawn: Chart | None = None
    for item in letter.content.items:
        question = questions.get(item.alert_id or 0)
        level = question.level_id if question else None
        stocks = trend.daily_stock(store, level, source.timezone, now) if level is not None else []
        items.append(changed(item, trend=stocks) if len(set(stocks)) > 1 else item)
        if drawn is None and question is not None and level is not None and item.event in WRONG:
            drawn = _chart(store, item, level, question.truth.fired_at, now)
    return replace(letter, content=changed(letter.content, items=items, chart=drawn))


def _chart(store: Store, item: Item, level_id: int, fired_at: int, now: int) -> Chart | None:
    """The stock of one level over the last weeks; None where it was not known yet two days ago."""
    points = trend.steps(store, level_id, now)
    if len(points) < LEAST_POINTS or now - points[0][0] < LEAST_HISTORY_MS:
        return None
    name = item.subject.nombre or item.subject.codigo or ""
    minimum, maximum = (_limit(item.values.get(field)) for field in ("stock_minimo", "stock_maximo"))
    return Chart(name, points, minimum, maximum, fired_at)


def _limit(value: object) -> float | None:
    """A minimum or maximum of zero is one that nobody has set."""
    return float(value) if isinstance(value, int | float) and value > 0 else None


def post(store: Store, channel: Channel, letter: Letter, *, missed: int, now: int) -> int:
    """Put a message in the outbox, and let its channel believe what it says. Returns its id."""
    content = changed(letter.content, missed=missed) if missed else letter.content
    settled = (*letter.tellings, *letter.silent)
    message_id = outbox.enqueue(
        store,
        channel_id=channel.id,
        channel=channel.name,
        content=encode(content).decode(),
        rule=content.rule,
        source=content.source,
        severity=content.worst(),
        now=now,
        kind=content.kind,
        thread=_thread(store, letter.tellings),
    )
    told.believe(store, message_id, (each.question for each in settled), now)
    return message_id


def _thread(store: Store, tellings: Iterable[Telling]) -> str | None:
    """A message about an episode that was told before goes on in that conversation."""
    for each in tellings:
        question = each.question
        known = question.belief is not None and question.message_id is not None
        if known and (question.truth.state is not State.FIRING or each.why is not Why.FIRING):
            return outbox.thread_of(store, question.message_id or 0)
    return None
