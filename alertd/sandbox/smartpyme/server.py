"""A shop behind a real port, and the time in which it lives. How a stand-in is served is told in `sandbox.serving`."""

from alertd.sandbox.serving import PortTaken, Serving
from alertd.sandbox.smartpyme.app import ROOT, create_app
from alertd.sandbox.smartpyme.life import Life
from alertd.sandbox.smartpyme.shop import Shop

__all__ = ["PortTaken", "RunningServer", "serve"]


class RunningServer(Serving):
    """A shop that listens from the moment this exists until it is closed. A context manager."""

    def __init__(self, shop: Shop, host: str, port: int, life: Life | None) -> None:
        self.shop = shop
        super().__init__(create_app(shop), ROOT, host, port, None if life is None else lambda: life.tick(shop.clock()))


def serve(shop: Shop, host: str = "127.0.0.1", port: int = 0, *, life: Life | None = None) -> RunningServer:
    """Put a shop behind a port; 0 takes a free one. With a `life` the shop also lives, in the clock of the shop."""
    return RunningServer(shop, host, port, life)
