"""What the menus of the filters offer: first "any", then the names there are."""

from collections.abc import Iterable

from flask import g

Option = tuple[str, str]


def options(any_of: str, found: Iterable[Option]) -> list[Option]:
    """Options for a menu; the empty one in front does not filter."""
    return [("", g.reader.t(any_of)), *found]


def pairs(names: Iterable[str]) -> list[Option]:
    """Names that stand for themselves."""
    return [(name, name) for name in names]
