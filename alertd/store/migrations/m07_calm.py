"""What each channel believes, what holds a message back, digests, alertd's own troubles, and links in messages.

`told` has a row for each alert that a channel was told is wrong; being told that it is over removes it.
`message_alert.was` is what the channel believed before, so that a message nobody got can be taken back.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        ALTER TABLE alert ADD COLUMN waited INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE alert ADD COLUMN acknowledged_note TEXT;
        ALTER TABLE alert ADD COLUMN snoozed_until INTEGER;
        ALTER TABLE alert ADD COLUMN snoozed_by TEXT;
        ALTER TABLE alert ADD COLUMN ordered_until INTEGER;
        ALTER TABLE alert ADD COLUMN ordered_at INTEGER;
        ALTER TABLE alert ADD COLUMN ordered_by TEXT;
        ALTER TABLE alert ADD COLUMN folded_until INTEGER;
        ALTER TABLE source ADD COLUMN evaluated_at INTEGER;
        ALTER TABLE channel ADD COLUMN links_since INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE message ADD COLUMN kind TEXT NOT NULL DEFAULT 'alerts';
        ALTER TABLE message ADD COLUMN thread TEXT;
        ALTER TABLE message ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE message_alert ADD COLUMN was TEXT;
        CREATE INDEX message_of_channel ON message (channel_id, created_at);

        CREATE TABLE told (
            channel_id INTEGER NOT NULL REFERENCES channel ON DELETE CASCADE,
            alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
            episode INTEGER NOT NULL,
            severity TEXT NOT NULL,
            at INTEGER NOT NULL,
            message_id INTEGER,
            PRIMARY KEY (channel_id, alert_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX told_by_alert ON told (alert_id);
        INSERT INTO told SELECT c.id, a.id, a.episode, a.severity, coalesce(a.fired_at, a.since), NULL
            FROM alert a JOIN channel c WHERE a.state = 'firing';

        CREATE TABLE silence (
            id INTEGER PRIMARY KEY,
            matchers TEXT NOT NULL,
            comment TEXT NOT NULL,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX silence_by_end ON silence (ends_at);

        CREATE TABLE digest (
            channel_id INTEGER NOT NULL REFERENCES channel ON DELETE CASCADE,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            day TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (channel_id, source_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trouble (
            key TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            source_id INTEGER REFERENCES source ON DELETE CASCADE,
            detail TEXT NOT NULL,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE link_use (
            message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
            action TEXT NOT NULL,
            at INTEGER NOT NULL,
            alerts INTEGER NOT NULL,
            PRIMARY KEY (message_id, action)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE link_miss (
            id INTEGER PRIMARY KEY,
            who TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX link_miss_by_who ON link_miss (who, at);
        """,
    )
