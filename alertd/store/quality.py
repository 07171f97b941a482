"""How good a source's data is: counts of what makes alerts wrong or impossible, from the last snapshot."""

from .db import Store


def findings(store: Store, source_id: int) -> dict[str, int]:
    """Counts by kind of finding; products that are gone do not count."""
    levels = (
        "SELECT count(*) FROM level l JOIN product p ON p.id = l.product_id"
        " WHERE p.source_id = ? AND p.absent_at IS NULL AND l.absent_at IS NULL AND p.enabled"
    )
    products = "SELECT count(*) FROM product p WHERE p.source_id = ? AND p.absent_at IS NULL"
    repeated = (
        "(SELECT code FROM product WHERE source_id = p.source_id AND absent_at IS NULL AND code IS NOT NULL"
        " GROUP BY code HAVING count(*) > 1)"
    )
    stocked = "EXISTS (SELECT 1 FROM level l WHERE l.product_id = p.id AND l.absent_at IS NULL AND l.stock <> 0)"
    counted = {
        "no_minimum": f"{levels} AND coalesce(l.minimum, 0) <= 0",
        "minimum_above_maximum": f"{levels} AND l.maximum > 0 AND l.minimum > l.maximum",
        "equal_codes": f"{products} AND p.code IN {repeated}",
        "missing_codes": f"{products} AND p.code IS NULL",
        "disabled_with_stock": f"{products} AND NOT p.enabled AND {stocked}",
    }
    return {name: int(store.value(sql, (source_id,))) for name, sql in counted.items()}


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
