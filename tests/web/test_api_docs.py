"""The examples of docs/api.md are asked as they stand, and every operation and status is named there or described."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from alertd.store import tokens
from alertd.store.db import Store
from alertd.web.api.door import OPERATIONS

from . import makers
from .makers import NOW

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"<!-- run -->\n```http\n(.*?)```", TEXT, re.S)


def test_the_examples_answer(client: FlaskClient, store: Store) -> None:
    """In the order of the page, over the seeded shop."""
    makers.seed_shop(store)
    _, text = tokens.add(store, "docs", scope="write", now=NOW)
    for example in EXAMPLES:
        head, _, body = example.partition("\n\n")
        method, path = head.splitlines()[0].split(" ", 1)
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
        answer = client.open(
            path, method=method, headers={**headers, "Authorization": f"Bearer {text}"}, data=body.encode() or None
        )
        assert answer.status_code in (200, 201), (example, answer.text)
        if "rule-checks" in path:
            assert answer.json["ok"], answer.json
    assert len(EXAMPLES) == TEXT.count("```http\n") > 10


def test_the_answer_that_is_shown_has_the_names_of_a_real_one(client: FlaskClient, store: Store) -> None:
    """Of the first question on the page; not all of them are shown."""
    makers.seed_shop(store)
    _, text = tokens.add(store, "docs", now=NOW)
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.S)
    found = client.get("/api/v1/alerts?state=firing&limit=2", headers={"Authorization": f"Bearer {text}"}).json
    said, real = json.loads(shown), found["alerts"][0]
    assert set(said) == set(found)
    assert set(said["alerts"][0]) <= set(real)
    assert set(said["alerts"][0]["subject"]) <= set(real["subject"])


@pytest.mark.parametrize(
    "status", sorted({each for one in OPERATIONS for each in one.refusals} | {401, 403, 406, 413, 415, 429})
)
def test_every_status_is_explained(status: int) -> None:
    """In the table of refusals."""
    assert re.search(rf"^\| [^|]*\b{status}\b", TEXT, re.M), status


def test_every_family_is_on_the_page() -> None:
    """Somebody who reads it knows that there is stock, reconciliation, and the rest."""
    for family in {each.path.split("/")[1] for each in OPERATIONS}:
        assert f"/api/v1/{family}" in TEXT, family
