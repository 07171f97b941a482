"""The change log speaks the reader's language: every change and every fact of one that the code writes down."""

import ast
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from alertd.store import audit
from alertd.store.db import Store
from alertd.web.words import CATALOGUE

from .makers import NOW

WEB = Path(__file__).parents[2] / "alertd" / "web"


def changes() -> list[tuple[str, set[str]]]:
    """What each call of `record` and `note` writes, with the names of its facts."""
    found = []
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"record", "note"} and node.args:
                what = getattr(node.args[0], "value", None)
                if isinstance(what, str):
                    found.append((what, {each.arg for each in node.keywords if each.arg}))
    return found


def test_every_change_that_is_written_down_has_words() -> None:
    """Three languages are kept alike elsewhere; here that there is one at all."""
    written = changes()
    assert len(written) > 30
    assert {what for what, _ in written} - {key.removeprefix("audit.") for key in CATALOGUE["es"]} == set()


def test_every_fact_of_a_change_has_a_name() -> None:
    """An owner does not read "scheme: after"."""
    named = {key.removeprefix("fact.") for key in CATALOGUE["es"]}
    assert {fact for _, facts in changes() for fact in facts} - named == set()


@pytest.mark.parametrize(
    ("what", "facts", "said"),
    [
        ("source.hours", {"weekdays": [6], "holidays": "SV", "dates": []}, "Cambió el horario de"),
        ("source.hours", {"weekdays": [5, 6], "holidays": "SV", "dates": []}, "Días cerrados: Sábado, Domingo"),
        ("reconcile.answered", {"answer": "loss", "units": -3.0}, "Unidades: -3"),
        ("count.entered", {"counted": 12.5, "book": 1234.0}, "Según el sistema: 1,234"),
        ("weekly.set", {"day": "0", "time": "07:00"}, "Día: Lunes"),
        ("buying.said", {"lead_days": 4}, "Días que tarda en llegar: 4"),
        ("silence.added", {"nombre_bodega": "Central", "severity": "critical"}, "Bodega: Central"),
        ("silence.added", {"nombre_bodega": "Central", "severity": "critical"}, "Gravedad: Crítica"),
        ("source.heartbeat", {"set": True}, "Activado: Sí"),
    ],
)
def test_a_change_is_told_in_the_readers_words(
    signed_in: FlaskClient, store: Store, what: str, facts: dict[str, Any], said: str
) -> None:
    """Names of facts and their values; figures with the separators of the language."""
    audit.note(store, who="marta", what=what, about="centro", now=NOW, facts=facts)
    assert said in signed_in.get("/audit").text
