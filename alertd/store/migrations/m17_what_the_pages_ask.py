"""What the pages need to stay quick in a large shop, and what people chose to see.

`product_find` holds three-letter pieces of `product.search`. It is brought up to date apart from the sweep, because it
is dear to write: `find_due` names the products that are not in it yet. Until they are, searches walk the products.
`shelf_hour` is how many levels stood in each state, once an hour. An expression in an index must be written in the
queries exactly as it stands here.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE user_choice (
            user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (user_id, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE shelf_hour (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL,
            negative INTEGER NOT NULL,
            out INTEGER NOT NULL,
            low INTEGER NOT NULL,
            over INTEGER NOT NULL,
            PRIMARY KEY (source_id, at)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX product_by_category ON product (category) WHERE category IS NOT NULL;
        CREATE INDEX product_by_brand ON product (brand) WHERE brand IS NOT NULL;
        CREATE INDEX product_by_supplier ON product (supplier) WHERE supplier IS NOT NULL;
        CREATE INDEX level_notable ON level (product_id, stock, minimum, maximum)
            WHERE stock <= 0 OR (minimum > 0 AND stock <= minimum) OR (maximum > 0 AND stock > maximum);
        CREATE INDEX alert_worst ON alert (
            state,
            CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END,
            -coalesce(fired_at, since),
            -id
        ) WHERE state <> 'resolved';
        CREATE INDEX document_unverified ON document (source_id, kind, state, type) WHERE effect = 'unverified';
        CREATE INDEX message_by_channel ON message (channel, created_at, id);

        CREATE TABLE find_due (product_id INTEGER PRIMARY KEY) STRICT;
        INSERT INTO find_due SELECT id FROM product;
        """,
    )
    database.execute(
        "CREATE VIRTUAL TABLE product_find USING fts5(search, content='product', content_rowid='id',"
        " tokenize='trigram', detail=none, columnsize=0)"
    )
    # A trigger's body holds semicolons, so each is a statement of its own.
    database.execute(
        "CREATE TRIGGER product_find_new AFTER INSERT ON product BEGIN"
        " INSERT OR IGNORE INTO find_due VALUES (new.id); END"
    )
    database.execute(
        "CREATE TRIGGER product_find_other AFTER UPDATE OF search ON product WHEN old.search <> new.search"
        " AND NOT EXISTS (SELECT 1 FROM find_due WHERE product_id = old.id) BEGIN"
        " INSERT INTO product_find (product_find, rowid, search) VALUES ('delete', old.id, old.search);"
        " INSERT INTO product_find (rowid, search) VALUES (new.id, new.search); END"
    )
    database.execute(
        "CREATE TRIGGER product_find_gone AFTER DELETE ON product BEGIN"
        " INSERT INTO product_find (product_find, rowid, search) SELECT 'delete', old.id, old.search"
        " WHERE NOT EXISTS (SELECT 1 FROM find_due WHERE product_id = old.id);"
        " DELETE FROM find_due WHERE product_id = old.id; END"
    )
