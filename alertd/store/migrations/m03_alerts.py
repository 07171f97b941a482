"""The life of every alert, and each change of state as a row of its own."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE alert (
            id INTEGER PRIMARY KEY,
            fingerprint TEXT NOT NULL UNIQUE,
            rule TEXT NOT NULL,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            level_id INTEGER REFERENCES level ON DELETE SET NULL,
            product_id INTEGER REFERENCES product ON DELETE SET NULL,
            subject TEXT NOT NULL,
            state TEXT NOT NULL,
            severity TEXT NOT NULL,
            "values" TEXT NOT NULL,
            episode INTEGER NOT NULL DEFAULT 1,
            since INTEGER NOT NULL,
            fired_at INTEGER,
            clear_since INTEGER,
            resolved_at INTEGER,
            resolved_reason TEXT,
            acknowledged_by TEXT,
            acknowledged_at INTEGER,
            last_notified_at INTEGER
        ) STRICT;
        CREATE INDEX alert_open ON alert (source_id, rule, state, severity) WHERE state <> 'resolved';
        CREATE INDEX alert_over ON alert (resolved_at, id) WHERE state = 'resolved';
        CREATE INDEX alert_by_level ON alert (level_id);
        CREATE INDEX alert_by_product ON alert (product_id);

        CREATE TABLE transition (
            id INTEGER PRIMARY KEY,
            alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
            episode INTEGER NOT NULL,
            at INTEGER NOT NULL,
            was TEXT,
            became TEXT NOT NULL,
            severity TEXT NOT NULL,
            reason TEXT NOT NULL,
            "values" TEXT NOT NULL
        ) STRICT;
        CREATE INDEX transition_by_alert ON transition (alert_id, id);

        CREATE TABLE rule_state (
            rule TEXT PRIMARY KEY,
            file TEXT NOT NULL,
            text TEXT NOT NULL,
            digest TEXT NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        """,
    )
