"""Take in the webhooks of a source: believed or refused, stored before they are answered, judged a moment later.

What the answer waits for is one short transaction. The rules are judged by the worker, which finds the duty in the
database within half a second, in whatever process it runs.
"""

import sqlite3
import threading
from collections import Counter
from datetime import timedelta

import structlog

from ..clock import rfc3339
from ..errors import Trouble
from ..model import Quarantined, Transaction
from ..sources.smartepi import Delivery, Refused, fitting_scheme, read_delivery, verify
from ..sources.smartepi.webhooks import DEFAULT_SCHEME, NEVER_PINNED, TEST
from ..store import deliveries, ledger, options, polls, quarantine, sources, transactions
from ..store.instants import after_looks
from ..store.sources import Source
from .context import Context
from .opening import open_reader
from .turn import Turn, evaluate_and_tell

log = structlog.get_logger()
KIND = "smartepi"
SECRET, SECRET_BEFORE, BEFORE_UNTIL = "webhook_secret", "webhook_secret_before", "webhook_secret_before_until"
CHANGE_OVER_MS = int(timedelta(days=7).total_seconds() * 1000)
# The sender waits two or three seconds; a database that is busy for longer is told, and the event comes again.
PATIENCE_SECONDS = 1.5
SWEEP_REST_MS = 10_000
REFUSALS_A_MINUTE = 30
Answer = tuple[int, str]


class Desk:
    """Where webhooks are handed in. Safe for any thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._minute = 0
        self._refusals: Counter[int] = Counter()

    def receive(self, name: str, header: str | None, body: bytes) -> Answer:
        """The status to answer a delivery with, and a word for who reads it in the sender's console."""
        try:
            source = self._source(name)
            if source is None:
                return 404, "unknown"
            try:
                delivery = self._believe(source, header, body)
            except Refused as refused:
                self._note_refusal(source, refused, header, body)
                return refused.status, "refused"
            with self._context.store.impatient(PATIENCE_SECONDS):
                return 200, self._keep(source, delivery)
        except sqlite3.OperationalError as fault:
            log.warning("a webhook could not be stored and is asked for again", source=name, error=str(fault))
            return 503, "busy"

    def _source(self, name: str) -> Source | None:
        found = (each for each in sources.list_sources(self._context.store) if each.name == name)
        source = next(found, None)
        return source if source is not None and source.kind == KIND else None

    def _believe(self, source: Source, header: str | None, body: bytes) -> Delivery:
        """What a genuine delivery says. Raises Refused."""
        secrets = secrets_of(self._context, source)
        if not secrets:
            raise Refused(401, "no webhook secret is known for this source; give it with 'alertd source secret'")
        scheme = options.of(self._context.store, source.id).get("signature", DEFAULT_SCHEME)
        verify(header, body, secrets, self._context.now(), scheme)
        return read_delivery(body)

    def _note_refusal(self, source: Source, refused: Refused, header: str | None, body: bytes) -> None:
        """For the page. Whoever floods the door with nonsense does not fill the database with it."""
        now = self._context.now()
        with self._lock:
            if self._minute != now // 60_000:
                self._minute = now // 60_000
                self._refusals.clear()
            self._refusals[source.id] += 1
            if self._refusals[source.id] > REFUSALS_A_MINUTE:
                return
        fits = None
        if refused.status == 401:
            fits = fitting_scheme(header, body, secrets_of(self._context, source), now)
        with self._context.store.impatient(PATIENCE_SECONDS):
            deliveries.refuse(
                self._context.store, source.id, status=refused.status, reason=str(refused), fits=fits, now=now
            )

    def _keep(self, source: Source, delivery: Delivery) -> str:
        """Store what it says and that it came, in one transaction."""
        store, now = self._context.store, self._context.now()
        with store.write():
            outcome = _take(self._context, source, delivery, now)
            deliveries.note(
                store,
                source.id,
                event_id=delivery.id,
                type=delivery.type,
                outcome=outcome,
                created_at=delivery.created_at,
                now=now,
            )
        return outcome


def secrets_of(context: Context, source: Source) -> list[str]:
    """The secrets a signature may be made with now: the present one, and during a change-over the one before."""
    try:
        known = source.secrets(context.vault)
    except Trouble:
        return []
    found = [known.get(SECRET, "")]
    if int(known.get(BEFORE_UNTIL, "0")) > context.now():
        found.append(known.get(SECRET_BEFORE, ""))
    return [secret for secret in found if secret]


def secret_before_until(context: Context, source: Source) -> int:
    """Until when the secret before the present one is good."""
    return int(source.secrets(context.vault).get(BEFORE_UNTIL, "0"))


def change_secret(context: Context, source: Source, secret: str) -> None:
    """Take a new webhook secret in; the one before stays good for a week."""
    known = source.secrets(context.vault)
    before = known.get(SECRET)
    if before and before != secret:
        known |= {SECRET_BEFORE: before, BEFORE_UNTIL: str(context.now() + CHANGE_OVER_MS)}
    options.set_secrets(context.store, context.vault, source.id, {**known, SECRET: secret})


def _take(context: Context, source: Source, delivery: Delivery, now: int) -> str:
    """Keep what a delivery says, in the caller's transaction; the word for what became of it."""
    store, found = context.store, delivery.found
    now = after_looks(store, source.id, now)
    if isinstance(found, Quarantined):
        quarantine.keep_documents(store, source.id, found.key.partition(":")[0], [found], [], now)
        return "set aside"
    if not isinstance(found, Transaction):
        return "test" if delivery.type == TEST else "ignored"
    taken = transactions.take(store, source.id, [found], zone=source.timezone, now=now)
    if not taken.new:
        return "known"
    counted = ledger.refresh(store, source.id, taken.products, now)
    if transactions.waiting_for(store, source.id, taken.unknown) or taken.products - counted:
        # Stock that the system tells has changed there; it is looked up at once, but not with every event of a rush.
        polls.hurry(store, source.id, "sweep", now=now, rest=SWEEP_REST_MS)
    deliveries.evaluate_soon(store, source.id, now)
    return "kept"


def evaluate_due(context: Context) -> int:
    """Judge the rules of the sources whose stock moved outside a poll; returns how many messages were queued."""
    waiting = deliveries.to_evaluate(context.store)
    if not waiting:
        return 0
    return sum(_evaluate(context, source) for source in sources.list_sources(context.store) if source.id in waiting)


def _evaluate(context: Context, source: Source) -> int:
    """One source's turn. The edge of it: one that cannot be judged steps aside, and the next poll judges it again."""
    store = context.store
    try:
        reader, _ = open_reader(context, source)
        turn = Turn(context, source, reader, context.rules.book(context.now()))
        try:
            with store.write():
                if deliveries.claim_evaluation(store, source.id) and source.snapshot_at is not None:
                    evaluate_and_tell(turn, context.now())
        finally:
            reader.close()
    except Exception:
        log.exception("the rules could not be judged after a webhook", source=source.name)
        with store.write():
            deliveries.claim_evaluation(store, source.id)
        return 0
    return turn.queued


def webhook_notes(context: Context, source: Source) -> list[str]:
    """How the webhooks of a source fare. Settles the scheme where a refused delivery shows which one fits."""
    if source.kind != KIND:
        return []
    store = context.store
    scheme = options.of(store, source.id).get("signature", DEFAULT_SCHEME)
    came, refused = deliveries.latest(store, source.id, 1), deliveries.latest_refused(store, source.id, 1)
    if not secrets_of(context, source):
        return [f"Webhooks: no secret given; 'alertd source secret {source.name} -' takes it"]
    newer = refused and (not came or refused[0]["at"] > came[0]["last_at"])
    if newer and refused[0]["fits"] not in (None, scheme):
        return [_settle_scheme(context, source, scheme, refused[0]["fits"])]
    lines = [f"Webhooks: signatures are read as '{scheme}'"]
    if came:
        lines.append(f"Webhooks: the last came at {rfc3339(came[0]['last_at'])} ({came[0]['type']})")
    else:
        lines.append("Webhooks: none came yet; press the test button in the console")
    if newer:
        lines.append(f"Webhooks: one was refused at {rfc3339(refused[0]['at'])}, because {refused[0]['reason']}")
    return lines


def _settle_scheme(context: Context, source: Source, scheme: str, fits: str) -> str:
    if fits == NEVER_PINNED:
        return (
            "Webhooks: signatures fit only without the time in them, so anybody could send an old one again; "
            f"'alertd source set {source.name} signature={fits}' accepts that"
        )
    options.put(context.store, source.id, {"signature": fits})
    return (
        f"Webhooks: the last was refused, read as '{scheme}'; it fits '{fits}', which is pinned now. Press test again"
    )
