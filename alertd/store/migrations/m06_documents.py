"""Sales and returns as they were last seen, and what each difference did to stock."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE document (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            kind TEXT NOT NULL,
            external_id ANY NOT NULL,
            date TEXT NOT NULL,
            state TEXT,
            type TEXT,
            effect TEXT NOT NULL,
            number TEXT,
            branch TEXT,
            sale_id ANY,
            total REAL,
            note TEXT,
            created_at INTEGER,
            updated_at INTEGER,
            digest INTEGER NOT NULL,
            first_seen_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            gone_at INTEGER,
            UNIQUE (source_id, kind, external_id)
        ) STRICT;
        CREATE INDEX document_by_date ON document (source_id, kind, date);

        CREATE TABLE document_line (
            document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
            number INTEGER NOT NULL,
            product_id INTEGER REFERENCES product ON DELETE SET NULL,
            code TEXT,
            name TEXT,
            brand TEXT,
            quantity REAL NOT NULL,
            total REAL,
            PRIMARY KEY (document_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX line_by_product ON document_line (product_id) WHERE product_id IS NOT NULL;
        CREATE INDEX line_unmatched ON document_line (document_id) WHERE product_id IS NULL;

        CREATE TABLE movement (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
            product_id INTEGER REFERENCES product ON DELETE SET NULL,
            kind TEXT NOT NULL,
            quantity REAL NOT NULL,
            amount REAL NOT NULL,
            branch TEXT,
            happened_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX movement_by_product ON movement (product_id, seen_at);
        CREATE INDEX movement_by_document ON movement (document_id);

        CREATE TABLE unknown_state (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            documents INTEGER NOT NULL,
            first_seen_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, kind, state)
        ) STRICT, WITHOUT ROWID;
        """,
    )
