"""One invented organisation: its products, its people, and what its dispensers handed out.

A record is kept as the very object that the API shows, so that a list and a webhook cannot differ. It speaks no HTTP.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from alertd.sandbox.smartepi.words import COST_CENTERS, PEOPLE, PRODUCTS, SECTORS
from alertd.sandbox.switches import Log, Switches

DEFAULT_KEY = "sk_live_sandbox_0001"
DEFAULT_SECRET = "whsec_sandbox_0001"  # noqa: S105 - everybody may know it

KINDS = {
    "401": "a wrong key, as the older documentation has it",
    "429": "too fast, from the gateway",
    "429_wait": "too fast, with Retry-After in `seconds`",
    "500": "a fault of the application",
    "502": "a fault of the gateway, plain text",
    "slow": "the answer waits `seconds`",
    "truncated": "half a body",
    "cursor_twice": "the same cursor again",
    "bad_cursor": "every cursor is refused",
}
FILLED_UP = 60
TRANSACTIONS = ("withdrawals", "returns", "exchanges")
ENTITIES = ("products", "employees", "sectors", "cost-centers", "job-roles", "groups", "access-groups")
Record = dict[str, Any]


class Organisation:
    """Everything one key sees.

    `stock_field` is the name under which products tell their stock, None where they tell none. `window` is the form of
    time that the filters take: `unix`, `iso`, or `none` where every window is refused. `times` is the form in records.
    `empty_every` makes every so-manieth list page come empty, with a cursor.
    """

    def __init__(
        self,
        *,
        stock_field: str | None = None,
        window: str = "unix",
        times: str = "unix",
        empty_every: int = 0,
        rate: float = 50.0,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
    ) -> None:
        self.stock_field, self.window, self.times = stock_field, window, times
        self.empty_every = empty_every
        self.rate = rate
        self.clock = clock
        self.rng = Random(seed)
        self.lock = threading.RLock()
        self.keys: dict[str, float] = {DEFAULT_KEY: 0.0}
        self.faults = Switches(KINDS)
        self.log = Log()
        self.records: dict[str, list[Record]] = {name: [] for name in (*ENTITIES, *TRANSACTIONS, "training-records")}
        self.versions: dict[str, int] = {}
        self.pages = 0
        self.listeners: list[Callable[[str, Record], None]] = []
        self._numbers: dict[str, int] = {}
        self._bucket = (self.rate, self.clock())

    @classmethod
    def seeded(cls, products: int = 60, days: int = 60, **options: Any) -> "Organisation":
        """A believable works: its sectors, its people, and two months of gloves handed out."""
        found = cls(**options)
        for kind, names in (("sectors", SECTORS), ("cost-centers", COST_CENTERS)):
            for name in names:
                found.add(kind, name=name)
        for name, document, mail in PEOPLE:
            found.add("employees", name=name, identification=document, email=mail)
        for number in range(products):
            name, ca = PRODUCTS[number % len(PRODUCTS)]
            series = number // len(PRODUCTS)
            found.add_product(
                f"{name}{f' n.º {series + 1}' if series else ''}", stock=40 + number % 50, ca=f"{ca + number}"
            )
        begin = found.clock() - days * 86_400
        for step in range(days * 6 if products else 0):
            found.anything(at=begin + step * 14_400)
        return found

    def add(self, kind: str, **fields: Any) -> str:
        """A record of the organisation; returns its id."""
        with self.lock:
            identity = fields.pop("id", None) or self._next(kind)
            self.records[kind].append({"id": identity, **fields, "createdAt": self.time(self.clock())})
            self.versions[identity] = 1
            return str(identity)

    def add_product(
        self, name: str, *, stock: float | None = None, ca: str | None = None, id: str | None = None, **more: Any
    ) -> str:
        """A product; its stock shows only where this organisation's products tell any."""
        fields: Record = {"name": name, "ca": ca, "active": True, **more}
        if self.stock_field and stock is not None:
            fields[self.stock_field] = stock
        return self.add("products", id=id, **fields)

    def withdraw(self, product: str, quantity: float = 1, *, status: str = "SUCCESS", **more: Any) -> Record:
        """Somebody takes something out of a dispenser."""
        if status == "SUCCESS":
            self._move(product, -quantity)
        return self._transact("withdrawals", {"withdrawalStatus": status, **self._what(product, quantity)}, **more)

    def give_back(self, product: str, quantity: float = 1, **more: Any) -> Record:
        """Somebody puts something back."""
        self._move(product, quantity)
        return self._transact("returns", {"returnStatus": "SUCCESS", **self._what(product, quantity)}, **more)

    def swap(self, given: str, taken_back: str | None = None, quantity: float = 1, **more: Any) -> Record:
        """Somebody swaps one thing for another; without `taken_back` like for like."""
        fields = {"exchangeStatus": "SUCCESS", **self._what(given, quantity)}
        if taken_back is not None:
            fields["returnedProductId"] = taken_back
            self._move(given, -quantity)
            self._move(taken_back, quantity)
        return self._transact("exchanges", fields, **more)

    def anything(self, at: float | None = None) -> Record | None:
        """Something happens, by chance."""
        with self.lock:
            if not self.records["products"]:
                return None
            chosen = self.rng.choice(self.records["products"])
            product = str(chosen["id"])
            if self.stock_field and chosen.get(self.stock_field, 1) < 1:
                # Somebody comes and fills the dispenser up; no transaction tells of that.
                chosen[self.stock_field] = FILLED_UP
                return None
            kind = self.rng.choices(("take", "fail", "back", "swap"), (86, 4, 6, 4))[0]
            if kind == "fail":
                return self.withdraw(product, status="FAILED", at=at)
            if kind == "back":
                return self.give_back(product, at=at)
            if kind == "swap":
                return self.swap(product, at=at)
            return self.withdraw(product, self.rng.choice((1, 1, 1, 2)), at=at)

    def set_stock(self, product: str, stock: float | None) -> None:
        """Set what a product says of its stock; None takes the field away."""
        with self.lock:
            record = self.one("products", product)
            if record is None or not self.stock_field:
                raise KeyError(product)
            if stock is None:
                record.pop(self.stock_field, None)
            else:
                record[self.stock_field] = stock

    def remove(self, kind: str, identity: str) -> None:
        """Take a record away."""
        with self.lock:
            self.records[kind] = [each for each in self.records[kind] if each["id"] != identity]

    def one(self, kind: str, identity: str) -> Record | None:
        """The record of that id."""
        return next((each for each in self.records[kind] if each["id"] == identity), None)

    def time(self, at: float) -> Any:
        """A moment as this organisation's records write it."""
        if self.times == "iso":
            return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return int(at * 1000) if self.times == "millis" else int(at)

    def too_fast(self) -> bool:
        """Count one call against the bucket of the key; whether it is refused."""
        with self.lock:
            left, since = self._bucket
            now = self.clock()
            left = min(self.rate, left + (now - since) * self.rate)
            self._bucket = (left - 1 if left >= 1 else left, now)
            return left < 1

    def _what(self, product: str, quantity: float) -> Record:
        employees, sectors, centers = (self.records[kind] for kind in ("employees", "sectors", "cost-centers"))
        employee = self.rng.choice(employees) if employees else {"id": "emp-1", "name": "Sem Nome"}
        return {
            "productId": product,
            "quantity": quantity,
            "employeeId": employee["id"],
            # Nobody knows whether the API tells more of a person than an id. This stand-in tells everything.
            "employee": {key: employee[key] for key in ("id", "name", "identification", "email") if key in employee},
            "sectorId": self.rng.choice(sectors)["id"] if sectors else "sec-1",
            "costCenterId": self.rng.choice(centers)["id"] if centers else "cc-1",
        }

    def _transact(self, kind: str, fields: Record, *, at: float | None = None, **more: Any) -> Record:
        with self.lock:
            identity = more.pop("id", None) or self._next(kind)
            record = {"id": identity, **fields, **more, "createdAt": self.time(self.clock() if at is None else at)}
            self.records[kind].append(record)
            listeners = list(self.listeners)
        for tell in listeners:
            tell(kind, record)
        return record

    def _move(self, product: str, units: float) -> None:
        with self.lock:
            record = self.one("products", product)
            if record is not None and self.stock_field and isinstance(record.get(self.stock_field), int | float):
                record[self.stock_field] += units

    def _next(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{PREFIXES[kind]}-{self._numbers[kind]}"


PREFIXES = {
    "products": "prd", "employees": "emp", "sectors": "sec", "cost-centers": "cc", "job-roles": "job",
    "groups": "grp", "access-groups": "acc", "withdrawals": "w", "returns": "r", "exchanges": "x",
    "training-records": "trn",
}  # fmt: skip
