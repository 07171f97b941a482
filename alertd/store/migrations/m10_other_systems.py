"""What systems other than SmartPyme need: settings of a source, transactions by place, counts, and webhooks.

`product_ref` is the product as the transaction named it, `sector` and `cost_center` are ids, never names.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    database.execute("ALTER TABLE document ADD COLUMN sector TEXT")
    database.execute("ALTER TABLE document ADD COLUMN cost_center TEXT")
    database.execute("ALTER TABLE document_line ADD COLUMN product_ref ANY")
    run(
        database,
        """
        CREATE INDEX line_waiting ON document_line (product_ref) WHERE product_id IS NULL AND product_ref IS NOT NULL;

        CREATE TABLE source_option (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (source_id, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE consumption_day (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            day INTEGER NOT NULL,
            sector TEXT NOT NULL,
            cost_center TEXT NOT NULL,
            given REAL NOT NULL DEFAULT 0,
            taken_back REAL NOT NULL DEFAULT 0,
            transactions INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (source_id, day, sector, cost_center, product_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ledger_count (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            at INTEGER NOT NULL,
            counted REAL NOT NULL,
            minimum REAL,
            by TEXT,
            typed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX ledger_count_by_product ON ledger_count (product_id, at);

        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            event_id TEXT NOT NULL,
            type TEXT NOT NULL,
            outcome TEXT NOT NULL,
            created_at INTEGER,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            times INTEGER NOT NULL DEFAULT 1,
            UNIQUE (source_id, event_id)
        ) STRICT;

        CREATE TABLE delivery_refused (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL,
            status INTEGER NOT NULL,
            reason TEXT NOT NULL,
            fits TEXT
        ) STRICT;
        CREATE INDEX delivery_refused_by_source ON delivery_refused (source_id, id);

        CREATE TABLE evaluation_due (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT;
        """,
    )
