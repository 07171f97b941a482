"""Connected systems, the schedule of their lanes, the record of every poll, and the hourly budget of a key."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

        CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            base_url TEXT NOT NULL,
            credentials BLOB NOT NULL,
            budget_key TEXT NOT NULL,
            timezone TEXT NOT NULL,
            every_seconds REAL NOT NULL,
            sweep_every_seconds REAL,
            company TEXT,
            dialect TEXT,
            created_at INTEGER NOT NULL,
            snapshot_at INTEGER,
            snapshot_before_at INTEGER
        ) STRICT;

        CREATE TABLE lane (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            name TEXT NOT NULL,
            next_due_at INTEGER NOT NULL DEFAULT 0,
            lease_until INTEGER NOT NULL DEFAULT 0,
            lease_by TEXT,
            last_success_at INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            stopped TEXT,
            mark TEXT,
            PRIMARY KEY (source_id, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE poll (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            lane TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            outcome TEXT NOT NULL,
            complete INTEGER NOT NULL DEFAULT 0,
            torn INTEGER NOT NULL DEFAULT 0,
            pages INTEGER NOT NULL DEFAULT 0,
            requests INTEGER NOT NULL DEFAULT 0,
            products INTEGER NOT NULL DEFAULT 0,
            levels INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL DEFAULT 0,
            new INTEGER NOT NULL DEFAULT 0,
            gone INTEGER NOT NULL DEFAULT 0,
            quarantined INTEGER NOT NULL DEFAULT 0,
            seconds REAL NOT NULL DEFAULT 0,
            error TEXT,
            error_kind TEXT
        ) STRICT;
        CREATE INDEX poll_by_lane ON poll (source_id, lane, id);

        CREATE TABLE budget (
            budget_key TEXT NOT NULL,
            hour INTEGER NOT NULL,
            used INTEGER NOT NULL DEFAULT 0,
            blocked_until INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (budget_key, hour)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE held_sweep (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            seen BLOB NOT NULL
        ) STRICT;

        CREATE TABLE held_product (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            external_id ANY NOT NULL,
            digest INTEGER NOT NULL,
            product BLOB NOT NULL,
            PRIMARY KEY (source_id, external_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE quarantine (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            key TEXT NOT NULL,
            reason TEXT NOT NULL,
            raw TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, key)
        ) STRICT, WITHOUT ROWID;
        """,
    )
