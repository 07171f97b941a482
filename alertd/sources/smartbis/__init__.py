"""Smartbis: how many of each reward of a loyalty programme are left. Nothing else of it is ever called."""

from .client import Smartbis
from .rewards import WANTED

__all__ = ["WANTED", "Smartbis"]
