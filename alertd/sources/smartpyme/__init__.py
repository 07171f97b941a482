"""SmartPyme: inventory, sales and returns of one company."""

from .client import SmartPyme
from .summaries import Summary

__all__ = ["SmartPyme", "Summary"]
