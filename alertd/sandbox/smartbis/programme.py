"""One invented loyalty programme: its rewards, its members, its tokens. It speaks no HTTP."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from alertd.sandbox.switches import Log, Switches

DEFAULT_KEY = "sandbox-key-0001"
DEFAULT_SECRET = "sandbox-secret-0001"  # noqa: S105 - everybody may know it
TOKEN_SECONDS = 60.0
ENVELOPES = ("bare", "data", "paged")
KINDS = {
    "429": "too fast, without Retry-After",
    "500": "a fault of the server",
    "502": "a page of HTML from a proxy",
    "success_false": "status 200 with success: false",
    "shape": "an envelope nobody knows",
    "expire": "the token is refused, once it was good",
    "truncated": "half a body",
    "slow": "the answer waits `seconds`",
    "foreign_next": "a link to the next page on another host",
}
REWARDS = (
    ("Café expresso", 120), ("Desconto de R$ 10", 500), ("Camiseta da marca", 900), ("Caneca esmaltada", 400),
    ("Ingresso de cinema", 650), ("Garrafa térmica", 1_100), ("Frete grátis", 300), ("Kit churrasco", 2_400),
    ("Vale-presente R$ 50", 2_000), ("Boné bordado", 700),
)  # fmt: skip
Record = dict[str, Any]


class Programme:
    """What one account sees. `envelope` is how lists come; `refusal` the status of wrong credentials.

    `names` renames fields of a reward (`{"stock": "available_quantity"}`); `text_numbers` writes stock as text;
    `ignore_pages` answers every page with the same rows; `no_vouchers` set to true means that there is no list of them.
    """

    def __init__(
        self,
        *,
        envelope: str = "paged",
        refusal: int = 401,
        names: dict[str, str] | None = None,
        text_numbers: bool = False,
        per_page: int = 4,
        ignore_pages: bool = False,
        token_seconds: float = TOKEN_SECONDS,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
    ) -> None:
        if envelope not in ENVELOPES:
            raise ValueError(f"no envelope {envelope!r}; there are {', '.join(ENVELOPES)}")
        self.envelope, self.refusal = envelope, refusal
        self.names = names or {}
        self.text_numbers = text_numbers
        self.per_page, self.ignore_pages = per_page, ignore_pages
        self.token_seconds = token_seconds
        self.clock = clock
        self.rng = Random(seed)
        self.lock = threading.RLock()
        self.faults = Switches(KINDS)
        self.log = Log()
        self.credentials = {DEFAULT_KEY: DEFAULT_SECRET}
        self.coupons: list[Record] = []
        self.vouchers: list[Record] = []
        self.no_vouchers = False
        self.sales: list[Record] = []
        self.customers = [
            {"id": 1, "name": "Ana Beatriz Rocha", "cpf": "529.982.247-25", "phone": "+55 11 91234-5678"},
            {"id": 2, "name": "Carlos Eduardo Dias", "cpf": "111.444.777-35", "phone": "+55 21 99876-5432"},
        ]
        self._tokens: dict[str, float] = {}

    @classmethod
    def seeded(cls, rewards: int = 10, **options: Any) -> "Programme":
        """A believable programme: among its rewards an unlimited one, one without figures, two that are out of it."""
        found = cls(**options)
        for number in range(rewards):
            name, points = REWARDS[number % len(REWARDS)]
            series = number // len(REWARDS)
            found.add(f"{name}{f' {series + 1}' if series else ''}", 20 + 7 * (number % 9), points=points)
        if rewards:
            found.add("Cashback em dobro", None, points=50)
            found.add("Lavagem grátis", -1, points=450)
            found.add("Panetone de Natal", 0, points=800, expires_at="2020-12-31T23:59:59")
            found.add("Brinde antigo", 0, points=100, active=False)
        return found

    def add(self, name: str, stock: float | None, **fields: Any) -> int:
        """A reward; returns its id."""
        with self.lock:
            identity = fields.pop("id", None) or max((each["id"] for each in self.coupons), default=500) + 1
            self.coupons.append(
                {"id": identity, "name": name, "code": f"RW-{identity}", "stock": stock, "active": True, **fields}
            )
            return int(identity)

    def set(self, identity: int, **fields: Any) -> None:
        """Change a reward."""
        with self.lock:
            self._one(identity).update(fields)

    def remove(self, identity: int) -> None:
        """Take a reward out of the list."""
        with self.lock:
            self.coupons.remove(self._one(identity))

    def redeem(self, identity: int, units: int = 1, *, at: float | None = None) -> None:
        """A member takes a reward: there is one less, and a voucher more."""
        with self.lock:
            coupon = self._one(identity)
            if isinstance(coupon["stock"], int | float) and coupon["stock"] > 0:
                coupon["stock"] -= units
            self.vouchers.append(self._voucher(identity, units, self.clock() if at is None else at))

    def _voucher(self, identity: int, units: int, at: float) -> Record:
        """The piece that a member holds. Nobody knows what the API tells of the member; this stand-in tells a lot."""
        member = self.customers[len(self.vouchers) % len(self.customers)]
        return {
            "id": 9_000 + len(self.vouchers), "code": f"VC-{len(self.vouchers) + 1}", "coupon_id": identity,
            "quantity": units, "status": "issued", "customer_id": member["id"], "customer": dict(member),
            "created_at": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }  # fmt: skip

    def anything(self) -> None:
        """A member takes some reward; now and then one is filled up."""
        with self.lock:
            limited = [each for each in self.coupons if isinstance(each["stock"], int | float) and each["stock"] > 0]
            if not limited:
                return
            chosen = self.rng.choice(limited)
            if self.rng.random() < 0.04:
                chosen["stock"] += 40
            else:
                self.redeem(chosen["id"])

    def exchange(self, key: object, secret: object) -> Record | None:
        """A fresh token for good credentials; None for wrong ones."""
        if not isinstance(key, str) or self.credentials.get(key) != secret:
            return None
        token = secrets.token_urlsafe(24)
        with self.lock:
            self._tokens[token] = self.clock() + self.token_seconds
        return {"access_token": token, "token_type": "Bearer", "expires_in": int(self.token_seconds)}

    def lets_in(self, header: str | None) -> bool:
        """Whether the token of an Authorization header is good now."""
        token = (header or "").removeprefix("Bearer ").strip()
        with self.lock:
            return self._tokens.get(token, 0.0) > self.clock()

    def forget_tokens(self) -> None:
        """Refuse every token that was given out."""
        with self.lock:
            self._tokens.clear()

    def shown(self) -> list[Record]:
        """The rewards as the API shows them."""
        with self.lock:
            return [self._shown(each) for each in self.coupons]

    def _shown(self, coupon: Record) -> Record:
        record = dict(coupon)
        if self.text_numbers and isinstance(record["stock"], int | float):
            record["stock"] = str(record["stock"]).replace(".", ",")
        return {self.names.get(name, name): value for name, value in record.items()}

    def _one(self, identity: int) -> Record:
        for each in self.coupons:
            if each["id"] == identity:
                return each
        raise KeyError(identity)


class Life:
    """Members who come, so many a minute; at 0 the programme stands still."""

    def __init__(self, programme: Programme, pace: float) -> None:
        self.programme = programme
        self.pace = pace
        self._since: float | None = None
        self._due = 0.0

    def tick(self) -> int:
        """Live from the last tick until now; returns how many events that took. The first only starts the time."""
        now = self.programme.clock()
        since, self._since = self._since or now, now
        self._due += max(0.0, now - since) * self.pace / 60
        count = int(self._due)
        self._due -= count
        for _ in range(count):
            self.programme.anything()
        return count
