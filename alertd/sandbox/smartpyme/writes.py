"""The write endpoints: sales in the dialects that have them, parcels everywhere."""

from flask import Blueprint

writes = Blueprint("writes", __name__)
imports = Blueprint("imports", __name__)
