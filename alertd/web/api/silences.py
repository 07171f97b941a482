"""Silences by the API: hold messages back, see what is held back, let them go."""

from typing import Annotated

from flask import g
from msgspec import Meta, Struct

from ... import clock
from ...errors import UsageTrouble
from ...rules.matchers import check_matchers
from ...store import listing
from ...store import silences as stored
from ...store import sources as systems
from ..room import room
from . import paging, shapes
from .door import note, operation
from .names import Duration, When, moment, now, span, zone_of
from .paging import Paged
from .problems import Refused


class SilenceQuery(Paged):
    """Which silences."""

    ended: Annotated[bool, Meta(description="Those that are over, too.")] = False


class NewSilence(Struct, forbid_unknown_fields=True, rename={"duration": "for", "starts_at": "from"}):
    """Every matcher must fit: rule, source, severity, codigo, nombre_bodega, nombre_sucursal or a label of a rule."""

    match: Annotated[dict[str, Annotated[str, Meta(min_length=1, max_length=200)]], Meta(min_length=1, max_length=20)]
    duration: Duration
    comment: Annotated[str, Meta(pattern=r"\S", max_length=500, description="Why, for whoever finds it.")]
    starts_at: When | None = None


@operation("GET", "/silences", "What holds messages back", query=SilenceQuery, answer=shapes.Silences, refusals=(404,))
def list_silences(query: SilenceQuery) -> shapes.Silences:
    """A page of silences."""
    key = paging.read(query.cursor, int)
    store, before = room().store, key[0] if key else None
    ids = listing.silence_ids(store, now=now(), ended=query.ended, before=before, limit=query.limit + 1)
    page, following = paging.cut([{"id": each} for each in ids], query.limit, "id")
    return shapes.Silences([shapes.silence(stored.get(store, row["id"]), now()) for row in page], following)


@operation(
    "POST", "/silences", "Hold messages back for a while",
    body=NewSilence, answer=shapes.Silence, scope="write", status=201, refusals=(404, 409),
)  # fmt: skip
def add_silence(body: NewSilence) -> shapes.Silence:
    """Add a silence."""
    store = room().store
    try:
        there = [source.name for source in systems.list_sources(store)]
        matchers = check_matchers(body.match.items(), room().rules().rules, there)
    except UsageTrouble as trouble:
        # The shape is right; what it names is not there.
        raise Refused(404, str(trouble)) from None
    begin = now() if body.starts_at is None else moment(body.starts_at, zone_of(""))
    if begin + span(body.duration) <= now():
        raise Refused(409, "This silence would be over already; check 'from' and 'for'.")
    with store.write():
        made = stored.add(
            store, matchers, comment=body.comment.strip(), now=now(), starts_at=begin,
            ends_at=begin + span(body.duration), by=g.token.who,
        )  # fmt: skip
        note("silence.added", _said(matchers), until=clock.rfc3339(made.ends_at))
    return shapes.silence(made, now())


@operation(
    "DELETE", "/silences/<int:number>", "End a silence now; what still is true is told",
    answer=shapes.Silence, scope="write", refusals=(404,), about={"number": "The `id` of the silence."},
)  # fmt: skip
def end_silence(number: int) -> shapes.Silence:
    """End a silence; it stays in the list of those that ended."""
    store = room().store
    try:
        with store.write():
            found = stored.end(store, number, now())
            if found.state(now()) != "expired":
                note("silence.ended", _said(found.matchers))
    except UsageTrouble as trouble:
        raise Refused(404, str(trouble)) from None
    return shapes.silence(stored.get(store, number), now())


def _said(matchers: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in matchers.items())
