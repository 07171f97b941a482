"""The entries of the menu, in order. On a phone the main ones stand at the foot and the others behind "More"."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One page family: its name is its blueprint, its icon and, under `nav.`, its word; `role` is who sees it."""

    name: str
    endpoint: str
    main: bool = False
    role: str = "viewer"


ENTRIES = (
    Entry("overview", "overview.show", main=True),
    Entry("alerts", "alerts.index", main=True),
    Entry("products", "products.index", main=True),
    Entry("messages", "messages.index", main=True),
    Entry("buying", "buying.index"),
    Entry("reconcile", "reconcile.index"),
    Entry("returns", "returns.index"),
    Entry("count", "count.index"),
    Entry("rules", "rules.index"),
    Entry("silences", "silences.index"),
    Entry("sources", "sources.index"),
    Entry("channels", "channels.index"),
    Entry("users", "users.index", role="admin"),
    Entry("tokens", "tokens.index", role="admin"),
    Entry("audit", "audit.index", role="admin"),
)
