"""The environment, read once into one frozen object. Nothing here opens the database or the network."""

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .clock import parse_duration
from .errors import Trouble, UsageTrouble
from .fence import EVERYWHERE, Networks, read_networks

PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Where alertd lives and how it is reached. `rules` is None until a folder is chosen by `rules_folder`."""

    home: Path
    host: str
    port: int
    url: str
    log: str | None
    rules: Path | None
    secret_key: str | None
    admin_password: str | None
    private_networks: Networks = ()
    heartbeat_url: str | None = None
    keep_days: float = 400.0
    backups: int = 7

    @property
    def allow_private_hosts(self) -> bool:
        """Whether forms may lead anywhere in the server's own network."""
        return self.private_networks == EVERYWHERE

    @property
    def database(self) -> Path:
        """The one file that holds everything that must survive a restart."""
        return self.home / "alertd.db"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises UsageTrouble that names the variable and what it may hold."""
    port = _port(environment.get("PORT", "8000"))
    host = environment.get("HOST") or "127.0.0.1"
    log = environment.get("ALERTD_LOG") or None
    if log not in (None, "console", "json"):
        raise UsageTrouble(f"ALERTD_LOG is '{log}'; it may be console or json.")
    rules = environment.get("ALERTD_RULES")
    return Settings(
        home=Path(environment.get("ALERTD_HOME") or "~/.local/share/alertd").expanduser(),
        host=host,
        port=port,
        url=_address(environment.get("ALERTD_URL") or f"http://{_bracketed(host)}:{port}"),
        log=log,
        rules=Path(rules).expanduser() if rules else None,
        secret_key=environment.get("ALERTD_SECRET_KEY") or None,
        admin_password=environment.get("ALERTD_ADMIN_PASSWORD") or None,
        heartbeat_url=_heartbeat(environment.get("ALERTD_HEARTBEAT_URL") or None),
        keep_days=_days("ALERTD_KEEP", environment.get("ALERTD_KEEP") or "400d"),
        backups=_count("ALERTD_BACKUPS", environment.get("ALERTD_BACKUPS") or "7"),
        private_networks=_networks(environment.get("ALERTD_ALLOW_PRIVATE_HOSTS", "")),
    )


def make_home(settings: Settings) -> Path:
    """The home folder, made where it is missing. Raises Trouble when it cannot be written."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise Trouble(
            f"Cannot make the folder {settings.home} ({fault.strerror}); set ALERTD_HOME to one you own."
        ) from None
    if not os.access(settings.home, os.W_OK | os.X_OK):
        raise Trouble(f"Cannot write in {settings.home}; make it writable or set ALERTD_HOME to another folder.")
    return settings.home


def secret_key(settings: Settings) -> str:
    """The key for cookies, signed links and stored credentials; made on first use, readable by the owner alone."""
    return secret_keys(settings)[0]


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """The same, and while it is being changed the one before it, the newest first."""
    if settings.secret_key:
        return (settings.secret_key,)
    path = make_home(settings) / "secret-key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _existing_keys(path)
    except OSError as fault:
        raise Trouble(f"Cannot write {path} ({fault.strerror}); make {settings.home} writable.") from None
    with os.fdopen(descriptor, "w") as file:
        key = new_key()
        file.write(key)
    return (key,)


def new_key() -> str:
    """A secret key that nobody guesses."""
    return secrets.token_urlsafe(48)


def keep_keys(settings: Settings, keys: Iterable[str]) -> None:
    """Replace the file of the secret key, whole at once and readable by the owner alone."""
    path = make_home(settings) / "secret-key"
    half = path.with_name(f".secret-key-{secrets.token_hex(4)}")
    descriptor = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(keys))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def _existing_keys(path: Path) -> tuple[str, ...]:
    try:
        keys = tuple(path.read_text().split())
    except OSError as fault:
        raise Trouble(f"Cannot read {path} ({fault.strerror}); it must belong to the user that runs alertd.") from None
    if not keys:
        raise Trouble(f"{path} is empty; restore it from a backup, or delete it and add each source's key again.")
    return keys


def rules_folder(settings: Settings) -> Path:
    """The folder of rule files: ALERTD_RULES, else ./rules, else a copy of the shipped rules in the home folder."""
    if settings.rules is not None:
        if not settings.rules.is_dir():
            raise UsageTrouble(f"ALERTD_RULES is {settings.rules}, which is not a folder.")
        return settings.rules
    here = Path("rules")
    if here.is_dir() and any(here.glob("*.y*ml")):
        return here.resolve()
    copied = make_home(settings) / "rules"
    if not copied.is_dir():
        _copy_once(data_folder("rules"), copied)
    return copied


def _copy_once(shipped: Path, target: Path) -> None:
    """Copy under another name first, so that a copy cut short is never taken for the whole."""
    half = target.with_name(f".rules-{secrets.token_hex(4)}")
    shutil.copytree(shipped, half)
    try:
        half.rename(target)
    except OSError:
        shutil.rmtree(half, ignore_errors=True)
        if not target.is_dir():
            raise Trouble(f"Cannot copy the shipped rules to {target}; make the folder writable.") from None


def data_folder(name: str) -> Path:
    """A folder that ships with alertd (`templates`, `rules`): inside an installed package, or beside a checkout."""
    packaged = PACKAGE / "_data" / name
    if packaged.is_dir():
        return packaged
    beside = PACKAGE.parent / name
    if beside.is_dir() and (PACKAGE.parent / "pyproject.toml").is_file():
        return beside
    raise Trouble(f"The folder '{name}' that ships with alertd is missing; install alertd again.")


def _heartbeat(url: str | None) -> str | None:
    if url and (not _is_whole(url) or "@" in url.partition("://")[2].partition("/")[0]):
        raise UsageTrouble("ALERTD_HEARTBEAT_URL must be an http:// or https:// address without a user in it.")
    return url


def _days(name: str, text: str) -> float:
    """How long history is kept, in days; 0 for `never`, which drops nothing."""
    if text.strip().lower() == "never":
        return 0.0
    try:
        days = parse_duration(text) / 86_400
    except UsageTrouble:
        days = 0.0
    if days < 1:
        raise UsageTrouble(f"{name} is '{text}'; it may be a duration of a day or more, such as 400d, or never.")
    return days


def _count(name: str, text: str) -> int:
    if not text.isdigit() or int(text) > 1_000:
        raise UsageTrouble(f"{name} is '{text}'; it must be a number from 0 (no daily backup) to 1000.")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65_535:
        raise UsageTrouble(f"PORT is '{text}'; it must be a number from 0 to 65535.")
    return int(text)


def _networks(text: str) -> Networks:
    found = read_networks(text)
    if found is None:
        raise UsageTrouble(
            f"ALERTD_ALLOW_PRIVATE_HOSTS is '{text}'; it may be 1, 0 or networks such as 10.0.0.0/8,192.168.1.7."
        )
    return found


def _address(url: str) -> str:
    if not _is_whole(url) or urlsplit(url).path.strip("/"):
        raise UsageTrouble(f"ALERTD_URL is '{url}'; it must be like https://alertd.example.com, without a folder.")
    return url.rstrip("/")


def _bracketed(host: str) -> str:
    """A host as an address writes it: the many colons of IPv6 stand in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _is_whole(url: str) -> bool:
    """Whether an address has all that it takes to be called."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0 and " " not in url
    except ValueError:  # brackets that do not close, a port that is no number
        return False
