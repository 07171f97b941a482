"""What the menus of the filters offer: first "any", then the names there are."""

from collections.abc import Iterable

from flask import g
from markupsafe import Markup, escape

Option = tuple[str, str]


def options(any_of: str, found: Iterable[Option]) -> list[Option]:
    """Options for a menu; the empty one in front does not filter."""
    return [("", g.reader.t(any_of)), *found]


def pairs(names: Iterable[str]) -> list[Option]:
    """Names that stand for themselves."""
    return [(name, name) for name in names]


def offered(found: Iterable[Option], chosen: object) -> Markup:
    """The options of a menu as it is drawn, the chosen one selected; some shops have dozens of brands."""
    drawn = [
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(text)}</option>'
        for name, text in found
    ]
    return Markup("".join(drawn))
