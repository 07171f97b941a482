"""What a turn of the loop works with: store, vault, clock and dice, handed in so that tests own them."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .. import clock
from ..settings import Settings, make_home, rules_folder, secret_keys
from ..sources.http import Transport
from ..store import Store, open_store
from ..vault import Vault
from ..workers import worker_name
from .rulebook import RuleShelf

Progress = Callable[[str, str, int, int | None], None]


def no_progress(_source: str, _lane: str, _page: int, _pages: int | None) -> None:
    """Say nothing."""


@dataclass(slots=True)
class Context:
    """The hall where settings and rooms meet."""

    store: Store
    vault: Vault
    settings: Settings
    rules: RuleShelf
    rules_folder: Path
    now: clock.Clock = clock.now
    dice: random.Random = field(default_factory=random.Random)
    worker: str = field(default_factory=worker_name)
    transport: Transport | None = None
    progress: Progress = no_progress
    sleep: Callable[[float], None] = time.sleep


def open_context(settings: Settings) -> Context:
    """Open the home folder: database, secret key and rules. Raises Trouble where one of them cannot be had."""
    make_home(settings)
    store = open_store(settings.database)
    folder = rules_folder(settings)
    return Context(
        store=store,
        vault=Vault(keys=lambda: secret_keys(settings)),
        settings=settings,
        rules=RuleShelf(store, folder),
        rules_folder=folder,
    )
