"""Who wrote a document, what costs and prices were, uploads that wait for a yes, and the weekly summary of a channel.

`cost_change` is kept by triggers, so that no way of writing a product can forget it. It begins with what was known when
this step ran.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    database.execute("ALTER TABLE document ADD COLUMN user TEXT")
    run(
        database,
        """
        CREATE TABLE upload (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            name TEXT NOT NULL,
            data BLOB NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE weekly (
            channel_id INTEGER PRIMARY KEY REFERENCES channel ON DELETE CASCADE,
            weekday INTEGER NOT NULL,
            time TEXT NOT NULL,
            set_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE weekly_sent (
            channel_id INTEGER NOT NULL REFERENCES channel ON DELETE CASCADE,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            day TEXT NOT NULL,
            at INTEGER NOT NULL,
            value REAL,
            PRIMARY KEY (channel_id, source_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE cost_change (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            at INTEGER NOT NULL,
            cost REAL,
            average_cost REAL,
            price REAL,
            PRIMARY KEY (product_id, at)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX cost_change_by_time ON cost_change (at);

        INSERT INTO cost_change SELECT id, first_seen_at, cost, average_cost, price FROM product;
        """,
    )
    for event in ("INSERT ON", "UPDATE OF cost, average_cost, price ON"):
        changed = (
            "WHEN NEW.cost IS NOT OLD.cost OR NEW.average_cost IS NOT OLD.average_cost OR NEW.price IS NOT OLD.price"
        )
        database.execute(
            f"CREATE TRIGGER cost_change_{event[:6].lower()} AFTER {event} product"
            f" {changed if event.startswith('UPDATE') else ''} BEGIN INSERT OR REPLACE INTO cost_change"
            " VALUES (NEW.id, NEW.changed_at, NEW.cost, NEW.average_cost, NEW.price); END"
        )
