"""What `/api/v1/openapi.json` says is so: every operation is asked by schemathesis, with good questions and bad ones.

Few questions and always the same ones; `python -m tests.fuzz` asks for longer.
"""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from alertd.store import tokens
from alertd.store.db import Store
from alertd.web.api.door import LIMITER, OPERATIONS
from alertd.web.limit import Limiter

from . import makers
from .makers import NOW

EXAMPLES = 12
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def described(app: Flask, store: Store) -> Any:
    """The API as it describes itself, over a shop, and a token that may do everything as often as it likes."""
    makers.seed_shop(store)
    app.extensions[LIMITER] = Limiter(burst=10**9)
    _, text = tokens.add(store, "truth", scope="write", now=NOW)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    return schema, {"Authorization": f"Bearer {text}"}


def ask(schema: Any, headers: dict[str, str], name: str, mode: GenerationMode, examples: int) -> int:
    """Ask one operation; returns how many times."""
    asked = 0
    operation = schema.find_operation_by_id(name)

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def question(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(headers=headers, checks=CHECKS.get_all())

    question()
    return asked


@pytest.mark.parametrize("mode", MODES, ids=["good", "bad"])
@pytest.mark.parametrize("name", [each.name for each in OPERATIONS])
def test_every_answer_is_one_that_the_description_promises(described: Any, name: str, mode: GenerationMode) -> None:
    """The status, the type and the shape; good questions are not refused, and bad ones are not let in."""
    schema, headers = described
    operation = next(each for each in OPERATIONS if each.name == name)
    if mode is GenerationMode.NEGATIVE and operation.query is None and operation.body in (None, str):
        pytest.skip("there is nothing to get wrong")
    assert ask(schema, headers, name, mode, EXAMPLES) >= 1
