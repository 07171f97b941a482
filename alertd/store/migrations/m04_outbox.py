"""Channels, and the messages that wait for them: one row a channel, kept after it was sent."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE channel (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            service TEXT NOT NULL,
            url BLOB NOT NULL,
            masked_url TEXT NOT NULL,
            language TEXT NOT NULL,
            digest TEXT,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            channel_id INTEGER REFERENCES channel ON DELETE SET NULL,
            channel TEXT NOT NULL,
            rule TEXT,
            source TEXT,
            severity TEXT,
            created_at INTEGER NOT NULL,
            content TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER NOT NULL,
            lease_until INTEGER NOT NULL DEFAULT 0,
            lease_by TEXT,
            sent_at INTEGER,
            reached TEXT,
            title TEXT,
            body TEXT,
            error TEXT
        ) STRICT;
        CREATE INDEX message_waiting ON message (due_at) WHERE state = 'waiting';
        CREATE INDEX message_by_time ON message (created_at, id);
        CREATE INDEX message_dead ON message (created_at, id) WHERE state = 'dead';

        CREATE TABLE message_alert (
            message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
            alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
            PRIMARY KEY (message_id, alert_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX message_by_alert ON message_alert (alert_id);
        """,
    )
