"""alertd: knows in time, and without noise, that something in the shop is running out."""

__version__ = "0.1.0"
