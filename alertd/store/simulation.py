"""A source that exists only to try rules on: in a store in memory, or in a copy of the real one that is wound back.

Nothing here touches a store that people use.
"""

import sqlite3

from .db import Store


def connect_simulated(store: Store, name: str, zone: str, now: int) -> int:
    """A source of which sales and returns are known from the beginning; its id."""
    key = int(
        store.value(
            "INSERT INTO source (name, kind, base_url, credentials, budget_key, timezone, every_seconds, created_at)"
            " VALUES (?, 'smartpyme', 'http://localhost', x'', 'simulated', ?, 0, ?) RETURNING id",
            (name, zone, now),
        )
    )
    store.connection.executemany(
        "INSERT INTO lane (source_id, name, last_success_at) VALUES (?, ?, ?)",
        [(key, lane, now) for lane in ("sweep", "sales", "returns")],
    )
    return key


def simulated_poll(
    store: Store, source_id: int, now: int, *, products: int = 0, changed: int = 0, ok: bool = True
) -> None:
    """A sweep that went well, or did not."""
    if not ok:
        store.execute("UPDATE lane SET failures = failures + 1 WHERE source_id = ? AND name = 'sweep'", (source_id,))
        return
    store.execute(
        "UPDATE lane SET failures = 0, last_success_at = ? WHERE source_id = ? AND name = 'sweep'", (now, source_id)
    )
    store.execute(
        "INSERT INTO poll (source_id, lane, started_at, finished_at, outcome, complete, products, changed)"
        " VALUES (?, 'sweep', ?, ?, 'complete', 1, ?, ?)",
        (source_id, now, now, products, changed),
    )


def documents_read(store: Store, source_id: int, now: int) -> None:
    """Every document up to a moment has been read."""
    for kind in ("sale", "return"):
        store.execute(
            "INSERT INTO document_reading VALUES (?1, ?2, '2000-01-01', ?3) ON CONFLICT DO UPDATE SET began_at = ?3",
            (source_id, kind, now),
        )


def history_size(store: Store) -> int:
    """How many changes of stock are kept."""
    return int(store.value("SELECT count(*) FROM stock_change"))


def copy_of(store: Store, path: str) -> Store:
    """A copy of a whole store in another file, made while the store is in use."""
    copy = Store(path)
    store.connection.backup(copy.connection)
    return copy


def forget_alerts(store: Store) -> None:
    """Leave the copy without an alert, and without anything evaluated."""
    with store.write():
        for table in ("message_alert", "message", "told", "transition", "alert", "rule_evaluation", "measured"):
            _empty(store, table)
        for table in ("level_out", "level_demand", "product_demand", "product_class"):
            _empty(store, table)
        store.execute("UPDATE source SET every_seconds = 0, snapshot_at = NULL, snapshot_before_at = NULL")


def wind_back(store: Store, at: int) -> None:
    """Make the copy look as the levels did at a moment.

    Products keep the names and prices they have today: their history is not kept.
    """
    with store.write():
        store.execute("UPDATE product SET changed_at = first_seen_at, absent_at = NULL, gone_at = NULL")
        store.execute("UPDATE warehouse SET hidden_at = NULL")
        store.execute(
            "UPDATE level SET (stock, minimum, maximum, absent_at, changed_at) = (SELECT coalesce(c.stock, 0),"
            " c.minimum, c.maximum, CASE WHEN c.stock IS NULL THEN c.at END, c.at FROM stock_change c"
            " WHERE c.level_id = level.id AND c.at <= ?1 ORDER BY c.at DESC LIMIT 1), gone_at = NULL,"
            " last_seen_at = NULL, previous_stock = NULL"
            " WHERE EXISTS (SELECT 1 FROM stock_change c WHERE c.level_id = level.id AND c.at <= ?1)",
            (at,),
        )
        # What came later is not there yet.
        store.execute(
            "UPDATE level SET absent_at = ?1, gone_at = ?1 WHERE NOT EXISTS (SELECT 1 FROM stock_change c"
            " WHERE c.level_id = level.id AND c.at <= ?1)",
            (at,),
        )


def _empty(store: Store, table: str) -> None:
    try:
        store.execute(f"DELETE FROM {table}")
    except sqlite3.OperationalError as fault:
        if "no such table" not in str(fault):
            raise


def moments_of_change(store: Store, source_id: int, since: int, until: int) -> list[int]:
    """When anything of a source changed, and when it was read whole: the moments at which rules were judged."""
    rows = store.execute(
        "SELECT DISTINCT c.at FROM stock_change c JOIN level l ON l.id = c.level_id JOIN product p"
        " ON p.id = l.product_id WHERE p.source_id = ?1 AND c.at > ?2 AND c.at <= ?3",
        (source_id, since, until),
    )
    return sorted(row[0] for row in rows)


def move_on(store: Store, source_id: int, after: int, until: int) -> None:
    """Let happen what happened between two moments; both are snapshots."""
    rows = store.execute(
        "SELECT c.level_id, c.at, c.stock, c.minimum, c.maximum, l.product_id FROM stock_change c JOIN level l"
        " ON l.id = c.level_id JOIN product p ON p.id = l.product_id"
        " WHERE p.source_id = ? AND c.at > ? AND c.at <= ? ORDER BY c.at",
        (source_id, after, until),
    ).fetchall()
    store.execute(
        "UPDATE source SET snapshot_before_at = snapshot_at, snapshot_at = ? WHERE id = ?", (until, source_id)
    )
    for level_id, at, stock, minimum, maximum, product_id in rows:
        if stock is None:
            store.execute("UPDATE level SET absent_at = ? WHERE id = ?", (at, level_id))
        else:
            store.execute(
                "UPDATE level SET previous_stock = CASE WHEN gone_at IS NULL THEN stock END, stock = ?, minimum = ?,"
                " maximum = ?, absent_at = NULL, gone_at = NULL, changed_at = ? WHERE id = ?",
                (stock, minimum, maximum, until, level_id),
            )
        store.execute("UPDATE product SET changed_at = ? WHERE id = ?", (until, product_id))


def stock_outs(store: Store, source_id: int, since: int, until: int) -> list[tuple[int, int]]:
    """Each time a level that had something fell to nothing: the level and when."""
    rows = store.execute(
        "SELECT level_id, at FROM (SELECT c.level_id, c.at, c.stock,"
        " lag(c.stock) OVER (PARTITION BY c.level_id ORDER BY c.at) AS before FROM stock_change c"
        " JOIN level l ON l.id = c.level_id JOIN product p ON p.id = l.product_id WHERE p.source_id = ?)"
        " WHERE stock <= 0 AND before > 0 AND at > ? AND at <= ? ORDER BY at",
        (source_id, since, until),
    )
    return [(row[0], row[1]) for row in rows]


# How the polls went, for rules about the source itself

_HAPPENED = "FROM poll b WHERE b.source_id = lane.source_id AND b.lane = lane.name"
_LANES = f"""
    UPDATE lane SET last_success_at = (SELECT max(b.finished_at) {_HAPPENED} AND b.complete),
        failures = (SELECT count(*) {_HAPPENED} AND NOT b.complete
            AND b.id > coalesce((SELECT max(b.id) {_HAPPENED} AND b.complete), 0))
    WHERE source_id = ? AND name IN ('sweep', 'low')
"""


def forget_polls(store: Store, source_id: int, after: int) -> list[int]:
    """Put the polls after a moment aside until `let_polls_happen`; the moments at which they ended.

    Products are counted as they came and went; one that went and came back is taken to have been there all the time.
    """
    with store.write():
        store.execute(
            "CREATE TEMP TABLE later_poll AS SELECT * FROM poll WHERE source_id = ? AND finished_at > ?",
            (source_id, after),
        )
        store.execute("DELETE FROM poll WHERE id IN (SELECT id FROM temp.later_poll) OR finished_at IS NULL")
        store.execute(
            "CREATE TEMP TABLE coming AS SELECT id, first_seen_at, absent_at FROM product WHERE source_id = ?",
            (source_id,),
        )
        let_polls_happen(store, source_id, 0, after)
    return [row[0] for row in store.execute("SELECT DISTINCT finished_at FROM temp.later_poll ORDER BY 1")]


def remember_polls(store: Store) -> None:
    """Another source is next."""
    store.execute("DROP TABLE temp.later_poll")
    store.execute("DROP TABLE temp.coming")


def let_polls_happen(store: Store, source_id: int, after: int, until: int) -> None:
    """Let the polls of a span happen; inside the caller's transaction."""
    store.execute("INSERT INTO poll SELECT * FROM temp.later_poll WHERE finished_at <= ?", (until,))
    store.execute("DELETE FROM temp.later_poll WHERE finished_at <= ?", (until,))
    store.execute(_LANES, (source_id,))
    store.execute(
        "UPDATE source SET snapshot_at = (SELECT max(finished_at) FROM poll WHERE source_id = ?1 AND lane = 'sweep'"
        " AND complete) WHERE id = ?1",
        (source_id,),
    )
    store.execute(
        "UPDATE product SET absent_at = CASE WHEN c.first_seen_at > ?2 OR c.absent_at <= ?2 THEN ?2 END"
        " FROM temp.coming c WHERE c.id = product.id"
        " AND (?1 = 0 OR c.first_seen_at > ?1 AND c.first_seen_at <= ?2 OR c.absent_at > ?1 AND c.absent_at <= ?2)",
        (after, until),
    )
