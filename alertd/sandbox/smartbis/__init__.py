"""A stand-in for the Smartbis API v2: short-lived tokens, rewards with a stock, and every envelope they may come in.

Nothing but the list of endpoints is public of that API. What a client has to guess is a setting of `Programme`, so that
each guess can be tried.
"""

from alertd.sandbox.serving import Serving
from alertd.sandbox.smartbis.app import ROOT, create_app
from alertd.sandbox.smartbis.programme import DEFAULT_KEY, DEFAULT_SECRET, ENVELOPES, Life, Programme

__all__ = ["DEFAULT_KEY", "DEFAULT_SECRET", "ENVELOPES", "Life", "Programme", "create_app", "serve"]


def serve(programme: Programme, host: str = "127.0.0.1", port: int = 0, *, life: Life | None = None) -> Serving:
    """Put a loyalty programme behind a port; 0 takes a free one. With a `life`, rewards are handed out."""
    return Serving(create_app(programme), ROOT, host, port, tick=life.tick if life else None)
