"""The channels as their page shows them: what each is, and how its last messages fared. Addresses stay masked."""

from dataclasses import dataclass

from .db import Store


@dataclass(frozen=True, slots=True)
class ChannelNow:
    """A channel, how many messages wait for it or were given up, and what became of the last one."""

    id: int
    name: str
    service: str
    masked_url: str
    language: str
    digest: str | None
    created_at: int
    waiting: int
    dead: int
    last_sent_at: int | None
    error: str | None


def channels_now(store: Store) -> list[ChannelNow]:
    """Every channel, by name."""
    rows = store.rows(
        "SELECT c.id, c.name, c.service, c.masked_url, c.language, c.digest, c.created_at,"
        " (SELECT count(*) FROM message WHERE channel_id = c.id AND state = 'waiting') AS waiting,"
        " (SELECT count(*) FROM message WHERE channel_id = c.id AND state = 'dead') AS dead,"
        " (SELECT max(sent_at) FROM message WHERE channel_id = c.id AND state = 'sent') AS last_sent_at,"
        " (SELECT error FROM message WHERE channel_id = c.id AND state <> 'sent' AND error IS NOT NULL"
        " ORDER BY created_at DESC LIMIT 1) AS error FROM channel c ORDER BY c.name"
    )
    return [ChannelNow(**row) for row in rows]
