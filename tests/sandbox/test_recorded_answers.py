"""The stand-in answers what the real server code was recorded to answer, over the same invented company."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import RECORDED_KEY, SAMPLES, Caller

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_answer_equals_the_recording(name: str, recorded: Callable[..., Caller]) -> None:
    """Status, headers and every value of the body are those of the recording, save the time of the answer."""
    sample = json.loads((SAMPLES / f"{name}.json").read_text())
    caller = recorded("unified" if name.startswith("unified") else "deployed", older_columns="older" in name)
    prepare(caller, sample)
    response = caller.raw(
        sample["request"]["path"],
        sample["request"]["method"],
        query_string=sample["request"]["query"],
        headers={"Authorization": None, **sample["request"]["headers"]},
    )
    assert response.status_code == sample["status"]
    assert told_headers(response.headers) == sample["headers"]
    if sample["body"] is None:
        assert b"<html" in response.get_data()
    else:
        body = json.loads(response.get_data())
        assert without_time(body) == without_time(sample["body"])
        assert types(body) == types(sample["body"])


def prepare(caller: Caller, sample: dict[str, Any]) -> None:
    """Bring the company to where it was when the answer was recorded: other keys, calls already made."""
    key = sample["request"]["headers"].get("Authorization", "").removeprefix("Bearer ")
    shop = caller.shop
    if sample["status"] == 429:
        shop.keys.add(key)
        shop.quota.set_used(key, 1000, shop.clock())
    if sample["request"]["path"].endswith("/rate-limit"):
        shop.keys.add(key)
        shop.empresa, shop.empresa_id = "Otra Empresa", 8
        shop.quota.set_used(key, sample["body"]["data"]["requests_used"] - 1, shop.clock())
    if key != RECORDED_KEY:
        shop.keys.revoke(RECORDED_KEY)


def told_headers(headers: Any) -> dict[str, str]:
    told = ("Cache-Control", "Content-Type", "Location", "Allow", "Retry-After", "X-RateLimit-Limit")
    return {name: headers[name].replace("localhost", "<host>") for name in told if name in headers}


def without_time(body: Any) -> Any:
    """The body with the moment of the answer left out, once it is known to look like one."""
    if "timestamp" in body.get("meta", {}):
        assert TIMESTAMP.fullmatch(body["meta"]["timestamp"])
        return {**body, "meta": {**body["meta"], "timestamp": None}}
    return body


def types(value: Any) -> Any:
    """The shape alone: 1 and true and 1.0 compare equal as values and must not pass for each other."""
    if isinstance(value, dict):
        return {name: types(item) for name, item in value.items()}
    if isinstance(value, list):
        return [types(item) for item in value]
    return type(value).__name__
