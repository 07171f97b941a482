"""The signed address in a message: who holds it may act on the alerts of that message, for two weeks, and do no more.

Made from the message alone, so that a second attempt carries the same one. What it may do is asked of the store when it
is used; see `alertd.web.links` for the page behind it.
"""

from dataclasses import dataclass

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer

from ..vault import Vault

VALID_MS = 14 * 86_400_000


@dataclass(frozen=True, slots=True)
class Pass:
    """What a genuine link says: whose message it came in, and until when it is good."""

    message_id: int
    expires_at: int


class Signer:
    """Makes links and reads them, under a key of their own."""

    def __init__(self, vault: Vault) -> None:
        self._serializer = URLSafeSerializer(vault.digest("links in messages"), salt="alertd.links")

    def token(self, message_id: int, created_at: int) -> str:
        """The last part of the address."""
        return str(self._serializer.dumps([message_id, (created_at + VALID_MS) // 1000]))

    def read(self, token: str) -> Pass | None:
        """What a link says; None for one that was cut short, changed or made elsewhere."""
        try:
            found = self._serializer.loads(token)
        except BadSignature:
            return None
        try:
            message_id, expires = msgspec.convert(found, tuple[int, int])
        except msgspec.ValidationError:
            return None
        return Pass(message_id, expires * 1000)
