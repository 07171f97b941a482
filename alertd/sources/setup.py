"""What a reader is opened with: where the system is, its keys, what was settled about it, and the hands it works with.

Clock, sleep and dice are handed in, so that a test owns them; what a reader finds out it hands to `remember`, because
the room of sources writes nothing itself.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..clock import Clock
from ..model import StockLevel
from .http import Budget, Transport

Identity = int | str


@dataclass(frozen=True, slots=True)
class Setup:
    """One connected system. `options` are its settings by name, what `source test` settled among them.

    `counted` gives the levels that people counted, for systems that tell no stock; `fresh` says that the key was given
    a few minutes ago and may not work yet.
    """

    name: str
    base_url: str
    secrets: Mapping[str, str]
    options: Mapping[str, str]
    budget: Budget
    transport: Transport | None
    zone: str
    fresh: bool
    now: Clock
    sleep: Callable[[float], None]
    dice: random.Random
    counted: Callable[[Identity], tuple[StockLevel, ...]]
    remember: Callable[[Mapping[str, str]], None]
