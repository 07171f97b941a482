"""A stand-in for the SmartEPI External API v1: lists with cursors, the errors of two layers, and signed webhooks.

Written from what is public of that API. What nobody has published (field lists, time formats, rates) is a setting of
`Organisation`, so that a client can be tried against each of the shapes.
"""

from alertd.sandbox.serving import Serving
from alertd.sandbox.smartepi.app import ROOT, create_app
from alertd.sandbox.smartepi.life import Life
from alertd.sandbox.smartepi.organisation import DEFAULT_KEY, DEFAULT_SECRET, Organisation
from alertd.sandbox.smartepi.webhooks import Sender, sign

__all__ = ["DEFAULT_KEY", "DEFAULT_SECRET", "Life", "Organisation", "Sender", "create_app", "serve", "sign"]


def serve(organisation: Organisation, host: str = "127.0.0.1", port: int = 0, *, life: Life | None = None) -> Serving:
    """Put an organisation behind a port; 0 takes a free one. With a `life`, people come and take things."""
    return Serving(create_app(organisation), ROOT, host, port, tick=life.tick if life else None)
