"""Vouchers as what went out of a reward's stock: which reward, when, how many. Knows nothing of HTTP.

Who holds a voucher is dropped here. Its code is as good as money: where it has no other id, a digest of it is kept.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from ...model import Moved, Quarantined, Transaction, quantity
from ..loose import Record, decimal, identity, kind_of, look, set_aside, time_of
from ..values import BadValueError

IDS = ("id", "voucher_id", "uuid", "code", "voucher_code")
_CODES = frozenset(("code", "voucher_code", "uuid"))
REWARDS = ("coupon_id", "reward_id", "coupon.id", "reward.id")
TIMES = ("created_at", "issued_at", "redeemed_at", "used_at", "date")
QUANTITIES = ("quantity", "amount", "qty")
VOID = frozenset(("cancelled", "canceled", "cancelado", "void", "refunded", "estornado", "anulado"))
KIND = "withdrawal"
STATE_LENGTH = 40


def says_enough(records: list[Record]) -> bool:
    """Whether a list of vouchers tells which reward and when; without both nothing can be counted."""
    return not records or any(_first(each, REWARDS) is not None and _first(each, TIMES) is not None for each in records)


def mapping(record: Record) -> dict[str, str | None]:
    """Under which names a voucher tells what is counted."""
    wanted = {"voucher": IDS, "reward": REWARDS, "time": TIMES}
    return {word: _name(record, names) for word, names in wanted.items()}


def read_voucher(record: Any, zone: str) -> Transaction | Quarantined:
    """One voucher, or what is wrong with it; never a value of it."""
    if not isinstance(record, Mapping):
        return set_aside("voucher:", f"it is {kind_of(record)} where a record belongs", record)
    try:
        return _read(record, zone)
    except BadValueError as fault:
        return set_aside("voucher:", str(fault), record)


def _read(record: Record, zone: str) -> Transaction:
    reward = _first(record, REWARDS)
    happened_at = next((at for name in TIMES if (at := time_of(look(record, name), zone)) is not None), None)
    if reward is None or happened_at is None:
        raise BadValueError("it tells no reward" if reward is None else "it tells no time")
    units = next((found for name in QUANTITIES if (found := decimal(record.get(name), name)) is not None), 1.0)
    if units < 0:
        raise BadValueError("its quantity is less than nothing")
    state = record.get("status")
    word = state.strip()[:STATE_LENGTH] if isinstance(state, str) and state.strip() else None
    return Transaction(
        kind=KIND,
        id=identity_of(record),
        completed=word is None or word.casefold() not in VOID,
        moved=(Moved(identity(reward), quantity(-units)),),
        state=word,
        happened_at=happened_at,
    )


def identity_of(record: Record) -> int | str:
    """What tells a voucher from the others. Raises BadValueError."""
    for name in IDS:
        found = record.get(name)
        if found is not None:
            key = identity(found)
            return blake2b(str(key).encode(), digest_size=12).hexdigest() if name in _CODES else key
    raise BadValueError("it has no usable id")


def _name(record: Record, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if look(record, name) is not None), None)


def _first(record: Record, names: tuple[str, ...]) -> Any:
    return next((found for name in names if (found := look(record, name)) is not None), None)
