"""Every page there is, for whoever walks them all: the map of addresses is asked, so that no new page is forgotten."""

from flask import Flask

from .lived import Lived

# Addresses with something to fill in, and those that no menu leads to. A name is that of the picture.
KNOWN = {
    "alerts-resolved": "/alerts?state=resolved",
    "alerts-found": "/alerts?q=cable",
    "alert": "/alerts/{alert}",
    "products-low": "/products?state=low",
    "products-none": "/products?q=nada+parecido",
    "products-then": "/products?at=2026-11-10T09:00",
    "product": "/products/{product}",
    "product-year": "/products/{product}?days=365&at=2026-11-10T09:00",
    "message": "/messages/{message}",
    "source": "/sources/tienda-centro",
    "channel-mail": "/channels/new?service=mail",
    "step-channels": "/connect/tienda-centro/channels",
    "step-rules": "/connect/tienda-centro/rules",
    "account": "/account",
    "more": "/more",
    "missing": "/not-here",
}
# What is a page of its own and is reached by a plain address, wherever it is.
_NOT_PAGES = (
    "static",
    ".json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/",
    "/hooks/",
    "export",
    "/login",
    "/setup",
    "/suggest",
    "/text",
)


def addresses(app: Flask, shop: Lived) -> dict[str, str]:
    """By a name, the address of every page that can be looked at by whoever is signed in."""
    found = {name: path.format(**shop.ids) for name, path in KNOWN.items()}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments or any(part in rule.rule for part in _NOT_PAGES):
            continue
        found.setdefault(rule.rule.strip("/").replace("/", "-") or "overview", rule.rule)
    return found
