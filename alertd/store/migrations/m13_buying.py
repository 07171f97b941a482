"""How a shop buys, what is on its way, and what demand says of each level and product.

A row of `buying_term` speaks for a source (no supplier, product 0), for a supplier (its name folded) or for a product;
what is null there is said by the next wider one. `supply_order.remaining` is what has not come yet; null, with a null
quantity, is an order whose size nobody said.
"""

from sqlite_utils import Database

from .running import run

_FIGURES = (
    "out_days INTEGER NOT NULL DEFAULT 0", "rate REAL", "expected REAL", "deviation REAL", "pattern TEXT", "lost REAL",
    "silent_days INTEGER", "silence REAL", "safety REAL", "reorder_point REAL", "target REAL",
)  # fmt: skip


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE buying_term (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            supplier TEXT NOT NULL,
            product_id INTEGER NOT NULL,
            name TEXT,
            lead_days REAL,
            lead_spread REAL,
            review_days REAL,
            safety_days REAL,
            service INTEGER,
            coverage_days REAL,
            pack REAL,
            least REAL,
            cutoff TEXT,
            by TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (source_id, supplier, product_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE supply_order (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            level_id INTEGER REFERENCES level ON DELETE SET NULL,
            alert_id INTEGER REFERENCES alert ON DELETE SET NULL,
            supplier TEXT,
            quantity REAL,
            remaining REAL,
            ordered_at INTEGER NOT NULL,
            expected_at INTEGER NOT NULL,
            by TEXT,
            arrived_at INTEGER,
            closed_at INTEGER
        ) STRICT;
        CREATE INDEX supply_order_open ON supply_order (product_id) WHERE closed_at IS NULL;
        CREATE INDEX supply_order_by_level ON supply_order (level_id) WHERE closed_at IS NULL;
        CREATE INDEX supply_order_by_time ON supply_order (source_id, ordered_at);
        CREATE INDEX supply_order_by_alert ON supply_order (alert_id);

        ALTER TABLE source ADD COLUMN buying_at INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE measured ADD COLUMN buying_at INTEGER;
        """,
    )
    for table in ("level_demand", "product_demand"):
        for column in _FIGURES:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    # What is kept was worked out without these figures: the next look begins anew.
    database.execute("UPDATE measured SET demand_day = NULL")
