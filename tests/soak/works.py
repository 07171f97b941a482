"""Dispensers of protective equipment: what is handed out comes as signed webhooks, and is polled as well.

Their products tell no stock: a person counts them, and alertd takes off what was handed out. Webhooks come twice, late,
out of order, forged, or not at all; in the end the stock must be right to the piece, and what is low must be firing.
"""

import json
from collections import Counter
from random import Random
from typing import Any

from alertd.engine.context import Context
from alertd.engine.counting import Counted, take_counts
from alertd.engine.cycle import due_lanes, run_cycle, run_sources
from alertd.engine.hooks import Desk
from alertd.sandbox import smartepi
from alertd.sandbox.smartepi.webhooks import event_of
from alertd.store import polls, sources
from tests.engine.workbench import Clock

NAME = "epi"
PRODUCTS, FULL, LOW = 24, 30, 12
EVENTS_A_TURN = 2
FAULTS = ("401", "429", "429_wait", "500", "502", "truncated", "cursor_twice", "bad_cursor")
RULE = f"name: epi-bajo\non: stock\nsource: [{NAME}]\nwhen: stock <= {LOW}\n"
_SIGN = {"withdrawals": -1, "returns": 1}


class Works:
    """The organisation, its server, and what its dispensers really hold."""

    def __init__(self, context: Context, clock: Clock, dice: Random, counts: Counter[str]) -> None:
        self.context, self.clock, self.dice, self.counts = context, clock, dice, counts
        self.organisation = smartepi.Organisation(clock=self._seconds, rate=1e9, seed=dice.randrange(99))
        self.organisation.listeners.append(self._happened)
        self.holds = {self.organisation.add_product(f"Luva {number}"): 0.0 for number in range(PRODUCTS)}
        self.server = smartepi.serve(self.organisation)
        self.events: list[dict[str, Any]] = []
        secrets = {"api_key": smartepi.DEFAULT_KEY, "webhook_secret": smartepi.DEFAULT_SECRET}
        sources.add_source(
            context.store, context.vault, name=NAME, kind="smartepi", base_url=self.server.url, secrets=secrets,
            timezone="America/Sao_Paulo", every=300.0, sweep_every=None, now=context.now(),
        )  # fmt: skip

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    def _happened(self, kind: str, record: dict[str, Any]) -> None:
        if "SUCCESS" in (record.get("withdrawalStatus"), record.get("returnStatus")):
            self.holds[record["productId"]] += _SIGN[kind] * record["quantity"]
        self.events.append(event_of(kind, record, int(self.organisation.clock())))

    def fill_up(self) -> None:
        """Somebody fills every dispenser up, counts it and types that in."""
        take_counts(self.context, self._source(), [Counted(each, FULL) for each in self.holds], by="ana")
        self.holds = dict.fromkeys(self.holds, float(FULL))
        self.counts["dispensers counted"] += 1

    def hand_out(self) -> None:
        """People take things; the console tells most of it, late or out of order, and strangers knock as well."""
        for _ in range(EVENTS_A_TURN):
            self.organisation.anything()
        told = [event for event in self.events if self.dice.random() < 0.8]
        self.dice.shuffle(told)
        self.events = told[2:]
        for event in told[:2]:
            for _ in range(self.dice.choice((1, 1, 1, 2))):
                self._post(json.dumps(event).encode())
            if self.dice.random() < 0.1:
                self._post(json.dumps({**event, "id": "evt_forged"}).encode(), secret="whsec_guessed")
                self._post(b"{")

    def _post(self, body: bytes, secret: str = smartepi.DEFAULT_SECRET) -> None:
        t = int(self.organisation.clock())
        header = f"t={t},v1={smartepi.sign(secret, t, body)}"
        status, _ = Desk(self.context).receive(NAME, header, body)
        self.counts[f"webhook answered {status}"] += 1

    def poll(self, *, faults: bool) -> None:
        """What the loop would do now. Where the key was refused, a person mends it and asks for a poll."""
        source = self._source()
        self.organisation.faults.clear()
        stopped = any(row["stopped_kind"] == "key" for row in polls.lanes(self.context.store, source.id).values())
        if stopped:
            cycle = run_sources(self.context, [NAME])
            self.counts["key mended"] += 1
        else:
            if faults and self.dice.random() < 0.25:
                kind = self.dice.choice(FAULTS)
                self.organisation.faults.add(kind, times=self.dice.choice((1, 2, 5)), seconds=30)
                self.counts[f"epi fault {kind}"] += 1
            cycle = run_cycle(self.context, source, due_lanes(self.context, source))
        self.counts["epi polls"] += len(cycle.polls)
        self.counts["epi polls failed"] += sum(not poll.complete for poll in cycle.polls)

    def wrong(self) -> int:
        """Products whose stock is not what the dispensers hold, or that are low and do not fire, or the reverse."""
        rows = self.context.store.execute(
            "SELECT r.external_id, r.stock, EXISTS (SELECT 1 FROM alert a WHERE a.product_id = r.product_id"
            " AND a.rule = 'epi-bajo' AND a.state = 'firing') FROM stock_row r WHERE r.source_id = ?",
            (self._source().id,),
        )
        found = {identity: (stock, bool(firing)) for identity, stock, firing in rows}
        return sum(found.get(key) != (holds, holds <= LOW) for key, holds in self.holds.items())

    def _source(self) -> sources.Source:
        return sources.get_source(self.context.store, NAME)
