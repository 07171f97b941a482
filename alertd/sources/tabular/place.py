"""Where a table is: a file of this machine, or an address. Read whole, or not at all."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...errors import SourceTrouble, UsageTrouble
from ...sheets import MOST_BYTES
from ..http import Reply
from ..patient import Patient
from ..setup import Setup

LARGEST = MOST_BYTES
FILE = "file://"
WAITS = (1.0, 2.0, 4.0)


def address_of(given: str | None) -> str:
    """The address of a table as it is stored. Raises UsageTrouble."""
    if not given:
        raise UsageTrouble("A table needs its place: --base-url FILE.xlsx or --base-url https://host/list.json.")
    if given.startswith(("http://", "https://")):
        parts = urlsplit(given)
        if not parts.hostname or parts.username or parts.password:
            raise UsageTrouble(f"'{given}' is not an address; leave user and password out of it, and use --api-key.")
        return given
    path = Path(given.removeprefix(FILE)).expanduser().resolve()
    if not path.is_file():
        raise UsageTrouble(f"There is no file {path}.")
    return path.as_uri()


class Place:
    """Fetches the bytes of a table."""

    def __init__(self, setup: Setup) -> None:
        key = setup.secrets.get("api_key")
        self._url = setup.base_url
        self._calls = Patient(setup, {"Authorization": f"Bearer {key}"} if key else {}, judge=_judge, waits=WAITS)
        self._readings = 0

    @property
    def requests(self) -> int:
        """Calls sent, or times the file was read."""
        return self._calls.requests + self._readings

    def read(self) -> bytes:
        """All of it. Raises SourceTrouble."""
        raw = self._read_file() if self._url.startswith(FILE) else self._calls.get(self._url).body
        if len(raw) > LARGEST:
            raise SourceTrouble(f"The table has more than {LARGEST // 2**20} MiB.", kind="answer")
        return raw

    def _read_file(self) -> bytes:
        """A file that is being saved while it is read would be half of one."""
        self._readings += 1
        path = Path(unquote(urlsplit(self._url).path))
        try:
            before = path.stat()
            if before.st_size > LARGEST:
                raise SourceTrouble(f"{path} has more than {LARGEST // 2**20} MiB.", kind="answer")
            raw = path.read_bytes()
            after = path.stat()
        except OSError as fault:
            raise SourceTrouble(f"Cannot read {path} ({fault.strerror}).", kind="unreachable") from None
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size) or len(raw) != after.st_size:
            raise SourceTrouble(f"{path} was being written while it was read; it is read again.", kind="answer")
        return raw

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()


def _judge(reply: Reply, host: str) -> None:
    if reply.status in (401, 403):
        raise SourceTrouble(
            f"{host} lets nobody read the table ({reply.status}); give a key with --api-key.", kind="key"
        )
    if reply.status >= 500:
        raise SourceTrouble(f"{host} has a fault of its own ({reply.status}).", kind="server")
    if reply.status >= 400:
        raise SourceTrouble(f"{host} has no table at this address ({reply.status}).", kind="missing")
