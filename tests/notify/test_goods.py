"""Messages call things by their names: protective equipment and rewards are no products of a shop."""

import string
import tomllib

import pytest

from alertd.engine.messages import digest
from alertd.notify.content import Alive, decode, encode
from alertd.notify.render import render
from alertd.settings import data_folder
from alertd.sources.registry import KINDS
from alertd.store.sources import Source

from .makers import AT, ZONE, alerts, item

URL = "https://avisos.tienda.test"
LANGUAGES = ("es", "pt", "en")
FALLEN = (item("A", 0, 4, severity="critical"), item("B", 0, 4, severity="critical"), item("C", 2, 4))

HEADINGS = {
    ("epi", "es"): "🔴 2 EPI agotados · 🟠 1 EPI bajo mínimo",
    ("epi", "pt"): "🔴 2 EPIs zerados · 🟠 1 EPI abaixo do mínimo",
    ("epi", "en"): "🔴 2 protective items out of stock · 🟠 1 protective item low",
    ("reward", "es"): "🔴 2 recompensas agotadas · 🟠 1 recompensa por terminarse",
    ("reward", "pt"): "🔴 2 recompensas esgotadas · 🟠 1 recompensa perto do fim",
    ("reward", "en"): "🔴 2 rewards out of stock · 🟠 1 reward running low",
    ("", "es"): "🔴 2 agotados · 🟠 1 bajo mínimo",
    ("", "pt"): "🔴 2 zerados · 🟠 1 abaixo do mínimo",
    ("", "en"): "🔴 2 out of stock · 🟠 1 low",
}
SINGLE = {
    ("epi", "es"): "🔴 EPI agotado: Guante",
    ("epi", "pt"): "🔴 EPI zerado: Guante",
    ("epi", "en"): "🔴 Protective equipment out of stock: Guante",
    ("reward", "es"): "🔴 Recompensa agotada: Guante",
    ("reward", "pt"): "🔴 Recompensa esgotada: Guante",
    ("reward", "en"): "🔴 Reward out of stock: Guante",
    ("", "es"): "🔴 Agotado: Guante",
}
OWN = {"epi": ("EPI", "protective", "Protective"), "reward": ("ecompensa", "eward")}


@pytest.mark.parametrize(("goods", "language"), HEADINGS)
def test_the_heading_counts_what_the_system_keeps(goods: str, language: str) -> None:
    """In the title, in Slack's header and at the top of the mail; a shop reads what it always read."""
    said = render(alerts(*FALLEN, goods=goods), language, URL)
    heading = f"{HEADINGS[goods, language]} — Ferretería El Roble"
    assert said.title == heading
    assert said.slack_blocks[0]["text"]["text"] == heading
    assert heading in said.html


@pytest.mark.parametrize(("goods", "language"), SINGLE)
def test_one_alone_is_called_by_kind_and_name(goods: str, language: str) -> None:
    """Nouns agree with their adjectives: a reward is feminine where languages have genders."""
    assert render(alerts(item("Guante", 0, 4), goods=goods), language, URL).title.startswith(SINGLE[goods, language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("goods", ["epi", "reward", ""])
def test_lines_of_what_is_over_use_the_noun_too(goods: str, language: str) -> None:
    """In the plain part, the mail and Slack alike; never in a shop's message."""
    said = render(alerts(item("A", 9, 4, event="resolved"), item("B", 1, 1, event="gone"), goods=goods), language, URL)
    for shape in (said.text, said.html, str(said.slack_blocks[1])):
        assert [any(word in shape for word in OWN[kind]) for kind in OWN] == [kind == goods for kind in OWN]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_digest_of_a_source_speaks_of_its_kind(kind: str, language: str) -> None:
    """Its last line says how many of what are watched; a shop and a table of one's own have products."""
    source = Source(1, "fonte", kind, "", b"", "", ZONE, 300.0, None, None, None, None)
    said = render(digest(source, [], Alive(40, 0, AT), AT), language, URL).text
    nouns = {"smartepi": OWN["epi"], "smartbis": OWN["reward"]}
    assert any(word in said for word in nouns.get(kind, ("product", "produto")))
    others = {word for goods, words in nouns.items() if goods != kind for word in words}
    assert not any(word in said for word in others)


def test_goods_wait_in_the_outbox_with_the_message() -> None:
    """What was stored before there were goods, and goods of a later version, are worded as those of a shop."""
    content = alerts(*FALLEN, goods="reward")
    assert decode(encode(content)) == content
    assert "goods" not in encode(alerts(*FALLEN)).decode()
    assert render(alerts(*FALLEN, goods="of a later version"), "es", URL).title.startswith(HEADINGS["", "es"])


def _phrases(words: object, path: str = "") -> dict[str, str]:
    if isinstance(words, dict):
        return {key: said for name, each in words.items() for key, said in _phrases(each, f"{path}.{name}").items()}
    return {path: str(words)}


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_goods_takes_the_place_of_a_word(language: str) -> None:
    """A word that replaces nothing would never be read; every blank of the plain word is filled."""
    folder = data_folder("templates") / "messages"
    plain, goods, spanish = (
        tomllib.loads((folder / name).read_text(encoding="utf-8"))
        for name in (f"words.{language}.toml", f"goods.{language}.toml", "goods.es.toml")
    )
    assert set(goods) == {kind.goods for kind in KINDS.values() if kind.goods}
    base = _phrases(plain)
    for name, words in goods.items():
        found = _phrases(words)
        assert set(found) == set(_phrases(spanish[name]))
        assert {key: _blanks(said) for key, said in found.items()} == {key: _blanks(base[key]) for key in found}
