"""Who may sign in: what a name and a password must look like, and how a password is kept.

The command line and the page share these. Nothing here knows the database or Flask; rows are in `alertd.store.users`.
"""

import getpass
import unicodedata
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from .errors import UsageTrouble

ROLES = ("admin", "editor", "viewer")
LANGUAGES = ("es", "pt", "en")
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 60

# About a quarter of a second and 96 MiB a guess: slow for somebody with a stolen database, bearable at sign-in.
HASHING = "scrypt:32768:8:3"


def default_name() -> str:
    """Who runs this command, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def check_name(name: str) -> str:
    """The name as it is kept: trimmed and composed. Raises UsageTrouble for one that cannot be typed or read back."""
    kept = unicodedata.normalize("NFC", name).strip()
    if not kept:
        raise UsageTrouble("A user needs a name.")
    if len(kept) > LONGEST_NAME:
        raise UsageTrouble(f"A user name has at most {LONGEST_NAME} characters.")
    if not kept.isprintable():
        raise UsageTrouble("A user name may hold letters, digits, spaces and signs, no control characters.")
    return kept


def check_password(password: str) -> str:
    """The password, unless it is too short to keep anybody out. Raises UsageTrouble."""
    if len(password) < SHORTEST_PASSWORD:
        raise UsageTrouble(f"The password is too short; use at least {SHORTEST_PASSWORD} characters.")
    if len(password) > LONGEST_PASSWORD:
        raise UsageTrouble(f"The password is too long; use at most {LONGEST_PASSWORD} characters.")
    return password


def check_role(role: str) -> str:
    """The role, if there is one of that name. Raises UsageTrouble."""
    if role not in ROLES:
        raise UsageTrouble(f"There is no role '{role}'; choose admin, editor or viewer.")
    return role


def check_language(language: str | None) -> str | None:
    """The language, if the page speaks it; None leaves the choice to the browser. Raises UsageTrouble."""
    if language is not None and language not in LANGUAGES:
        raise UsageTrouble(f"There is no language '{language}'; choose es, pt or en.")
    return language


def hash_password(password: str) -> str:
    """A salted hash that carries its own method, so that the method may change later."""
    return generate_password_hash(password, method=HASHING)


def password_matches(hashed: str | None, password: str) -> bool:
    """Is it the password? Without a hash (nobody of that name) it takes as long and says no."""
    matches = check_password_hash(hashed or _nobody(), password[:LONGEST_PASSWORD])
    return matches and hashed is not None


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")
