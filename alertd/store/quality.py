"""How good a source's data is: counts of what makes alerts wrong or impossible, from the last snapshot."""

from .db import Store

KINDS = ("no_minimum", "minimum_above_maximum", "equal_codes", "missing_codes", "disabled_with_stock")


def findings(store: Store, source_id: int) -> dict[str, int]:
    """Counts by kind of finding; products that are gone do not count."""
    # The levels by themselves first: most are in order, and their products need not be looked up.
    levels = store.execute(
        "SELECT total(coalesce(l.minimum, 0) <= 0), total(l.maximum > 0 AND l.minimum > l.maximum)"
        " FROM level l CROSS JOIN product p ON p.id = l.product_id"
        " WHERE l.absent_at IS NULL AND (coalesce(l.minimum, 0) <= 0 OR (l.maximum > 0 AND l.minimum > l.maximum))"
        " AND p.source_id = ? AND p.absent_at IS NULL AND p.enabled",
        (source_id,),
    ).fetchone()
    stocked = "EXISTS (SELECT 1 FROM level l WHERE l.product_id = p.id AND l.absent_at IS NULL AND l.stock <> 0)"
    products = store.execute(
        f"SELECT total(p.code IS NULL), total(NOT p.enabled AND {stocked}) FROM product p"
        " WHERE p.source_id = ? AND p.absent_at IS NULL AND (p.code IS NULL OR NOT p.enabled)",
        (source_id,),
    ).fetchone()
    repeated = "SELECT code FROM product WHERE source_id = ?1 AND code IS NOT NULL GROUP BY code HAVING count(*) > 1"
    equal = store.value(
        f"SELECT total(n) FROM (SELECT count(*) AS n FROM product WHERE source_id = ?1 AND code IN ({repeated})"
        " AND absent_at IS NULL GROUP BY code HAVING count(*) > 1)",
        (source_id,),
    )
    counted = (*levels, equal, *products)
    return dict(zip(KINDS, map(int, counted), strict=True))


def low_levels(store: Store, source_id: int) -> int:
    """Products at or below a configured minimum in some warehouse: what a summary of the system calls low."""
    return int(
        store.value(
            "SELECT count(DISTINCT r.product_id) FROM stock_row r WHERE r.source_id = ? AND r.present AND NOT r.gone"
            " AND r.minimum > 0 AND r.stock <= r.minimum",
            (source_id,),
        )
    )


def warehouses(store: Store, source_id: int) -> list[str]:
    """Branch and name of every warehouse in the last snapshot."""
    return [
        f"{branch} / {name}"
        for branch, name in store.execute(
            "SELECT branch, name FROM warehouse WHERE source_id = ? AND hidden_at IS NULL ORDER BY 1, 2", (source_id,)
        )
    ]
