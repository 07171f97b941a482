"""When stock was read whole and documents were read whole, what moved without a document, and what the shop knows.

`movement.not_before` is the moment of the last reading that did not show the document yet: its effect came later.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    database.execute("ALTER TABLE movement ADD COLUMN not_before INTEGER")
    run(
        database,
        """
        CREATE TABLE snapshot (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL,
            began_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, at)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE document_reading (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            kind TEXT NOT NULL,
            date TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, kind, date)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reconciled (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            settled_at INTEGER NOT NULL,
            movement_id INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE unsettled (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            since INTEGER NOT NULL,
            PRIMARY KEY (source_id, product_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE variance (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            opened_at INTEGER NOT NULL,
            closed_at INTEGER NOT NULL,
            place TEXT NOT NULL,
            units REAL NOT NULL,
            cost REAL,
            value REAL,
            cause TEXT NOT NULL,
            facts TEXT NOT NULL,
            UNIQUE (product_id, closed_at, place)
        ) STRICT;
        CREATE INDEX variance_by_time ON variance (source_id, closed_at);

        CREATE TABLE reconciled_day (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            day INTEGER NOT NULL,
            opening REAL,
            sold REAL NOT NULL,
            cancelled REAL NOT NULL,
            returned REAL NOT NULL,
            receipts REAL NOT NULL,
            adjustments REAL NOT NULL,
            actual REAL,
            unexplained REAL NOT NULL,
            undocumented REAL NOT NULL,
            PRIMARY KEY (product_id, day)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE box_factor (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            factor REAL NOT NULL,
            by TEXT,
            at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE recipe (
            kit_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            part_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            quantity REAL NOT NULL,
            by TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (kit_id, part_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX recipe_by_part ON recipe (part_id);

        CREATE TABLE pack (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            size REAL NOT NULL,
            by TEXT,
            at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE stock_entry (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            kind TEXT NOT NULL,
            quantity REAL NOT NULL,
            branch TEXT,
            at INTEGER NOT NULL,
            until INTEGER NOT NULL,
            note TEXT,
            by TEXT,
            typed_at INTEGER NOT NULL,
            batch TEXT,
            removed_at INTEGER
        ) STRICT;
        CREATE INDEX stock_entry_by_product ON stock_entry (product_id, at);
        CREATE UNIQUE INDEX stock_entry_once ON stock_entry (source_id, batch) WHERE batch IS NOT NULL;

        CREATE TABLE confirmation (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            closed_at INTEGER NOT NULL,
            units REAL NOT NULL,
            cause TEXT NOT NULL,
            note TEXT,
            by TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (product_id, closed_at, units)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stock_count (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            warehouse_id INTEGER REFERENCES warehouse ON DELETE SET NULL,
            at INTEGER NOT NULL,
            counted REAL NOT NULL,
            book REAL NOT NULL,
            cost REAL,
            note TEXT,
            by TEXT
        ) STRICT;
        CREATE INDEX stock_count_by_product ON stock_count (product_id, at);
        CREATE INDEX stock_count_by_time ON stock_count (source_id, at);
        """,
    )
