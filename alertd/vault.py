"""Seal what must never be read from a copy of the database: keys of sources, addresses of channels.

Fernet (AES-128-CBC with HMAC-SHA256) under a key derived from the secret key; another secret key cannot open it.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from .errors import Trouble


class Vault:
    """Seals and opens bytes, and makes digests that tell equal secrets apart without showing them."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derive("storage")))

    def seal(self, plain: bytes) -> bytes:
        """Encrypt and sign."""
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """The plain bytes. Raises Trouble when they were sealed under another secret key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Trouble(
                "The stored credentials were sealed with another secret key; restore the file 'secret-key' "
                "(or ALERTD_SECRET_KEY) that belongs to this database, or add the source or channel again."
            ) from None

    def digest(self, text: str) -> str:
        """A short keyed digest of a secret: equal for equal secrets, of no use to anybody who reads it."""
        return hmac.new(self._derive("digest"), text.encode(), hashlib.sha256).hexdigest()[:24]

    def _derive(self, purpose: str) -> bytes:
        return hashlib.scrypt(self._secret, salt=f"alertd {purpose}".encode(), n=2**12, r=8, p=1, dklen=32)
