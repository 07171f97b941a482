"""Every address there is: which door it has, which role or scope it needs, and that nothing slipped in beside them."""

from flask import Flask

from alertd.web.api.door import OPERATIONS

from .test_door import OPEN
from .test_roles import ADMIN, OWN

ROLES = ("viewer", "editor", "admin")


def _door(app: Flask, endpoint: str) -> str:
    view = app.view_functions[endpoint]
    if getattr(view, "door", None):
        return str(view.door)
    return "nobody" if endpoint == "static" or getattr(view, "is_public", False) else "session"


def test_every_address_has_one_door_that_was_meant(app: Flask) -> None:
    """What asks for nothing is in the list of what may; all the rest asks for a session or a token."""
    found = {rule.endpoint: _door(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    assert {name for name, door in found.items() if door == "nobody"} <= OPEN
    assert {name for name, door in found.items() if door == "open"} == {"api.openapi"}
    assert {name for name, door in found.items() if door == "metrics"} == {"metrics.show"}
    assert {name for name, door in found.items() if door == "token"} == {f"api.{each.name}" for each in OPERATIONS}


def test_every_address_of_the_api_is_declared(app: Flask) -> None:
    """With the method and the path of its declaration, and no other."""
    there = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == {(each.method, f"/api/v1{each.path}") for each in OPERATIONS}


def test_no_address_of_the_page_knows_other_methods(app: Flask) -> None:
    """To look is a GET and to change is a POST, which carries a form token; there is no third way."""
    methods = {
        method
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/api/")
        for method in rule.methods or set()
    }
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


def test_no_address_can_be_both_looked_at_and_changed_by_one_function(app: Flask) -> None:
    """A function that answers both would change something for whoever only follows a link."""
    both = {rule.endpoint for rule in app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())}
    assert both == set()


def test_what_the_administrator_alone_may_do_is_marked_so(app: Flask) -> None:
    """The marks in the code are those that the walk with every role expects."""
    marked = {
        name: getattr(view, "needs", None) for name, view in app.view_functions.items() if _door(app, name) == "session"
    }
    assert set(marked.values()) <= {None, *ROLES}
    expected = {name for name in marked if name in ADMIN or name.startswith(("connect.", "tokens."))}
    assert {name for name, role in marked.items() if role == "admin"} >= expected
    assert {name for name in OWN if marked.get(name) != "viewer"} == set()
