"""A sandbox shop: one company with its stock and documents, its keys and quota, and its switches for misbehaving.

This is the one object that everything else here is handed; it speaks no HTTP.
"""

from collections import Counter, deque
from datetime import datetime
from typing import Any, Self

from alertd.sandbox.smartpyme import catalogue
from alertd.sandbox.smartpyme.dialect import dialect_named
from alertd.sandbox.smartpyme.documents import Documents
from alertd.sandbox.smartpyme.faults import Faults
from alertd.sandbox.smartpyme.keys import DEFAULT_KEY, Keys
from alertd.sandbox.smartpyme.quota import Quota
from alertd.sandbox.smartpyme.stockroom import Clock, utc_now

_CALLS_KEPT = 200


class Shop(Documents):
    """One company, its keys, its stock and its documents."""

    def __init__(
        self,
        *,
        dialect: str = "deployed",
        clock: Clock = utc_now,
        empresa: str = "Comercial El Comal, S.A. de C.V.",
        empresa_id: int = 7,
        seed: int = 1,
        older_columns: bool = False,
    ) -> None:
        super().__init__(clock)
        self.dialect = dialect_named(dialect)
        self.older_columns = older_columns
        self.empresa = empresa
        self.empresa_id = empresa_id
        self.keys = Keys({DEFAULT_KEY})
        self.quota = Quota()
        self.faults = Faults(seed)
        self.packages: dict[str, int] = {}
        self._calls: deque[dict[str, Any]] = deque(maxlen=_CALLS_KEPT)
        self._call_counts: Counter[str] = Counter()

    @classmethod
    def empty(cls, dialect: str = "deployed", clock: Clock = utc_now, **options: Any) -> Self:
        """A company with nothing in it."""
        return cls(dialect=dialect, clock=clock, **options)

    @classmethod
    def seeded(
        cls,
        products: int = 500,
        seed: int = 1,
        dialect: str = "deployed",
        history_days: int = 90,
        now: datetime | None = None,
        clock: Clock = utc_now,
        **options: Any,
    ) -> Self:
        """A believable shop. The same arguments and the same `now` make the same shop, byte for byte."""
        shop = cls(dialect=dialect, clock=clock, seed=seed, **options)
        catalogue.fill(shop, products=products, seed=seed, history_days=history_days, now=now or clock())
        return shop

    def record_call(self, method: str, path: str, status: int) -> None:
        """Note one answered call; status 0 is a connection that was reset."""
        with self.lock:
            self._call_counts[f"{method} {path.partition('?')[0]}"] += 1
            self._calls.append({"method": method, "path": path, "status": status})

    def call_log(self) -> dict[str, Any]:
        """Counts by endpoint and the last calls, oldest first."""
        with self.lock:
            return {"counts": dict(self._call_counts), "total": self._call_counts.total(), "last": list(self._calls)}
