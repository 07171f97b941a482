"""Tables that people connect on the page: fetched or sent, looked at until their columns are right, then connected.

What waits is kept in memory for an hour: nothing is a source before its columns are known. A file that was sent is
kept in the home folder, where a newer one can take its place.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import SourceTrouble
from ..sheets import SheetFault
from ..sources.setup import Setup
from ..sources.tabular import PIN, WORDS, Place, look_at, sheet_look
from ..store import options, pages_sources
from ..store.sources import Source
from ..web.actions import Connection, SourceCheck
from ..web.system_actions import TableFault, TableLook, TableWish
from .context import Context
from .opening import transport_for
from .pacer import Pacer

KIND = "csv"
FOLDER = "tables"
KEPT_MS = 3_600_000
MOST_KEPT = 20
SHOWN = 6
LANGUAGES = ("es", "pt", "en")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A table that waits for its columns; `source_id` where it is connected already."""

    wish: TableWish
    at: int
    source_id: int | None = None


class Tables:
    """The tables that are being connected in this process."""

    def __init__(self, context: Context, connect: Callable[[Connection], SourceCheck]) -> None:
        self._context = context
        self._connect = connect
        self._lock = threading.Lock()
        self._drafts: dict[str, _Draft] = {}

    def begin(self, wish: TableWish) -> None:
        """Fetch a table and keep it for a while. Raises TableFault."""
        if wish.url is not None:
            if not wish.url.startswith(("http://", "https://")):
                # A file of the server itself is for its operator to connect.
                raise TableFault("missing")
            wish = replace(wish, data=self._fetch(wish.url, wish.name, wish.zone, wish.key))
        _readable(wish.data)
        self._keep(wish.name, _Draft(wish, self._context.now()))

    def open(self, source: Source) -> None:
        """The same with a table that is connected, to change its columns. Raises TableFault."""
        data = self._fetch(source.base_url, source.name, source.timezone, self._key_of(source), fenced=source.fenced)
        wish = TableWish(source.name, source.timezone, url=source.base_url, data=data)
        self._keep(source.name, _Draft(wish, self._context.now(), source.id))

    def _keep(self, name: str, draft: _Draft) -> None:
        with self._lock:
            fresh = {key: each for key, each in self._drafts.items() if draft.at - each.at < KEPT_MS}
            self._drafts = dict(list(fresh.items())[-MOST_KEPT:]) | {name: draft}

    def _key_of(self, source: Source) -> str | None:
        return source.secrets(self._context.vault).get("api_key")

    def _fetch(self, url: str, name: str, zone: str, key: str | None, *, fenced: bool = True) -> bytes:
        context = self._context
        setup = Setup(
            name=name, base_url=url, secrets={"api_key": key} if key else {}, options={}, budget=Pacer(context, 1.0),
            transport=transport_for(context, fenced=fenced), zone=zone, fresh=False, now=context.now,
            sleep=context.sleep, dice=context.dice, counted=lambda _identity: (), remember=lambda _found: None,
        )  # fmt: skip
        place = Place(setup)
        try:
            return place.read()
        except SourceTrouble as fault:
            raise TableFault(fault.kind) from None
        finally:
            place.close()

    def look(self, name: str, columns: Mapping[str, str], mark: str) -> TableLook | None:
        """How a table that waits would be read with these columns; None where none waits. Raises TableFault."""
        draft = self._drafts.get(name)
        if draft is None:
            return None
        pinned = self._pinned(draft, columns)
        found = sheet_look(draft.wish.data, pinned)
        look = TableLook(
            name, found.headings, found.names, found.rows, missing=found.missing, connected=draft.source_id is not None
        )
        if found.missing is not None:
            return look
        try:
            whole = look_at(draft.wish.data, found.names, name, mark or self._mark_of(draft))
        except SourceTrouble:
            raise TableFault("answer") from None
        rows = [
            (product.name, product.code, level.warehouse if level else "", level.stock if level else None,
             level.minimum if level else None)
            for product in whole.products
            for level in (product.levels or (None,))
        ]  # fmt: skip
        return replace(
            look,
            products=tuple(rows[:SHOWN]),
            count=len(whole.products),
            aside=tuple((each.key, each.reason) for each in whole.quarantined[:SHOWN]),
            aside_count=len(whole.quarantined),
            mark=whole.mark,
        )

    def _pinned(self, draft: _Draft, columns: Mapping[str, str]) -> dict[str, str]:
        """What the form says; before it was sent, what is settled. An empty choice means 'not there'."""
        if columns:
            return dict(columns)
        if draft.source_id is None:
            return {}
        settled = options.of(self._context.store, draft.source_id)
        return {word: settled[PIN + word] for word in WORDS if PIN + word in settled}

    def _mark_of(self, draft: _Draft) -> str:
        return "" if draft.source_id is None else options.of(self._context.store, draft.source_id).get("decimal", "")

    def connect(self, name: str, columns: Mapping[str, str], mark: str) -> str | None:
        """Settle the columns: a new table becomes a source at rest. None where none waits. Raises TableFault."""
        found, draft = self.look(name, columns, mark), self._drafts.get(name)
        if found is None or draft is None:
            return None
        if found.missing is not None:
            raise TableFault("columns")
        settled: dict[str, str | None] = {PIN + word: found.names.get(word) for word in WORDS}
        settled["decimal"] = mark or None
        if draft.source_id is None:
            self._add(draft.wish, settled)
        else:
            with self._context.store.write():
                options.put(self._context.store, draft.source_id, settled)
                pages_sources.ask_now(self._context.store, draft.source_id, self._context.now())
        with self._lock:
            self._drafts.pop(name, None)
        return name

    def _add(self, wish: TableWish, settled: Mapping[str, str | None]) -> None:
        address = wish.url if wish.url is not None else self._put_down(wish.name, wish.data).as_uri()
        secrets = {"api_key": wish.key} if wish.key else {}
        said = {name: value for name, value in settled.items() if value is not None}
        check = self._connect(Connection(KIND, wish.name, address, secrets, wish.zone, said))
        if not check.reachable:
            raise TableFault(check.error_kind or "other")

    def _put_down(self, name: str, data: bytes) -> Path:
        """The file as it was sent, whole at once, under a name of our own; what it is its bytes tell."""
        folder = self._context.settings.home / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder.resolve() / f"{name}.table"
        half = folder / f".{name}.new"
        half.write_bytes(data)
        half.chmod(0o600)
        half.replace(path)
        return path

    def replace(self, source: Source, data: bytes) -> int:
        """Put a new list in the place of the one that was sent; how many products it has. Raises TableFault.

        It must read with the columns that are settled: else nothing changes.
        """
        if source.kind != KIND or not self.was_sent(source):
            raise TableFault("not_sent")
        _readable(data)
        settled = options.of(self._context.store, source.id)
        pinned = {word: settled[PIN + word] for word in WORDS if PIN + word in settled}
        found = sheet_look(data, pinned)
        if found.missing is not None:
            raise TableFault("columns")
        whole = look_at(data, found.names, source.name, settled.get("decimal", ""))
        self._put_down(source.name, data)
        with self._context.store.write():
            pages_sources.ask_now(self._context.store, source.id, self._context.now())
        return len(whole.products)

    def was_sent(self, source: Source) -> bool:
        """Whether a table is a file that was sent on the page."""
        return source.base_url.startswith((self._context.settings.home / FOLDER).resolve().as_uri() + "/")


def _readable(data: bytes) -> None:
    """Raises TableFault, in the reader's words where the fault is one of the sheet."""
    try:
        sheet_look(data, {})
    except SourceTrouble as trouble:
        fault = trouble.__cause__
        said = {each: fault.said(each) for each in LANGUAGES} if isinstance(fault, SheetFault) else None
        raise TableFault("table", said) from None
