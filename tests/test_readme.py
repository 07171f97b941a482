"""The README is done word for word, in each of its languages, by somebody who has ten minutes."""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import requests

from alertd.notify import listening
from alertd.notify.render import render
from alertd.sandbox.smartpyme import DEFAULT_KEY, Shop, serve
from tests.notify.makers import alerts, item

ROOT = Path(__file__).parent.parent
READMES = {"es": ROOT / "README.es.md", "pt": ROOT / "README.pt-BR.md", "en": ROOT / "README.md"}
SANDBOX = "http://127.0.0.1:9001/api/external/v1/"
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


def blocks(text: str) -> list[tuple[str, str]]:
    """Every block, with its language."""
    return re.findall(r"```(\w*)\n(.*?)```", text, re.S)


def commands(text: str) -> Iterator[list[str]]:
    """Every command of a block, in its words."""
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        yield from (list(words) for joined, words in groupby(words, "&&".__eq__) if not joined)


class Slack:
    """Stands where Slack does, and refuses what Slack would."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def __call__(self, _session: object, request: requests.PreparedRequest, **_: object) -> requests.Response:
        assert request.url == "https://hooks.slack.com/services/T0000/B0000/KEY"
        said = json.loads(request.body or b"")
        assert 0 < len(said["blocks"]) <= 50
        assert all(len(block.get("text", {}).get("text", "")) <= 3000 for block in said["blocks"])
        self.heard.append(said)
        answer = requests.Response()
        answer.status_code, answer._content = 200, b"ok"
        return answer


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Slack:
    made = Slack()
    monkeypatch.setattr(listening, "_send_request", made)
    return made


@pytest.mark.parametrize("language", READMES)
def test_the_readme_is_done_word_for_word(
    language: str, alertd: Callable[..., Any], slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop is connected, with its key and then the one to try with; a rule is written; Slack has it."""
    text = READMES[language].read_text()
    saved = re.search(r"`(rules/[a-z-]+\.yaml)`", text)
    assert saved
    rules = Path(saved[1]).resolve()
    rules.parent.mkdir()
    monkeypatch.setenv("ALERTD_RULES", str(rules.parent))
    with serve(Shop.seeded(products=150, seed=1, history_days=10)) as server:
        for kind, block in blocks(text):
            if kind == "yaml":
                rules.write_text(block)
            for words in commands(block) if kind == "sh" else ():
                do(alertd, words, server.url)
    first, news = slack.heard
    assert "✅" in first["text"]
    assert "Limpieza" in str(news) or "Limpeza" in str(news)


def do(alertd: Callable[..., Any], words: list[str], shop: str) -> None:
    """One command as it stands, but that the shop stands at another port."""
    if words[0] == "make":
        assert words[1] in TARGETS
        return
    if words[0] == "export" or words[1:] == ["serve"]:
        return
    assert words[0] == "alertd", words
    arguments = [shop if word == SANDBOX else word for word in words[1:]]
    if arguments[:2] == ["source", "add"]:
        alertd("source", "remove", arguments[3])
        if "--base-url" not in arguments:
            arguments += ["--base-url", shop]
    if arguments[:1] == ["deliver"]:
        assert alertd("poll").status == 0
    done = alertd(*arguments, stdin=f"{DEFAULT_KEY}\n")
    assert done.status == 0, (arguments, done.err)
    if arguments[:2] == ["rules", "preview"]:
        assert not done.out.startswith("0 matches")


def test_the_three_say_the_same() -> None:
    """As many parts, the same pictures, the same commands but for their languages and what is said beside them."""
    texts = {language: path.read_text().partition("## Commands")[0] for language, path in READMES.items()}
    shapes = []
    for text in texts.values():
        parts = re.split(r"^## ", text, flags=re.M)
        shapes.append(
            (
                [part.count("\n* ") for part in parts][:5],
                re.findall(r"docs/screens/[\w.-]+", text),
                [re.sub(r"--language \w+", "", " ".join(words)) for kind, block in blocks(text) if kind == "sh"
                 for words in commands(block)],
                [re.sub(r"^title: .*$", "", block, flags=re.M) for kind, block in blocks(text) if kind == "yaml"],
            )
        )  # fmt: skip
    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize("language", ["es", "pt"])
def test_the_message_that_is_shown_is_the_one_that_is_sent(language: str) -> None:
    """In the words that a channel of that language hears."""
    ((_, shown), *_) = blocks(READMES[language].read_text())
    names = re.findall(r"^🔴 (.*) \((.*)\)$|^🟠 (.*) \((.*)\)$", shown, re.M)
    (out, out_code), (low, low_code) = [[part for part in found if part] for found in names]
    (place,) = set(re.findall(r"^   (.*):", shown, re.M))
    branch, warehouse = place.split(" · ")
    where = {"branch": branch, "warehouse": warehouse}
    goods = [
        item(out, 0, 12, 36, severity="critical", code=out_code, **where),
        item(low, 8, 10, 32 + 8, code=low_code, **where),
    ]
    goods += [item(f"x{number}", 0, 1, severity="critical", **where) for number in range(2)]
    goods += [item(f"y{number}", 1, 2, **where) for number in range(5)]
    company = shown.splitlines()[0].partition(" — ")[2]
    said = render(alerts(*goods, company=company), language, "https://avisos.example.com")
    told = f"{said.title}\n{said.text}"
    assert [line for line in shown.splitlines() if line not in told] == []
