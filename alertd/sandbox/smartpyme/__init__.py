"""A stand-in for the SmartPyme External API v1, in the three dialects in which that API is met.

It answers for one invented company whose stock can be set, sold, returned and left to live by itself, and it fails on
demand. It is written from the contract alone, imports nothing else of alertd, and is no model of how SmartPyme works
inside.
"""

from alertd.sandbox.smartpyme.app import create_app
from alertd.sandbox.smartpyme.keys import DEFAULT_KEY
from alertd.sandbox.smartpyme.life import Life
from alertd.sandbox.smartpyme.server import PortTaken, RunningServer, serve
from alertd.sandbox.smartpyme.shop import Shop

__all__ = ["DEFAULT_KEY", "Life", "PortTaken", "RunningServer", "Shop", "create_app", "serve"]
