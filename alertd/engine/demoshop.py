"""An invented shop inside the service, for whoever wants to look before connecting the real one.

It lives as long as the process; at the next start it opens again on its port, with its goods as they were at first.
"""

import threading
from contextlib import ExitStack
from random import Random
from urllib.parse import urlsplit

import structlog

from ..errors import UsageTrouble
from ..store import pages_sources, sources
from .context import Context

log = structlog.get_logger()
NAME = "tienda-demo"
PRODUCTS = 500
EVENTS_A_MINUTE = 30.0
SWEEP_EVERY = 60.0
REST_MS = 30 * 60_000


class DemoShop:
    """The stand-in shop of this process, started when somebody asks for it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._resources = ExitStack()
        self._lock = threading.Lock()
        self._running = False

    def start(self) -> str:
        """Open the shop and connect it, resting until the set-up is finished. Returns the name of its source."""
        from ..sandbox.smartpyme import DEFAULT_KEY

        context = self._context
        with self._lock:
            if any(source.name == NAME for source in sources.list_sources(context.store)):
                raise UsageTrouble(f"There is a source called '{NAME}' already.")
            url = self._serve(0)
            with context.store.write():
                source = sources.add_source(
                    context.store, context.vault, name=NAME, kind="smartpyme", base_url=url,
                    secrets={"api_key": DEFAULT_KEY}, timezone="America/El_Salvador", every=SWEEP_EVERY,
                    sweep_every=None, now=context.now(),
                )  # fmt: skip
                lanes = ("sweep", "low", "sales", "returns")
                pages_sources.wait_until(context.store, source.id, lanes, context.now() + REST_MS)
        return NAME

    def resume(self) -> None:
        """Open the shop of an earlier start again, where there was one."""
        from ..sandbox.smartpyme import DEFAULT_KEY, PortTaken

        found = next((each for each in sources.list_sources(self._context.store) if each.name == NAME), None)
        if found is None or found.secrets(self._context.vault).get("api_key") != DEFAULT_KEY:
            return
        address = urlsplit(found.base_url)
        if address.hostname != "127.0.0.1" or not address.port:
            return
        try:
            with self._lock:
                self._serve(address.port)
        except PortTaken:
            # `alertd demo` serves its own shop there; anybody else's port shows as a shop that cannot be reached.
            log.info("the port of the demonstration shop is in use", port=address.port)

    def stop(self) -> None:
        """Close the shop."""
        self._resources.close()

    def _serve(self, port: int) -> str:
        from ..sandbox.smartpyme import Life, Shop, serve

        shop = Shop.seeded(products=PRODUCTS, seed=1, dialect="deployed")
        life = Life(shop, EVENTS_A_MINUTE, Random(1))  # noqa: S311 - an invented shop needs no secrets
        self._resources.close()
        return self._resources.enter_context(serve(shop, "127.0.0.1", port, life=life)).url
