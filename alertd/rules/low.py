"""What "low" means, once: at or below a minimum that somebody configured. Everything that says "low" asks here.

A minimum of zero or null is a minimum nobody set, so nothing is low against it. The SQL keeps the wording of the
partial index `level_low`, which is what makes the question quick.
"""


def low_sql(alias: str = "r") -> str:
    """The SQL condition over a row with `stock` and `minimum`; unknown where the minimum is null."""
    return f"({alias}.minimum > 0 AND {alias}.stock <= {alias}.minimum)"


def is_low(stock: float, minimum: float | None) -> bool:
    """The same for plain values."""
    return minimum is not None and minimum > 0 and stock <= minimum
