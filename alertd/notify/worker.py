"""Empty the outbox: claim, send, write down. It may be killed at any moment and be started again.

One thread reads and writes the database; a few others word messages and talk to services, so that one which does not
answer holds up nobody but its own channel. A message is marked sent after the service took it: what a crash leaves
behind is sent again with the same key when its lease runs out, or at once when its worker is seen to be gone.
"""

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Protocol

from .. import clock as wall
from ..clock import Clock
from ..errors import Trouble
from ..fence import Networks
from ..store import Store, channels, outbox
from ..store.outbox import Claimed
from ..vault import Vault
from ..workers import is_gone, worker_name
from . import links
from .answers import Delivery, Outcome
from .carrying import Answer, Parcel, about, carry, word
from .channels import Timeout, host_of, pause_after, send
from .content import WRONG, Content, decode

LEASE_SECONDS = 30.0
MOST_ATTEMPTS = 12
SENDERS = 8
AT_ONCE = 32
"""Messages of one channel that a sender takes along; each is written down as its answer comes."""

LINGER_SECONDS = 0.02
_FIRST_DELAY = 20.0
_GROWTH = 2.5
_LONGEST_DELAY = 6 * 3600.0
_IDLE_SECONDS = 1.0
_LONGEST_REST = 10_000

log = logging.getLogger(__name__)


class Dice(Protocol):
    """A random generator; `random.Random` is one."""

    def uniform(self, a: float, b: float) -> float: ...


@dataclass(slots=True)
class Tally:
    """What became of the attempts: `failed` counts every one that did not reach its service, `dead` the last ones."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def delay_seconds(attempts: int, dice: Dice) -> float:
    """How long to wait after so many attempts: 15 to 25 seconds first, then longer and longer, a day in all."""
    return min(_FIRST_DELAY * _GROWTH ** (attempts - 1), _LONGEST_DELAY) * dice.uniform(0.75, 1.25)


def deliver_pass(
    store: Store,
    vault: Vault,
    *,
    url: str,
    now: int,
    worker: str | None = None,
    clock: Clock | None = None,
    dice: Dice | None = None,
    timeout: Timeout | None = None,
    private: Networks = (),
) -> dict[str, int]:
    """Try every message that is due by `now` once; `clock` runs on from there where none is given.

    Returns what was `sent` and `failed` in this pass, and what is `waiting` and `dead` in the outbox after it.
    """
    clock = clock or _running_from(now)
    free_leases_of_the_dead(store, now=clock())
    with Desk(
        store, vault, url=url, worker=worker or worker_name(), clock=clock, dice=dice, timeout=timeout, private=private
    ) as desk:
        while desk.take(due_by=now) or desk.busy or desk.pause(now):
            desk.wait()
            desk.settle()
        tally = desk.tally
    left = outbox.counts(store)
    return {"sent": tally.sent, "failed": tally.failed, "waiting": left["waiting"], "dead": left["dead"]}


def _running_from(now: int) -> Clock:
    started = time.monotonic()
    return lambda: now + round((time.monotonic() - started) * 1000)


def send_test(
    store: Store,
    vault: Vault,
    name: str,
    *,
    url: str,
    now: int,
    zone: str = "UTC",
    timeout: Timeout | None = None,
    private: Networks = (),
) -> Delivery:
    """Send a test message to a channel, at once and past the outbox, and say how it went.

    Raises UsageTrouble when there is no such channel, and Trouble when its address cannot be opened.
    """
    channel = channels.get(store, name)
    address = channels.address(store, vault, channel.id)
    content = Content(kind="test", at=now, zone=zone)
    rendered = word(content, channel.language, url, now=now)
    fenced = private if channels.is_fenced(store, channel.id) else None
    return send(address or "", rendered, key=secrets.token_urlsafe(12), timeout=timeout, fenced=fenced)


def free_leases_of_the_dead(store: Store, *, now: int) -> int:
    """Let go of what a killed process of this machine still holds, so that nobody waits for its lease to run out."""
    gone = [name for name in outbox.lease_holders(store, now=now) if is_gone(name)]
    return sum(outbox.release(store, worker=name) for name in gone)


@dataclass(slots=True)
class Desk:
    """One thread's work on the outbox: takes messages, hands them to the senders, writes down what came of it.

    The messages of a channel are in the hands of one sender at a time. `bell` is rung when an answer has come.
    """

    store: Store
    vault: Vault
    url: str
    worker: str = field(default_factory=worker_name)
    clock: Clock = wall.now
    dice: Dice | None = None
    timeout: Timeout | None = None
    senders: int = SENDERS
    bell: Callable[[], None] = lambda: None
    private: Networks = ()
    tally: Tally = field(default_factory=Tally)
    _resting: dict[str, int] = field(default_factory=dict)
    _hosts: dict[int, str] = field(default_factory=dict)
    _signer: links.Signer | None = None
    _open: dict[int, Parcel] = field(default_factory=dict)
    _turns: dict["Future[None]", int | None] = field(default_factory=dict)
    _answers: "SimpleQueue[tuple[Parcel, Answer | None]]" = field(default_factory=SimpleQueue)
    _news: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Event = field(default_factory=threading.Event)
    _pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> "Desk":
        self._pool = ThreadPoolExecutor(self.senders, thread_name_prefix="alertd-sender")
        # Jitter spreads retries; nobody gains by guessing it.
        self.dice = self.dice or random.Random()  # noqa: S311
        return self

    def __exit__(self, *fault: object) -> None:
        assert self._pool is not None  # noqa: S101
        self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if fault[0] is None:
            self.settle()

    @property
    def busy(self) -> int:
        """How many senders are at work."""
        return len(self._turns)

    def take(self, *, due_by: int | None = None) -> int:
        """Claim messages for the senders that are free. Returns how many were claimed."""
        now = self.clock()
        claimed = outbox.claim(
            self.store,
            worker=self.worker,
            now=now,
            due_by=due_by,
            lease_seconds=LEASE_SECONDS,
            limit=self.senders - self.busy,
            besides=[*self._turns.values(), *self._out_of_turn(now)],
            each=AT_ONCE,
            singly=list(self._hosts),
        )
        by_channel: dict[int | None, list[Claimed]] = {}
        for message in claimed:
            by_channel.setdefault(message.channel_id, []).append(message)
        for channel_id, messages in by_channel.items():
            self._hand_over(channel_id, messages, now)
        return len(claimed)

    def _out_of_turn(self, now: int) -> list[int]:
        """The channels whose service had a message a moment ago, and takes only so many."""
        # A pause that ends long after it should was written before the clock was set back.
        self._resting = {host: until for host, until in self._resting.items() if now < until <= now + _LONGEST_REST}
        return [key for key, host in self._hosts.items() if host in self._resting]

    def rest(self) -> float:
        """Seconds until a service may be spoken to again; 0 when none is being waited for."""
        now = self.clock()
        return max(0, min(self._resting.values(), default=now) - now) / 1000 if self._out_of_turn(now) else 0.0

    def pause(self, due_by: int) -> bool:
        """Wait until a service takes the next message, where one of its channels still has something due."""
        resting = self._out_of_turn(self.clock())
        if not outbox.waits_for(self.store, resting, due_by):
            return False
        time.sleep(self.rest())
        self._resting.clear()
        return True

    def wait(self, seconds: float = LEASE_SECONDS / 3) -> None:
        """Until an answer has come, or it is time to renew the leases.

        While more are on their way a moment longer: what is written down together waits for the disk once.
        """
        if self._turns and self._news.wait(seconds) and len(self._open) > self._answers.qsize():
            self._closing.wait(LINGER_SECONDS)

    def settle(self) -> None:
        """Write down every answer that has come, all at once, and keep the leases of what is still on its way."""
        self._news.clear()
        over = [turn for turn in self._turns if turn.done()]
        answers = [self._answers.get() for _ in range(self._answers.qsize())]
        if answers:
            with self.store.write():
                self._write_all_down(answers)
        for turn in over:
            del self._turns[turn]
        if self._open:
            until = self.clock() + round(LEASE_SECONDS * 1000)
            outbox.renew(self.store, worker=self.worker, message_ids=list(self._open), until=until)

    def _write_all_down(self, answers: list[tuple[Parcel, Answer | None]]) -> None:
        untried = []
        for parcel, answer in answers:
            self._open.pop(parcel.message.id, None)
            if answer is None:
                untried.append(parcel.message.id)
                continue
            with about(parcel.message):
                self._write_down(parcel.message, answer)
        outbox.hand_back(self.store, untried, worker=self.worker)

    def _hand_over(self, channel_id: int | None, messages: list[Claimed], now: int) -> None:
        """Give the messages of one channel to a sender; of a service that wants pauses only the first."""
        where = self._where(channel_id)
        parcels = []
        for message in messages:
            with about(message):
                parcel = where if isinstance(where, str) else self._pack(message, *where)
                if isinstance(parcel, str):
                    self._bury(message, parcel)
                else:
                    parcels.append(parcel)
        if not parcels:
            return
        pause = pause_after(parcels[0].address)
        if pause and channel_id is not None:
            host = self._hosts[channel_id] = host_of(parcels[0].address)
            self._resting[host] = now + round(pause * 1000)
            outbox.hand_back(self.store, [parcel.message.id for parcel in parcels[1:]], worker=self.worker)
            parcels = parcels[:1]
        self._send_off(channel_id, parcels, now)

    def _send_off(self, channel_id: int | None, parcels: list[Parcel], now: int) -> None:
        assert self._pool is not None  # noqa: S101
        self._open |= {parcel.message.id: parcel for parcel in parcels}
        turn = self._pool.submit(
            carry, parcels, self._report, url=self.url, now=now, timeout=self.timeout, stopping=self._closing
        )
        self._turns[turn] = channel_id
        turn.add_done_callback(lambda _: self._ring())

    def _report(self, parcel: Parcel, answer: Answer | None) -> None:
        """Called by the senders, in their threads."""
        self._answers.put((parcel, answer))
        self._ring()

    def _ring(self) -> None:
        self._news.set()
        self.bell()

    def _where(self, channel_id: int | None) -> tuple[str, Networks | None] | str:
        """The address of a channel and its fence, or why nothing can ever be sent there."""
        try:
            address = None if channel_id is None else channels.address(self.store, self.vault, channel_id)
        except Trouble as trouble:
            return str(trouble)
        if address is None:
            return "The channel was removed before this message was sent."
        return address, self.private if channels.is_fenced(self.store, channel_id or 0) else None

    def _pack(self, message: Claimed, address: str, fenced: Networks | None) -> Parcel | str:
        """The message with its address, or why it can never be sent."""
        try:
            content = decode(message.content)
        except ValueError:
            return "The stored message cannot be read; it was written by another version of alertd."
        return Parcel(message, address, content, message.language or "es", self._link(message, content), fenced)

    def _link(self, message: Claimed, content: Content) -> str | None:
        """The address behind which the reader can act on what this message says, where there is anything to act on."""
        if not any(item.event in WRONG for item in content.items):
            return None
        self._signer = self._signer or links.Signer(self.vault)
        return f"{self.url}/a/{self._signer.token(message.id, message.created_at)}"

    def _write_down(self, message: Claimed, answer: Answer) -> None:
        delivery, now = answer.delivery, self.clock()
        if delivery.outcome is Outcome.DELIVERED:
            outbox.mark_sent(self.store, message.id, now=now, title=answer.title, body=answer.text)
            self.tally.sent += 1
            log.info("Channel %s: sent.", message.channel)
        elif delivery.outcome is Outcome.PERMANENT or message.attempts >= MOST_ATTEMPTS:
            self._bury(message, delivery.detail, delivery.reached)
        else:
            self._try_again(message, delivery, now)

    def _try_again(self, message: Claimed, delivery: Delivery, now: int) -> None:
        assert self.dice is not None  # noqa: S101
        asked = delivery.wait
        wait = delay_seconds(message.attempts, self.dice) if asked is None else asked * self.dice.uniform(1.0, 1.2)
        outbox.mark_retry(
            self.store,
            message.id,
            worker=self.worker,
            due_at=now + round(wait * 1000),
            error=delivery.detail,
            reached=delivery.reached,
            unsure=delivery.outcome is Outcome.AMBIGUOUS,
        )
        self.tally.failed += 1
        log.warning(
            "Channel %s: %s Attempt %d of %d.", message.channel, delivery.detail, message.attempts, MOST_ATTEMPTS
        )

    def _bury(self, message: Claimed, reason: str, reached: Iterable[str] = ()) -> None:
        outbox.mark_dead(self.store, message.id, worker=self.worker, error=reason, reached=tuple(reached))
        self.tally.failed += 1
        self.tally.dead += 1
        log.error("Channel %s: %s The message is given up; retry it from the page.", message.channel, reason)


class Sender:
    """Delivers for as long as it runs. `run` belongs in a thread of its own; the others may be called from anywhere."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        *,
        url: str,
        clock: Clock = wall.now,
        dice: Dice | None = None,
        timeout: Timeout | None = None,
        senders: int = SENDERS,
        private: Networks = (),
    ) -> None:
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._store, self._clock = store, clock
        self._desk = Desk(
            store,
            vault,
            url=url,
            clock=clock,
            dice=dice,
            timeout=timeout,
            senders=senders,
            bell=self._bell.set,
            private=private,
        )

    @property
    def tally(self) -> Tally:
        """What was sent and what failed since the start."""
        return self._desk.tally

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._bell.set()

    def stop(self) -> None:
        """Take nothing new; `run` returns when what is on its way has been answered and written down."""
        self._stopping.set()
        self._bell.set()

    def run(self) -> None:
        """Deliver until `stop`. A fault of the database rises to whoever keeps the thread."""
        free_leases_of_the_dead(self._store, now=self._clock())
        with self._desk as desk:
            while not self._stopping.is_set():
                self._bell.clear()
                desk.settle()
                if not desk.take():
                    self._bell.wait(min(desk.rest() or _IDLE_SECONDS, _IDLE_SECONDS))
