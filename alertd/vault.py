"""Seal what must never be read from a copy of the database: keys of sources, addresses of channels.

Fernet (AES-128-CBC with HMAC-SHA256) under a key derived from the secret key; another secret key cannot open it. While
a secret key is being changed there are two: the newest seals, each of them opens.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import Trouble

Keys = Callable[[], Sequence[str]]
SEALED = b"gAAAA"
"""How everything that is sealed begins, until the year 2106."""


class Vault:
    """Seals and opens bytes, and makes digests that tell equal secrets apart without showing them.

    `keys` gives the secret keys as they are now, the newest first, for a process that outlives a change of them.
    """

    def __init__(self, *secret_keys: str, keys: Keys | None = None) -> None:
        self._keys = keys
        self._load(tuple(secret_keys) or tuple(keys() if keys else ()))

    def _load(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(each, "storage"))) for each in secrets])

    def _changed(self) -> bool:
        """Take in the keys of now; False where they are those that we have."""
        found = tuple(self._keys()) if self._keys else self._secrets
        if found == self._secrets:
            return False
        self._load(found)
        return True

    def seal(self, plain: bytes) -> bytes:
        """Encrypt and sign."""
        self._changed()
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """The plain bytes. Raises Trouble when they were sealed under another secret key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            if self._changed():
                return self.open(sealed)
            raise Trouble(
                "The stored credentials were sealed with another secret key; restore the file 'secret-key' "
                "(or ALERTD_SECRET_KEY) that belongs to this database, or add the source or channel again."
            ) from None

    def digest(self, text: str) -> str:
        """A short keyed digest of a secret: equal for equal secrets, of no use to anybody who reads it."""
        return hmac.new(_derive(self._secrets[0], "digest"), text.encode(), hashlib.sha256).hexdigest()[:24]


def _derive(secret: str, purpose: str) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=f"alertd {purpose}".encode(), n=2**12, r=8, p=1, dklen=32)
