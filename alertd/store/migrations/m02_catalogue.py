"""The present state of every product and level, and the history of changes only."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE warehouse (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            branch TEXT NOT NULL,
            name TEXT NOT NULL,
            hidden_at INTEGER,
            UNIQUE (source_id, branch, name)
        ) STRICT;

        CREATE TABLE product (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            external_id ANY NOT NULL,
            name TEXT NOT NULL,
            code TEXT,
            barcode TEXT,
            category TEXT,
            brand TEXT,
            supplier TEXT,
            kind TEXT,
            enabled INTEGER NOT NULL,
            price REAL,
            cost REAL,
            previous_cost REAL,
            average_cost REAL,
            created_at INTEGER,
            digest INTEGER NOT NULL,
            level_count INTEGER NOT NULL,
            search TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            absent_at INTEGER,
            gone_at INTEGER,
            UNIQUE (source_id, external_id)
        ) STRICT;
        CREATE INDEX product_by_name ON product (source_id, name, id);
        CREATE INDEX product_present ON product (source_id, absent_at, level_count);
        CREATE INDEX product_absent ON product (source_id) WHERE absent_at IS NOT NULL;
        CREATE INDEX product_by_code ON product (source_id, code) WHERE code IS NOT NULL;

        CREATE TABLE level (
            id INTEGER PRIMARY KEY,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            warehouse_id INTEGER NOT NULL REFERENCES warehouse ON DELETE CASCADE,
            stock REAL NOT NULL,
            minimum REAL,
            maximum REAL,
            note TEXT,
            previous_stock REAL,
            changed_at INTEGER NOT NULL,
            absent_at INTEGER,
            gone_at INTEGER,
            last_seen_at INTEGER,
            UNIQUE (product_id, warehouse_id)
        ) STRICT;
        CREATE INDEX level_by_warehouse ON level (warehouse_id);
        CREATE INDEX level_absent ON level (absent_at) WHERE absent_at IS NOT NULL;
        CREATE INDEX level_low ON level (product_id) WHERE minimum > 0 AND stock <= minimum;

        CREATE TABLE stock_change (
            level_id INTEGER NOT NULL REFERENCES level ON DELETE CASCADE,
            at INTEGER NOT NULL,
            stock REAL,
            minimum REAL,
            maximum REAL,
            PRIMARY KEY (level_id, at)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE product_day (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            day INTEGER NOT NULL,
            sold REAL NOT NULL DEFAULT 0,
            returned REAL NOT NULL DEFAULT 0,
            sold_amount REAL NOT NULL DEFAULT 0,
            returned_amount REAL NOT NULL DEFAULT 0,
            sales INTEGER NOT NULL DEFAULT 0,
            returns INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (product_id, day)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW stock_row AS
        SELECT l.id AS level_id, p.id AS product_id, p.source_id AS source_id, s.name AS source,
            s.snapshot_at AS snapshot_at, s.snapshot_before_at AS snapshot_before_at,
            p.external_id AS external_id, p.name AS name, p.code AS code, p.barcode AS barcode,
            p.category AS category, p.brand AS brand, p.supplier AS supplier, p.kind AS kind, p.enabled AS enabled,
            p.price AS price, p.cost AS cost, p.previous_cost AS previous_cost, p.average_cost AS average_cost,
            p.search AS search, p.first_seen_at AS first_seen_at,
            w.id AS warehouse_id, w.name AS warehouse, w.branch AS branch,
            l.stock AS stock, l.minimum AS minimum, l.maximum AS maximum, l.note AS note,
            CASE WHEN s.snapshot_before_at IS NULL OR l.changed_at > s.snapshot_before_at
                THEN l.previous_stock ELSE l.stock END AS previous_stock,
            l.changed_at AS changed_at,
            l.absent_at IS NULL AND p.absent_at IS NULL AND w.hidden_at IS NULL AS present,
            l.gone_at IS NOT NULL OR p.gone_at IS NOT NULL AS gone,
            coalesce(l.last_seen_at, max(l.changed_at, coalesce(s.snapshot_at, 0))) AS seen_at
        FROM level l
        JOIN product p ON p.id = l.product_id
        JOIN warehouse w ON w.id = l.warehouse_id
        JOIN source s ON s.id = p.source_id;
        """,
    )
