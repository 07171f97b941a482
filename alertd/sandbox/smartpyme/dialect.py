"""The three ways in which the API is met: as its pages describe it, and as its two servers answer.

Each trait is one named field, so that the code that answers asks for the trait and never for the name of the dialect.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """What sets one way of answering apart from the others."""

    name: str
    line_feeds: int = 0
    """Blank lines in front of every body, left over from the server's route files."""
    raw_columns: bool = True
    """Decimals as the strings the database returns, flags as text, times with microseconds."""
    booleans_as_words: bool = False
    minimum_inclusive: bool = False
    rate_headers: bool = False
    deleted_listed: bool = True
    inventory_summary_works: bool = False
    returns_have_meta: bool = False
    errors_as_array: bool = False
    """Bad parameters are a 422 with a list of texts, or a redirect for a caller that did not ask for JSON."""
    html_for_browsers: bool = True
    sales_list_fails: bool = False
    sales_references: bool = False
    writes: bool = False
    put_repeats_stock: bool = False
    """Saving a sale again takes its stock again, and wants the branch each time."""
    ties_turn: bool = True
    """Sales of one day come in another order from the third page on."""
    sale_states: tuple[str, ...] = ("Completada", "Pendiente", "Anulada", "Cotizacion")


DOCUMENTED = Dialect(
    name="documented",
    raw_columns=False,
    booleans_as_words=True,
    minimum_inclusive=True,
    rate_headers=True,
    deleted_listed=False,
    inventory_summary_works=True,
    returns_have_meta=True,
    html_for_browsers=False,
    writes=True,
    ties_turn=False,
)

DEPLOYED = Dialect(name="deployed", line_feeds=4)

UNIFIED = Dialect(
    name="unified",
    line_feeds=2,
    errors_as_array=True,
    sales_list_fails=True,
    sales_references=True,
    writes=True,
    put_repeats_stock=True,
    sale_states=("Completada", "Pendiente", "Anulada", "Cotizacion", "Pagada", "Pre-venta", "Consigna"),
)

DIALECTS = {dialect.name: dialect for dialect in (DOCUMENTED, DEPLOYED, UNIFIED)}


def dialect_named(name: str) -> Dialect:
    """The dialect of that name, or a `ValueError` that lists the names there are."""
    try:
        return DIALECTS[name]
    except KeyError:
        raise ValueError(f"no dialect {name!r}; there are {', '.join(sorted(DIALECTS))}") from None
