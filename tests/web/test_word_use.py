"""No word is kept that nobody says, and none is said twice: in the words of the page and in its templates.

A key is asked for by its whole name, or by a family whose last part comes from data (`word("lane", name)`,
`"nav." ~ page`, `f"fault.{code}"`); a member of a family that is asked for counts as said.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from alertd.settings import data_folder
from alertd.web import words

PACKAGE = Path(__file__).parents[2] / "alertd"
FOLDER = data_folder("templates") / "web"
LISTS = set((PACKAGE / "web").glob("words*.py"))
CODE = [ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py")) if path not in LISTS]
TEMPLATES = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(FOLDER.rglob("*.html"))}
FAMILY = re.compile(r"[a-z]+(\\\.|_)")
QUOTED = r"""["']([a-z_.#]+)["']"""


def _of_code() -> Iterator[str]:
    """Texts and composed texts, as patterns."""
    for node in (node for tree in CODE for node in ast.walk(tree)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values
            )
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.Constant):
            yield re.escape(str(node.left.value)) + ".+"
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "word":
            yield re.escape(str(getattr(node.args[0], "value", ""))) + r"\..+"


def _of_templates() -> Iterator[str]:
    """The same of the templates; `t(key ~ ".title")` is two keys of every page that hands such a key over."""
    for text in TEMPLATES.values():
        # Each sort of quotes by itself: a word in single ones stands inside an attribute in double ones.
        for quotes in ("'", '"'):
            yield from map(re.escape, re.findall(rf"{quotes}([^{quotes}\n]*){quotes}", text))
        for family, begun in re.findall(rf"\bword\({QUOTED}, (?:{QUOTED} ~ )?", text):
            yield re.escape(f"{family}.{begun}") + ".+"
        yield from (re.escape(family) + r"\..+" for family in re.findall(rf"\| word\({QUOTED}\)", text))
        for begun, ended in re.findall(rf"{QUOTED}\s*~\s*[\w.(\[\]]+(?:[^~\"']*~\s*{QUOTED})?", text):
            yield re.escape(begun) + ".+" + re.escape(ended)


@cache
def asked_for() -> tuple[frozenset[str], re.Pattern[str]]:
    """The whole names, and one pattern of all families."""
    patterns = {*_of_code(), *_of_templates()}
    families = sorted(one for one in patterns if ".+" in one and FAMILY.match(one))
    # A key that a page was handed: `key="setup.gone"` beside `t(key ~ ".title")`.
    whole = {re.sub(r"\\(.)", r"\1", one) for one in patterns if ".+" not in one}
    handed = {f"{one}{end}" for one in whole for end in (".title", ".text") if "." in one}
    return frozenset(whole | handed), re.compile("|".join(families))


def unsaid(keys: set[str]) -> set[str]:
    """Those that nobody asks for. A fact's value is told by its name, and `apt` turns a key to other goods."""
    whole, families = asked_for()
    facts = {key.partition(".")[2] for key in keys if key.startswith("fact.")}
    goods = "|".join(key.partition(".")[2] for key in keys if key.startswith("goods.")) or "none"
    plain = {key: re.sub(rf"\.({goods})(?=#?$)", "", key) for key in keys if not key.startswith("goods.")}
    return {
        key
        for key, bare in plain.items()
        if bare not in whole and not families.fullmatch(bare) and bare.partition(".")[0] not in facts
    }


def test_every_word_of_the_page_is_said_by_somebody() -> None:
    """A sentence that went with its page is translated for nobody."""
    assert unsaid(set(words.CATALOGUE["es"])) == set()


def test_a_word_that_nobody_says_would_be_seen() -> None:
    """The test above can fail, beside a family as well as alone."""
    assert unsaid({"products.nobody", "buying.nobody", "nav.alerts"}) == {"products.nobody", "buying.nobody"}


def test_every_list_of_words_is_read_and_no_key_stands_in_two() -> None:
    """The later one would win, and the other be corrected in vain."""
    lists = [words._WORDS]
    for path in sorted(LISTS - {PACKAGE / "web" / "words.py", PACKAGE / "web" / "words_mistakes.py"}):
        lists.append(import_module(f"alertd.web.{path.stem}").WORDS)
    counted = Counter(key for each in lists for key in each)
    assert [key for key, times in counted.items() if times > 1] == []
    assert set(counted) == set(words.CATALOGUE["es"])


def test_every_template_is_shown_or_used_by_another() -> None:
    """A page nobody shows looks alive to whoever searches for a word."""
    told = {
        node.value
        for tree in CODE
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    told |= {name for text in TEMPLATES.values() for name in re.findall(r"""["']([\w/]+\.html)["']""", text)}
    assert set(TEMPLATES) - told == set()


def test_every_macro_of_the_templates_is_called() -> None:
    """And the name of a macro stands at least twice: where it is made, and where it is called."""
    everything = "\n".join(TEMPLATES.values())
    made = set(re.findall(r"\{%-? macro (\w+)\(", everything))
    assert made
    assert {name for name in made if len(re.findall(rf"\b{name}\b", everything)) < 2} == set()
