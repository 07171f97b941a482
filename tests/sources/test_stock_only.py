"""A server that lists its products and nothing else is watched for its stock alone."""

import httpx
import msgspec
import pytest

from alertd.errors import SourceTrouble
from alertd.sources.smartpyme import SmartPyme

ONE_EMPTY_PAGE = {"success": True, "data": [], "pagination": {"current_page": 1, "total": 0, "total_pages": 1}}


def only_inventory(request: httpx.Request) -> httpx.Response:
    """Knows one address."""
    if request.url.path.endswith("/inventory"):
        return httpx.Response(200, json=ONE_EMPTY_PAGE)
    return httpx.Response(404, content=msgspec.json.encode({"error": "URL Invalida.", "code": 404}))


def opened() -> SmartPyme:
    """A client of that server with an open purse."""
    return SmartPyme(
        "http://shop.test/v1/", "key", budget=lambda dated: None, transport=httpx.MockTransport(only_inventory)
    )


def test_sales_that_are_not_offered_beside_an_inventory_that_is_are_no_outage() -> None:
    """Trying again every minute would help nobody; the stock is watched all the same."""
    source = opened()
    list(source.sweep(0, frozenset()))
    with pytest.raises(SourceTrouble, match="does not offer its sales") as raised:
        list(source.documents("sale", "2026-11-01", "2026-11-20"))
    assert raised.value.kind == "unsupported"


def test_an_address_that_knows_nothing_at_all_is_a_wrong_address() -> None:
    """Without an inventory that answers, the likeliest mistake is the base address."""
    with pytest.raises(SourceTrouble, match="check the base address") as raised:
        list(opened().documents("sale", "2026-11-01", "2026-11-20"))
    assert raised.value.kind == "missing"
