"""What an address names, or the page that says it is not there. What a form names wrongly is its own view's to tell."""

from flask import abort

from ..errors import UsageTrouble
from ..store import sources
from ..store.sources import Source
from .room import room
from .system_actions import SystemActions


def source_or_404(name: str, *kinds: str) -> Source:
    """The connected system of that name; of one of these kinds, where the page is for some only."""
    try:
        source = sources.get_source(room().store, name)
    except UsageTrouble:
        abort(404)
    return source if not kinds or source.kind in kinds else abort(404)


def systems_or_404() -> SystemActions:
    """The engine's part for dispensers and tables; a page without an engine has none."""
    return room().actions.systems or abort(404)
