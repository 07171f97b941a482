"""Every operation of the API, declared by importing it."""

from . import alerts, openapi, rules, silences, sources, stock
from .door import pages

__all__ = ["alerts", "openapi", "pages", "rules", "silences", "sources", "stock"]
