"""The entries of the menu, in order. On a phone the main ones stand at the foot and the others behind "More"."""

from dataclasses import dataclass

from flask import g, render_template

from .room import open_counts, room


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
_MAIN = frozenset(entry.name for entry in ENTRIES if entry.main)
_MOST_KEPT = 200


def drawn(here: str) -> str:
    """The menu on a page of this family. It stands on every page and differs in little, so that it is kept."""
    firing = sum(count for (state, _), count in open_counts().items() if state == "firing")
    kept, key = room().menus, (g.reader.language, g.user.role, here, firing)
    found = kept.get(key)
    if found is None:
        found = render_template("parts/menu.html", here=here, firing=firing, on_main=here in _MAIN)
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[key] = found
    return found
