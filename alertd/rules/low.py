"""What "low" means, once: at or below a minimum that somebody configured. Everything that says "low" asks here.

A minimum of zero or null is a minimum nobody set, so nothing is low against it. The SQL keeps the wording of the
partial index `level_low`, which is what makes the question quick.
"""


def low_sql() -> str:
    """The SQL condition over a row `r` with `stock` and `minimum`; unknown where the minimum is null."""
    return "(r.minimum > 0 AND r.stock <= r.minimum)"


def is_low(stock: float, minimum: float | None) -> bool:
    """The same for plain values."""
    return minimum is not None and minimum > 0 and stock <= minimum
