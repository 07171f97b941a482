"""What rules count by day: sales by branch, days without stock, demand, classes; and when each rule last looked.

`level_out` holds runs of whole days in which a level was mostly out of stock; the last day of a run that goes on is
null. `rule_evaluation` is what lets the next evaluation look at changed rows only.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        ALTER TABLE product_day ADD COLUMN voided REAL NOT NULL DEFAULT 0;
        CREATE INDEX product_by_change ON product (source_id, changed_at);

        CREATE TABLE branch_day (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            branch TEXT NOT NULL,
            day INTEGER NOT NULL,
            sold REAL NOT NULL DEFAULT 0,
            returned REAL NOT NULL DEFAULT 0,
            PRIMARY KEY (product_id, branch, day)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO branch_day SELECT l.product_id, coalesce(d.branch, ''),
            CAST(julianday(d.date) - 2440587.5 AS INTEGER),
            round(sum(CASE WHEN d.kind = 'sale' THEN l.quantity ELSE 0 END), 6),
            round(sum(CASE WHEN d.kind = 'sale' THEN 0 ELSE l.quantity END), 6)
            FROM document d JOIN document_line l ON l.document_id = d.id
            WHERE l.product_id IS NOT NULL AND d.effect <> 'none' AND d.gone_at IS NULL
            GROUP BY 1, 2, 3;

        CREATE TABLE level_out (
            level_id INTEGER NOT NULL REFERENCES level ON DELETE CASCADE,
            first_day INTEGER NOT NULL,
            last_day INTEGER,
            PRIMARY KEY (level_id, first_day)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX level_out_open ON level_out (level_id) WHERE last_day IS NULL;

        CREATE TABLE level_demand (
            level_id INTEGER PRIMARY KEY REFERENCES level ON DELETE CASCADE,
            net REAL NOT NULL,
            in_days INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE product_demand (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            net REAL NOT NULL,
            in_days INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE product_class (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            class TEXT NOT NULL
        ) STRICT;

        CREATE TABLE measured (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            closed_day INTEGER,
            demand_day INTEGER,
            demand_at INTEGER,
            demand_movement INTEGER,
            class_day INTEGER
        ) STRICT;

        CREATE TABLE rule_evaluation (
            rule TEXT NOT NULL,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            digest TEXT NOT NULL,
            at INTEGER NOT NULL,
            basis TEXT NOT NULL,
            movement_id INTEGER NOT NULL,
            snapshot_before_at INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            failed_at INTEGER,
            PRIMARY KEY (rule, source_id)
        ) STRICT, WITHOUT ROWID;
        """,
    )
