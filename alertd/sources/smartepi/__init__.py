"""SmartEPI: protective equipment in dispensers; what was handed out, and stock where the system tells it."""

from .client import FORMS, SmartEpi
from .products import WANTED
from .transactions import EVENTS, PATHS, read_transaction
from .webhooks import SCHEMES, Delivery, Refused, fitting_scheme, read_delivery, verify

__all__ = [
    "EVENTS", "FORMS", "PATHS", "SCHEMES", "WANTED", "Delivery", "Refused", "SmartEpi", "fitting_scheme",
    "read_delivery", "read_transaction", "verify",
]  # fmt: skip
