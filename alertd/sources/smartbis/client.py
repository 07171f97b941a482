"""Smartbis's API v2 over HTTP: a token, the rewards, and the vouchers where it lists them. Nothing else is ever called.

What is known of this API and what is assumed is told in docs/sources/smartbis.md.
"""

from collections.abc import Container, Iterator
from typing import Any

from ...errors import SourceTrouble
from ...model import Page, Quarantined, Transaction
from ..http import Parameters, Reply
from ..loose import Record, keys_seen, look
from ..patient import Patient
from ..plain import Plain, pages
from ..setup import Setup
from . import tokens
from .envelope import decode, judge, next_page, numbered, rows_of, total_of
from .rewards import WANTED, Names, Rewards, read_rewards
from .vouchers import IDS as VOUCHER_IDS
from .vouchers import KIND, mapping, read_voucher, says_enough

COUPONS, VOUCHERS = "coupons", "vouchers"
BATCH = 200
WAITS = (5.0, 10.0, 20.0)
MOST_PAGES = 1_000
RIGHTS_REST_MS = 3_600_000
REFUSES_CREDENTIALS = frozenset({400, 401, 403, 422})
PIN = "field."


class Smartbis(Plain):
    """One account behind one pair of credentials."""

    kinds: tuple[str, ...] = (KIND,)

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._purse = tokens.purse_of(setup.base_url, setup.secrets)
        self._calls = Patient(setup, {}, judge=judge, waits=WAITS)
        # Credentials are judged otherwise: any refusal means them, and they are never sent twice.
        self._exchange = Patient(setup, {}, judge=_judge_credentials, waits=())
        self._found: Rewards | None = None
        self._first: Record | None = None

    @property
    def requests(self) -> int:
        """Calls sent so far, those for a token included."""
        return self._calls.requests + self._exchange.requests

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Every reward on offer. The names that were found are remembered once the whole list was read."""
        records, claimed = self._read_all(COUPONS, WANTED["id"].names)
        pinned = {name.removeprefix(PIN): value for name, value in self._setup.options.items() if name.startswith(PIN)}
        found = read_rewards(records, pinned, self._setup.name, self._setup.zone, self._setup.now())
        self._found, self._first = found, records[0] if records else None
        met = len(found.products) + len(found.quarantined) + found.left_out
        missing = 0 if claimed is None else claimed - met
        if not missing and records:
            self._remember(found.names, records)
        yield from pages(found.products, found.quarantined, known, missing=missing)

    def transactions(self, _kind: str, since: int) -> Iterator[list[Transaction | Quarantined]]:
        """Vouchers since a moment. Raises SourceTrouble, `unsupported` where none are listed that can be read."""
        records = self._vouchers()
        self._setup.remember({VOUCHERS: "listed"})
        found = [read_voucher(record, self._setup.zone) for record in records]
        new = [each for each in found if isinstance(each, Quarantined) or (each.happened_at or 0) >= since]
        for begin in range(0, max(1, len(new)), BATCH):
            yield new[begin : begin + BATCH]

    def _vouchers(self) -> list[Record]:
        """Every voucher; what nobody promised is not missed. Once they could be read, a fault is a fault."""
        try:
            records, _ = self._read_all(VOUCHERS, VOUCHER_IDS)
        except SourceTrouble as fault:
            promised = VOUCHERS in self._setup.options and fault.kind in ("server", "unreachable", "answer")
            if promised or fault.kind in ("quota", "stopped") or self._purse.refused is not None:
                raise
            raise _no_vouchers("its list cannot be read") from None
        if not says_enough(records):
            raise _no_vouchers(f"they do not tell their reward and time; they have {keys_seen(records[0])}")
        return records

    def mapping(self) -> dict[str, str | None]:
        """Under which name each field was found."""
        return {field: self._found.names.get(field) for field in WANTED} if self._found else {}

    def notes(self) -> list[str]:
        """Where each field is read, for the person who has to judge it; names and types, never values."""
        if self._found is None:
            return []
        shown = [f"{field} = {self._found.names.get(field, '(not found)')}" for field in WANTED]
        lines = [f"Fields: {', '.join(shown)}; pin another with 'alertd source set {self._setup.name} field.stock=...'"]
        if self._first is not None:
            lines.append(f"A reward looks like {keys_seen(self._first)}")
        if self._found.left_out:
            lines.append(f"Not on offer (switched off or over), left out: {self._found.left_out}")
        unlimited = sum(not product.levels for product in self._found.products)
        if unlimited:
            lines.append(f"Without a stock of their own (unlimited or unknown), never low: {unlimited}")
        return [*lines, self._voucher_note()]

    def _voucher_note(self) -> str:
        try:
            records = self._vouchers()
        except SourceTrouble as fault:
            return str(fault)
        if not records:
            return "Vouchers: none yet; each one counts as one handed out"
        shown = ", ".join(f"{word} = {name or '(not found)'}" for word, name in mapping(records[0]).items())
        return f"Vouchers: each counts as one handed out; {shown}; one looks like {keys_seen(records[0])}"

    def _remember(self, names: Names, records: list[Record]) -> None:
        """Pin what was found; of the fields that may be absent, those that every record carries."""
        self._setup.remember(
            {
                PIN + field: name
                for field, name in names.items()
                if WANTED[field].firm or all(look(record, name) is not None for record in records)
            }
        )

    def _read_all(self, path: str, ids: tuple[str, ...]) -> tuple[list[Record], int | None]:
        """Every record of a list, page by page, and how many there are said to be. Raises SourceTrouble."""
        body = self._list(path, None)
        rows = rows_of(body, path)
        following = next_page(body, 1, self._setup.base_url, path)
        if following is not None and following.numbered:
            # The first answer had a size of its own choosing: begin again with the size that the others will have.
            body = self._list(path, numbered(1))
            rows = rows_of(body, path)
            following = next_page(body, 1, self._setup.base_url, path)
        seen = {_mark(row, ids): row for row in rows}
        for page in range(2, MOST_PAGES + 1):
            if following is None or not rows:
                break
            body = self._list(following.path, following.parameters)
            rows = rows_of(body, path)
            before = len(seen)
            seen.update((_mark(row, ids), row) for row in rows)
            if len(seen) == before:
                break
            following = next_page(body, page, self._setup.base_url, path)
        return list(seen.values()), total_of(body)

    def _list(self, path: str, parameters: Parameters | None) -> Any:
        """One page; with a new token, once, where the old one ran out on the way. Raises SourceTrouble."""
        try:
            return decode(self._get(path, parameters), self._calls.host)
        except SourceTrouble as fault:
            if fault.kind != "key" or fault.retry_at is not None:
                raise
        tokens.drop(self._purse, self._token)
        try:
            return decode(self._get(path, parameters), self._calls.host)
        except SourceTrouble as fault:
            if fault.kind == "key" and fault.retry_at is None:
                fault.retry_at = self._setup.now() + RIGHTS_REST_MS
            raise

    def _get(self, path: str, parameters: Parameters | None) -> Reply:
        self._token = tokens.token(self._purse, self._sign_in, self._setup.now())
        return self._calls.get(path, parameters, headers={"Authorization": f"Bearer {self._token}"})

    def _sign_in(self) -> bytes:
        secrets = self._setup.secrets
        body = {"api_key": secrets.get("api_key", ""), "api_secret": secrets.get("api_secret", "")}
        return self._exchange.post("auth/token", body).body

    def close(self) -> None:
        """Close the connections; the token stays with the process."""
        self._calls.close()
        self._exchange.close()


def _no_vouchers(why: str) -> SourceTrouble:
    return SourceTrouble(
        f"Vouchers are not counted: {why}. Stock is watched all the same; days of cover stay unknown.",
        kind="unsupported",
    )


def _mark(row: Record, ids: tuple[str, ...]) -> str:
    """What tells a record from the others of its list, whatever its id is called."""
    for name in ids:
        if row.get(name) is not None:
            return f"{name}={row[name]}"
    return repr(sorted(row.items(), key=lambda item: item[0]))


def _judge_credentials(reply: Reply, host: str) -> None:
    if reply.status in REFUSES_CREDENTIALS:
        raise SourceTrouble(
            f"{host} refused the credentials ({reply.status}); copy the API key and the API secret again and add the "
            "source anew. alertd tries them again in an hour.",
            kind="key",
        )
    judge(reply, host)
