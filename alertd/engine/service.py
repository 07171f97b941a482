"""The whole service in one process: the page, the poller and the sender, started and stopped in order."""

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FrameType

import structlog

from ..errors import Trouble, UsageTrouble
from ..rules.load import RuleSet
from ..settings import secret_key
from ..store import backup, check, users
from ..web.app import create_app
from ..web.server import Server
from .actions import ProgressBoard, actions_of
from .context import Context
from .demoshop import DemoShop
from .hooks import Desk
from .loop import Worker

log = structlog.get_logger()
LARGEST_LOOKED_AT = 100_000_000


class Service:
    """A page, a worker, or both. Bound when it is made, so that a taken port is told before anything starts."""

    def __init__(self, context: Context, *, page: bool = True, work: bool = True) -> None:
        _refuse_damage(context)
        self._context = context
        self._board = ProgressBoard()
        self._demo = DemoShop(context) if page else None
        self.worker: Worker | None = None
        self.server = self._make_server() if page else None
        if work:
            self.worker = Worker(replace(context, progress=self._board.tell))

    def _make_server(self) -> Server:
        context = self._context
        app = create_app(
            context.store,
            context.settings,
            secret_key(context.settings),
            clock=context.now,
            health=self.health,
            rules=self._rules,
            actions=actions_of(context, self._board, self._demo),
            receive=Desk(context).receive,
            vault=context.vault,
        )
        server = Server(app, context.settings.host, context.settings.port, chore=app.extensions["alertd"].work_ahead)
        if context.settings.port == 0:
            # Any free port was asked for: only now is it known where links must lead.
            context.settings = replace(context.settings, url=server.url)
        return server

    @property
    def url(self) -> str:
        """Where the page is, as people reach it."""
        return self._context.settings.url

    def _rules(self) -> RuleSet:
        book = self._context.rules.book(self._context.now())
        return RuleSet(book.rules, book.errors)

    def health(self) -> Mapping[str, object]:
        """How the parts are doing, for `/healthz`: no secrets, no names."""
        threads = self.worker.alive if self.worker else {}
        ailment = self.worker.ailment if self.worker else None
        return {"ok": all(threads.values()) and ailment is None, **threads, **({"writing": ailment} if ailment else {})}

    def start(self) -> None:
        """Begin to answer and to work."""
        if self._demo:
            self._demo.resume()
        if self.server:
            self.server.start()
        if self.worker:
            self.worker.start()

    def stop(self) -> None:
        """End in order: the page first, so that nobody is shown a half; then the polls, then the messages."""
        if self.server:
            self.server.stop()
        if self.worker:
            self.worker.stop()
        if self._demo:
            self._demo.stop()


def _refuse_damage(context: Context) -> None:
    """A file that is broken is not worked on: every write would make it worse. Raises Trouble with the way out.

    A large file would hold the start up; the daily backup looks at every page of it.
    """
    database = context.settings.database
    if not database.is_file() or database.stat().st_size > LARGEST_LOOKED_AT:
        return
    found = check.quickly(context.store.connection)
    if found:
        raise Trouble(f"{database} is damaged ({found}); {backup.advice(database)}.")


def let_somebody_in(context: Context) -> str | None:
    """Make sure that somebody can sign in: the administrator of the environment, or a one-time link, returned."""
    if users.anybody(context.store):
        return None
    password = context.settings.admin_password
    if password:
        try:
            users.add_user(context.store, "admin", password, "admin", context.now())
        except UsageTrouble as trouble:
            # Another service that starts on this home at the same moment may have been quicker.
            if not users.anybody(context.store):
                raise UsageTrouble(f"ALERTD_ADMIN_PASSWORD: {trouble}") from None
        return None
    return f"{context.settings.url}/setup/{users.make_setup_link(context.store, context.now())}"


def heed_signals() -> Callable[[], None]:
    """From now on SIGINT and SIGTERM are noted and no more; what is returned waits until one has come.

    Called before anything starts: a service that is stopped while it starts ends in order too. The handler sets a flag
    and returns; all else happens in the caller.
    """
    stopping = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)

    def wait() -> None:
        # An untimed wait would not let Python run the handler on every platform.
        while not stopping.wait(0.5):
            pass

    return wait
