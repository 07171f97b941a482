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
    "rule": "/rule/low-stock",
    "rule-edit": "/rule/low-stock/edit",
    "rule-from-card": "/rules/new?like=returns-spike",
    "rule-version": "/rule/low-stock/versions/{version}",
    "reconcile-product": "/reconcile/product/{product}",
    "returns-product": "/returns/product/{product}",
    "source": "/sources/tienda-centro",
    "consumption": "/sources/tienda-centro/consumption",
    "incomplete": "/sources/tienda-centro/incomplete",
    "webhooks": "/sources/tienda-centro/webhooks",
    "stock-count": "/sources/tienda-centro/stock-count",
    "channel-mail": "/channels/new?service=mail",
    "step-found": "/connect/tienda-centro/found",
    "step-channels": "/connect/tienda-centro/channels",
    "step-rules": "/connect/tienda-centro/rules",
    "step-reading": "/connect/tienda-centro/reading",
    "missing": "/not-here",
}
# Those for which nobody signs in; the last three are told to go away.
OUTSIDE = {
    "login": "/login",
    "setup": "/setup/{setup}",
    "link": "/a/{link}",
    "link-gone": "/a/cut-short",
    "setup-gone": "/setup/cut-short",
}
# What answers a GET and is no page: data, files, and pieces of pages.
NOT_PAGES = {
    "static", "health.healthz", "health.readyz", "metrics.show", "overview.trend", "products.history", "buying.file",
    "products.export", "reconcile.download", "returns.download", "rules.suggest", "rules.matches", "rules.starters",
}  # fmt: skip
# Pages that only stand after something was sent in; with the test that looks at them.
ELSEWHERE = {"rules.trial": "test_rules.py", "tables.columns": "test_setup.py"}


def addresses(app: Flask, shop: Lived) -> dict[str, str]:
    """By a name, the address of every page that can be looked at by whoever is signed in."""
    found = {name: path.format(**shop.ids) for name, path in KNOWN.items()}
    for rule in app.url_map.iter_rules():
        if _is_page(rule.endpoint) and "GET" in (rule.methods or ()) and not rule.arguments and rule.rule != "/login":
            found.setdefault(rule.rule.strip("/").replace("/", "-") or "overview", rule.rule)
    return found


def outside(shop: Lived) -> dict[str, str]:
    """By a name, the address of every page that asks for no password."""
    return {name: path.format(**shop.ids) for name, path in OUTSIDE.items()}


def forgotten(app: Flask, shop: Lived) -> set[str]:
    """Pages of the map that none of these addresses lead to."""
    adapter = app.url_map.bind("")
    paths = [path.partition("?")[0] for path in (*addresses(app, shop).values(), *outside(shop).values())]
    seen = {adapter.match(path)[0] for path in paths if adapter.test(path)}
    there = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return {name for name in there - seen if _is_page(name)} - set(ELSEWHERE)


def _is_page(endpoint: str) -> bool:
    return endpoint not in NOT_PAGES and not endpoint.startswith("api.")
