"""Was everything told, once, and nothing that should have been held back? Asked after every turn of the day.

What the receivers took is counted apart from what the database says; the two must agree.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from alertd.clock import local
from alertd.engine.context import Context
from alertd.engine.hearing import heard
from alertd.notify.content import WRONG, Content, Item, decode
from alertd.rules.rule import Rule
from alertd.store.db import Row

from .stage import Receiver

TELLS = frozenset(("firing", "resolved", "gone"))
ANSWERS = frozenset(
    ("told", "knows", "silenced", "snoozed", "ordered", "quiet", "folded", "digest", "pending", "not_asked", "no_rule",
     "over_untold")
)  # fmt: skip
NIGHT = (20, 7)
SETTLED = frozenset(("told", "knows", "not_asked", "digest"))
"""Answers that stay until something happens to the alert; they are asked for again once an hour all the same."""
UNDERWAY = frozenset(("waiting", "failing"))
TURNS_AN_HOUR = 12
PATIENCE_TURNS = 2
"""A message that is due `soon` is there after so many turns, or it was forgotten."""


@dataclass
class Judge:
    """Reads along. `wrong` counts what must never be.

    `quiet_rule` is the rule that says nothing in the NIGHT; `silenced` are warehouses, each from one moment to another.
    """

    context: Context
    receivers: Mapping[str, Receiver]
    quiet_rule: str = ""
    wrong: Counter[str] = field(default_factory=Counter)
    silenced: list[tuple[str, int, int]] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    _first_tellings: dict[tuple[str, int, int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _read: set[str] = field(default_factory=set)
    _settled: set[str] = field(default_factory=set)
    _turns: int = 0
    _last_transition: int = 0
    _soon: Counter[tuple[str, str]] = field(default_factory=Counter)

    def turn(self, *, patient: bool = False) -> None:
        """After a turn. While the database ails nobody can be told: `patient` waits."""
        for row in self._new_messages():
            self._read_message(row, decode(row["content"]))
        self._turns += 1
        for fingerprint in self._open(all_of_them=self._turns % TURNS_AN_HOUR == 0):
            self._ask(fingerprint, patient=patient)

    def _new_messages(self) -> list[Row]:
        rows = self.context.store.rows(
            "SELECT key, channel, rule, created_at, content FROM message ORDER BY id DESC LIMIT 400"
        )
        return [row for row in reversed(rows) if row["key"] not in self._read]

    def _read_message(self, row: Row, content: Content) -> None:
        self._read.add(row["key"])
        self.kinds[f"{row['channel']}: {content.kind}"] += 1
        self.kinds["storms"] += content.storm
        for item in content.items:
            if item.alert_id is None:
                continue
            self._held_back(row, content, item)
            if item.event in TELLS:
                event = "firing" if item.event == "firing" else "over"
                episode = self._episode(item.alert_id)
                self._first_tellings[row["channel"], item.alert_id, episode, event].add(row["key"])

    def _held_back(self, row: Row, content: Content, item: Item) -> None:
        """Whether this should not have been said at that moment."""
        at, hour = row["created_at"], local(row["created_at"], content.zone).hour
        night = hour >= NIGHT[0] or hour < NIGHT[1]
        quiet = (item.rule or row["rule"]) == self.quiet_rule and item.severity != "critical"
        warehouse = item.subject.nombre_bodega
        snoozed = self.context.store.value("SELECT snoozed_until FROM alert WHERE id = ?", (item.alert_id,)) or 0
        self.wrong["told in the quiet hours"] += night and quiet
        self.wrong["told while silenced"] += any(
            name == warehouse and since <= at < until for name, since, until in self.silenced
        )
        self.wrong["told while snoozed"] += item.event in WRONG and snoozed > at

    def _episode(self, alert_id: int) -> int:
        return int(
            self.context.store.value(
                "SELECT count(*) FROM transition WHERE alert_id = ? AND became = 'firing' AND was IS NOT 'firing'",
                (alert_id,),
            )
        )

    def _open(self, *, all_of_them: bool = True) -> list[str]:
        """What fires; without what was settled and to which nothing happened since."""
        last = self._last_transition
        self._last_transition = self.context.store.value("SELECT coalesce(max(id), 0) FROM transition")
        rows = self.context.store.execute(
            "SELECT fingerprint, EXISTS (SELECT 1 FROM transition t WHERE t.alert_id = a.id AND t.id > ?)"
            " FROM alert a WHERE state = 'firing'",
            (last,),
        )
        return [key for key, news in rows if all_of_them or news or key not in self._settled]

    def _rules(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.context.rules.book(self.context.now()).rules}

    def _ask(self, fingerprint: str, *, patient: bool) -> None:
        """Every channel was told of it, will be in a moment, or there is a reason why not."""
        found = heard(self.context.store, self._rules().values(), fingerprint, self.context.now())
        (self._settled.add if {each.word for each in found} <= SETTLED else self._settled.discard)(fingerprint)
        for each in found:
            self.answers[each.word] += 1
            if each.word == "told":
                self.wrong["sent, and never arrived"] += not self._arrived(each.channel, each.message_id)
            elif each.word not in ANSWERS | UNDERWAY | {"soon"}:
                self.wrong[f"answered '{each.word}'"] += 1
            soon = each.word == "soon" and not patient
            self._soon[fingerprint, each.channel] = self._soon[fingerprint, each.channel] + 1 if soon else 0
            self.wrong["neither told nor held"] += self._soon[fingerprint, each.channel] == PATIENCE_TURNS + 1

    def _arrived(self, channel: str, message_id: int | None) -> bool:
        key = self.context.store.value("SELECT key FROM message WHERE id = ?", (message_id,))
        return bool(self.receivers[channel].arrivals[key])

    def two_ids(self) -> list[str]:
        """Beginnings and ends that reached one channel in more than one message."""
        return [
            f"{channel} heard of the {event} of alert {alert} ({episode}) in {len(came)} messages"
            for (channel, alert, episode, event), keys in self._first_tellings.items()
            if len(came := [key for key in keys if self.receivers[channel].arrivals[key]]) > 1
        ]

    def lost(self) -> list[str]:
        """At the end, when every receiver is well: what waits, was given up, or what a channel has wrong."""
        store, now = self.context.store, self.context.now()
        found = [
            f"a message to {row['channel']} is {row['state']} after {row['attempts']} attempts: {row['error']}"
            for row in store.rows("SELECT * FROM message WHERE state IN ('waiting', 'dead')")
        ]
        for fingerprint in self._open():
            found += [
                f"{each.channel} knows nothing of {fingerprint}: {each.word}"
                for each in heard(store, self._rules().values(), fingerprint, now)
                if each.word not in ANSWERS
                or (each.word == "told" and not self._arrived(each.channel, each.message_id))
            ]
        for row in store.rows(
            "SELECT a.fingerprint, c.name FROM told t JOIN alert a ON a.id = t.alert_id"
            " JOIN channel c ON c.id = t.channel_id"
            " WHERE a.state = 'resolved' AND a.folded_until IS NULL AND c.digest IS NULL"
        ):
            found.append(f"{row['name']} was not told of the end of {row['fingerprint']}")
        return found
