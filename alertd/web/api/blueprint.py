"""Every operation of the API, declared by importing it."""

from . import alerts, openapi, rule_writing, rules, silences, sources, stock
from .door import pages

__all__ = ["alerts", "openapi", "pages", "rule_writing", "rules", "silences", "sources", "stock"]
