"""SmartPyme: inventory, sales and returns of one company."""

from .client import SmartPyme

__all__ = ["SmartPyme"]
