"""What the menus of the filters offer: first "any", then the names there are."""

from collections.abc import Iterable

from flask import g
from markupsafe import Markup

Option = tuple[str, str]
_JOINED, _BEGIN, _END = Markup(""), Markup('<option value="'), Markup("</option>")
_CHOSEN, _OTHER = Markup('" selected>'), Markup('">')


def options(any_of: str, found: Iterable[Option]) -> list[Option]:
    """Options for a menu; the empty one in front does not filter."""
    return [("", g.reader.t(any_of)), *found]


def pairs(names: Iterable[str]) -> list[Option]:
    """Names that stand for themselves."""
    return [(name, name) for name in names]


def offered(found: Iterable[Option], chosen: object) -> Markup:
    """The options of a menu as it is drawn, the chosen one selected; some shops have dozens of brands."""
    return _JOINED.join(
        piece for name, text in found for piece in (_BEGIN, name, _CHOSEN if name == chosen else _OTHER, text, _END)
    )
