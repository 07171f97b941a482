"""What a view hands to its template must not take the place of what the frame of every page needs."""

import ast
from pathlib import Path

from flask import Flask
from jinja2 import nodes

from alertd.settings import data_folder

VIEWS = sorted((Path(__file__).parents[2] / "alertd" / "web").rglob("*.py"))
FRAME = ("base.html", "parts/wrong.html")
TEMPLATE_CALLS = {"render_template", "_answer", "_step"}


def handed_over() -> set[tuple[str, str]]:
    """Every name that a view passes to a template by hand, with its file."""
    return {
        (path.name, word.arg)
        for path in VIEWS
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in TEMPLATE_CALLS
        for word in call.keywords
        if word.arg is not None
    }


def needed(app: Flask) -> set[str]:
    """The words that the frame asks for and that are there for every page."""
    texts = [(data_folder("templates") / "web" / name).read_text() for name in FRAME]
    asked = {name.name for text in texts for name in app.jinja_env.parse(text).find_all(nodes.Name)}
    return asked & set(app.jinja_env.globals)


def test_no_view_hides_a_word_that_the_frame_needs(app: Flask) -> None:
    """A mistake handed over as `wrong` would hide the banner of that name, and break the page of the mistake."""
    frame, handed = needed(app), handed_over()
    assert {"wrong", "count"} <= frame
    assert len(handed) > 100
    assert {(file, name) for file, name in handed if name in frame} == set()
