"""Query parameters: what each endpoint accepts, and the texts with which it refuses the rest.

Values stay the raw strings that were sent, because that is how they come back in `filters_applied`. A blank value
counts as not sent. Unknown parameters are ignored in silence, so a misspelt filter filters nothing.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from alertd.sandbox.smartpyme.dialect import Dialect

Params = dict[str, str | None]
Check = Callable[[str, str], str | None]
"""From a field's readable name and its value to the text of the refusal, if any."""

_WHOLE = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS = ("0", "1", "true", "false")

PRODUCT_ORDERS = ("nombre", "codigo", "precio", "costo", "created_at")
SALE_ORDERS = ("fecha", "total", "correlativo", "created_at")


class BadParameters(Exception):
    """The texts of the refusal, by field."""

    def __init__(self, details: dict[str, list[str]]) -> None:
        super().__init__(details)
        self.details = details


def one_of(*words: str) -> Check:
    """Only these words, in this letter case."""
    return lambda name, value: None if value in words else f"{name} es inválido."


def whole(least: int, most: int | None = None) -> Check:
    """A whole number in a range; `2.0` is none."""

    def check(name: str, value: str) -> str | None:
        if not _WHOLE.fullmatch(value):
            return f"{name} debe ser un número entero."
        if int(value) < least:
            return f"{name} debe ser al menos {least}."
        if most is not None and int(value) > most:
            return f"{name} no debe ser mayor a {most}."
        return None

    return check


def a_date(name: str, value: str) -> str | None:
    """A zero-padded calendar date."""
    try:
        if _DATE.fullmatch(value):
            date.fromisoformat(value)
            return None
    except ValueError:
        pass
    return f"{name} no corresponde al formato Y-m-d."


def flag(dialect: Dialect) -> Check:
    """A switch: digits only on the real servers, words as well in the documentation."""
    accepted = _WORDS if dialect.booleans_as_words else _WORDS[:2]
    wording = "debe ser verdadero o falso" if dialect.errors_as_array else "debe tener un valor verdadero o falso"

    def check(name: str, value: str) -> str | None:
        known = value.lower() if dialect.booleans_as_words else value
        return None if known in accepted else f"El campo {name} {wording}."

    return check


_PAGE: dict[str, Check] = {"page": whole(1), "per_page": whole(1, 200)}
_DATES: dict[str, Check] = {"fecha_inicio": a_date, "fecha_fin": a_date}
_DIRECTION: dict[str, Check] = {"order_direction": one_of("asc", "desc")}


def inventory_rules(dialect: Dialect) -> dict[str, Check]:
    """What GET /inventory checks."""
    return {
        "tipo": one_of("Producto", "Servicio"),
        "enable": one_of("0", "1"),
        "con_stock": flag(dialect),
        "stock_minimo": flag(dialect),
        **_PAGE,
        "order_by": one_of(*PRODUCT_ORDERS),
        **_DIRECTION,
    }


def sales_rules(dialect: Dialect) -> dict[str, Check]:
    """What GET /sales checks."""
    order: dict[str, Check] = {"order_by": one_of(*SALE_ORDERS)}
    return {**_DATES, "estado": one_of(*dialect.sale_states), **_PAGE, **order, **_DIRECTION}


def sales_summary_rules() -> dict[str, Check]:
    """What GET /sales/summary checks: the four documented states, on every server."""
    return {**_DATES, "estado": one_of("Completada", "Pendiente", "Anulada", "Cotizacion")}


def inventory_summary_rules() -> dict[str, Check]:
    """What GET /inventory/summary checks."""
    return {"tipo": one_of("Producto", "Servicio"), "enable": one_of("0", "1")}


def returns_rules() -> dict[str, Check]:
    """What GET /returns checks; its summary checks the dates alone."""
    return {**_DATES, "id_venta": whole(1), **_PAGE}


def returns_summary_rules() -> dict[str, Check]:
    """What GET /returns/summary checks."""
    return dict(_DATES)


def checked(sent: Mapping[str, str], rules: Mapping[str, Check]) -> Params:
    """The parameters, trimmed, with null for blank ones; raises `BadParameters`."""
    values: Params = {name: value.strip() or None for name, value in sent.items()}
    details: dict[str, list[str]] = {}
    for name, check in rules.items():
        value = values.get(name)
        refusal = check(name.replace("_", " "), value) if value is not None else None
        if refusal:
            details[name] = [refusal]
    _check_dates(values, rules, details)
    if details:
        raise BadParameters(details)
    return values


def _check_dates(values: Params, rules: Mapping[str, Check], details: dict[str, list[str]]) -> None:
    if "fecha_fin" not in rules or "fecha_inicio" in details or "fecha_fin" in details:
        return
    first, last = values.get("fecha_inicio"), values.get("fecha_fin")
    if first and last and last < first:
        # The server has no Spanish text for this rule and answers with the bare key.
        details["fecha_fin"] = ["validation.after_or_equal"]


def is_on(value: str | None) -> bool:
    """Whether a checked switch is on."""
    return value is not None and value.lower() in ("1", "true")
