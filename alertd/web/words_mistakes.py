"""What is wrong with a rule, in Spanish and Portuguese: the English sentence as a pattern, and its words in each."""

import re

_Pairs = tuple[tuple[re.Pattern[str], str, str], ...]


def _table(*rows: tuple[str, str, str]) -> _Pairs:
    return tuple((re.compile(pattern, re.DOTALL), spanish, portuguese) for pattern, spanish, portuguese in rows)


MESSAGES: _Pairs = _table()
HINTS: _Pairs = _table()
