"""The state of a stock level, as one SQL CASE that pages, exports and tests share. SQL text only; the store runs it.

From the top, the first that holds:

    unknown        the level is missing from the last snapshot, the product is switched off or a service, or the
                   level was last seen too long ago to be believed
    negative       the system says less than nothing
    out            nothing left of something the shop cares about: a minimum is configured, or it sold in 90 days
    low            at or below the configured minimum (see `low`)
    over           above the configured maximum; standing exactly at it is the aim of an order
    ok             everything else, above all a product nobody configured

The text is over `stock_row` under the alias `r` and takes two named parameters:

    :today         the present day of the shop, as days since 1970-01-01
    :fresh_since   a moment; a level last seen before it is unknown. NULL when age does not matter
"""

from .low import low_sql

SOLD_DAYS = 90
STATES = ("unknown", "negative", "out", "low", "over", "ok")

_UNKNOWN = (
    "(r.present = 0 OR r.gone = 1 OR r.enabled = 0 OR coalesce(r.kind, '') = 'Servicio' OR r.seen_at < :fresh_since)"
)


def state_sql() -> str:
    """The SQL of the state's word, one of `STATES`. Parameters: `:today`, `:fresh_since`."""
    return (
        "CASE"
        f" WHEN {_UNKNOWN} THEN 'unknown'"
        " WHEN r.stock < 0 THEN 'negative'"
        f" WHEN r.stock = 0 AND (r.minimum > 0 OR {_sold_within(SOLD_DAYS)}) THEN 'out'"
        f" WHEN {low_sql()} THEN 'low'"
        # Here belongs 'runs_out_soon' (cover within the lead time), as soon as the store knows the demand.
        " WHEN r.maximum > 0 AND r.stock > r.maximum THEN 'over'"
        " ELSE 'ok' END"
    )


def past_state_sql() -> str:
    """The state by the values of a past moment, in `c`; what is known only of the present does not count."""
    return (
        state_sql()
        .replace("r.present = 0 OR r.gone = 1 OR ", "")
        .replace("r.stock", "c.stock")
        .replace("r.minimum", "c.minimum")
        .replace("r.maximum", "c.maximum")
    )


def _sold_within(days: int) -> str:
    """Whether the product sold in the last so many days, today among them."""
    on_a_day = f"d.product_id = r.product_id AND d.day > :today - {days} AND d.day <= :today AND d.sold > 0"
    return f"EXISTS (SELECT 1 FROM product_day d WHERE {on_a_day})"  # noqa: S608 - our own words and a whole number
