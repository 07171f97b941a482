"""Every sample of every page is run, loaded or compared by some test: most commands here, on a shop of their own."""

import ast
import json
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from inspect import signature
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
import stamina
from ruamel.yaml import YAML

from alertd.cli.main import alertd as everything
from alertd.reconcile.words import equation
from alertd.sandbox import smartbis, smartepi, smartpyme
from alertd.sandbox.run import run_smartpyme
from alertd.settings import read_settings
from tests.end_to_end.receivers import WebService

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted(DOCS.rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
HERE = "here"
HELD_BY = {
    "README.md": {"text": "test_readme", "sh": "test_readme", "yaml": "test_readme"},
    "README.es.md": {"text": "test_readme", "sh": "test_readme", "yaml": "test_readme"},
    "README.pt-BR.md": {"text": "test_readme", "sh": "test_readme", "yaml": "test_readme"},
    "alerts.md": {"sh": HERE},
    "api.md": {"sh": HERE, "http": "web/test_api_docs", "json": "web/test_api_docs"},
    "architecture.md": {"text": "test_docs_paths"},
    "buying.md": {"sh": HERE, "json": HERE},
    "channels.md": {"sh": HERE, "text": HERE, "json": "notify/test_docs"},
    "deploy.md": {"sh": "test_deploy"},
    "messages.md": {"json": "notify/test_docs"},
    "metrics.md": {"sh": HERE, "yaml": HERE},
    "operations.md": {"sh": "test_deploy", "text": "soak/test_soak"},
    "performance.md": {"": HERE},
    "reconciliation.md": {"sh": HERE, "text": HERE},
    "rules.md": {"yaml": "rules/test_vocabulary", "text": HERE},
    "sandbox.md": {"python": HERE, "sh": HERE},
    "security.md": {"sh": HERE},
    "smartbis.md": {"sh": HERE},
    "smartepi.md": {"sh": HERE},
    "smartpyme.md": {"sh": HERE},
    "sources.md": {"python": "sources/test_docs", "yaml": "sources/test_three_systems",
                   "text": "sources/test_three_systems"},
    "tabular.md": {"sh": HERE},
}  # fmt: skip
"""Which test runs, loads or compares the blocks of a page, by their language."""
SECRETS = {
    "smartpyme": f"{smartpyme.DEFAULT_KEY}\n",
    "smartepi": f"{smartepi.DEFAULT_KEY}\n{smartepi.DEFAULT_SECRET}\n",
    "smartbis": f"{smartbis.DEFAULT_KEY}\n{smartbis.DEFAULT_SECRET}\n",
}
RUN = [name for name, held in HELD_BY.items() if HERE in (held.get("sh"), held.get(""))]


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text())


def named(name: str) -> Path:
    (page,) = [each for each in PAGES if each.name == name]
    return page


def commands(text: str) -> Iterator[list[str]]:
    """Every command of a block, in its words; one that goes on in the next line is one."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        yield from (list(each) for joined, each in groupby(words, "&&".__eq__) if not joined)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_says_what_it_is_and_who_holds_it(page: Path) -> None:
    """A sample that nobody tries goes stale in silence. What tries it names the page."""
    assert {kind for kind, _ in blocks(page)} == set(HELD_BY.get(page.name, {}))
    assert page.read_text().count("\n```") == 2 * len(blocks(page))
    for test in set(HELD_BY.get(page.name, {}).values()) - {HERE}:
        assert page.name in (ROOT / "tests" / f"{test}.py").read_text(), (page.name, test)


def spoken() -> Iterator[tuple[str, list[str]]]:
    """Every `alertd …` between backticks in the words of a page; `alertd db check | stats` is two of them."""
    for page in PAGES:
        for code in re.findall(r"`alertd ([^`]+)`", BLOCK.sub("", page.read_text())):
            first, *more = code.replace("\\|", "|").split(" | ")
            for each in (first, *(f"{first.split()[0]} {piece}" for piece in more)):
                yield f"{page.name}: {each}", each.split()


@pytest.mark.parametrize(("where", "words"), list(spoken()), ids=[where for where, _ in spoken()])
def test_every_command_that_is_spoken_of_exists(where: str, words: list[str]) -> None:
    """With the options beside it; `add|list` names two."""
    command: click.Command = everything
    while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z|]+[a-z|-]*", words[0]):
        group, names = command, words[0].split("|")
        assert set(names) <= set(group.commands), where
        command, words = group.commands[names[-1]], words[1:]
    # A command that holds others is named with the options of any of them.
    spoken_of = [command]
    if isinstance(command, click.Group):
        spoken_of += command.commands.values()
    known = {name for each in spoken_of for parameter in each.params for name in parameter.opts} | {"--help"}
    assert {option for word in words for option in re.findall(r"--[a-z-]+", word)} <= known, where


# Commands, one page after the other, on a home of its own


@pytest.fixture
def stall(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The three systems and a channel, and what the pages' words stand for there."""
    stamina.set_testing(True, attempts=1)
    shop = smartpyme.Shop.empty(dialect="deployed")
    for number, code in enumerate(("P-12", "A-1"), 1):
        shop.add_product(
            id=number, nombre="Aceite 1 L", codigo=code, nombre_proveedor="La Unión", nombre_categoria="abarrotes",
            inventarios=[{"nombre_bodega": "Bodega Norte", "stock": 0, "stock_minimo": 12}],
        )  # fmt: skip
    works = smartepi.Organisation()
    works.add_product("Luva de vaqueta", stock=12, ca="31214")
    programme = smartbis.Programme()
    with ExitStack() as open_:
        pyme = open_.enter_context(smartpyme.serve(shop))
        epi = open_.enter_context(smartepi.serve(works))
        bis = open_.enter_context(smartbis.serve(programme))
        hook = WebService()
        open_.callback(hook.close)
        yield {"smartpyme": pyme.url, "smartepi": epi.url, "smartbis": bis.url, "hook": hook.url}
    stamina.set_testing(False)


class Typist:
    """Somebody who types the lines of a page on a home where a shop was read, and one alert fires."""

    def __init__(self, alertd: Callable[..., Any], stall: dict[str, str], page: str, folder: Path) -> None:
        self._alertd, self._stall = alertd, stall
        shop = "tienda-centro" if "tienda-centro" in page else "tienda"
        self._source(shop)
        alertd("channel", "add", "correo", stall["hook"])
        assert alertd("poll").status == 0
        (folder / "lista.csv").write_text("SKU;Qty;Min;nombre\nA;2,5;3;Arroz\n")
        Path("entradas.csv").write_text("codigo,cantidad,tipo\nA-1,5,entrada\n")
        Path("contagem.csv").write_text("codigo,cantidad,minimo\n31214,48,12\n")
        self._stands_for = {
            "FINGERPRINT": alertd("alerts", "--json").json["alerts"][0]["fingerprint"],
            "https://HOST/v1": stall["smartepi"],
            "/srv/stock/lista.csv": str(folder / "lista.csv"),
            "slack://TOKENA/TOKENB/TOKENC": stall["hook"],
            "mailtos://…": stall["hook"],
        }

    def _source(self, name: str) -> None:
        key = smartpyme.DEFAULT_KEY
        self._alertd("source", "add", "smartpyme", name, "--base-url", self._stall["smartpyme"], "--api-key", key)

    def type(self, words: list[str]) -> Any:
        """One command, with what the page's words stand for. What is added anew is taken away first."""
        said = [self._stands_for.get(word, word) for word in words]
        secrets = ""
        if said[1:2] == ["add"] and said[0] in ("source", "channel"):
            self._alertd(said[0], "remove", said[3 if said[0] == "source" else 2])
        if said[:2] == ["source", "add"]:
            secrets = SECRETS.get(said[2], "")
            said += [] if "--base-url" in said else ["--base-url", self._stall[said[2]]]
        if "--until" in said:
            said[said.index("--until") + 1] = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
        if said[:2] == ["silence", "remove"]:
            said[2] = str(self._alertd("silence", "list", "--json").json["silences"][-1]["id"])
        return self._alertd(*said, stdin=secrets)


@pytest.mark.parametrize("name", RUN)
def test_the_commands_of_a_page_work_in_its_order(
    name: str, alertd: Callable[..., Any], stall: dict[str, str], tmp_path: Path
) -> None:
    """From the first to the last, each of them a success."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    page = named(name)
    typist = Typist(alertd, stall, page.read_text(), tmp_path)
    for words in (words for kind, block in blocks(page) if kind in ("sh", "") for words in commands(block)):
        if words[0] == "make":
            assert words[1] in targets
        elif words[:2] == [".venv/bin/python", "-m"]:
            assert (ROOT / words[2] / "__main__.py").is_file()
        elif words[0] == "curl":
            assert words[-1].startswith("http://127.0.0.1:8081/api/external/v1/")
        else:
            assert words[0] == "alertd", words
            done = typist.type(words[1:])
            assert done.status == 0, (words, done.err)


# What is shown


def keys(document: Any) -> Any:
    """The shape of a document: its names, and those of the first of each list."""
    if isinstance(document, dict):
        return {name: keys(value) for name, value in document.items()}
    return [keys(document[0])] if isinstance(document, list) and document else []


def test_the_list_of_purchases_has_the_shape_that_is_shown(
    alertd: Callable[..., Any], stall: dict[str, str], tmp_path: Path
) -> None:
    """Every name, and no other."""
    ((_, shown),) = [block for block in blocks(named("buying.md")) if block[0] == "json"]
    Typist(alertd, stall, "", tmp_path)
    found = alertd("buying", "list", "--json").json
    assert keys(found) == keys(json.loads(shown))


def test_the_sum_that_is_shown_is_the_one_that_is_said() -> None:
    """In the words of a line, and of what it means."""
    said, meant = [text for kind, text in blocks(named("reconciliation.md")) if kind == "text"]
    line = SimpleNamespace(
        opening=40.0, sold=14.0, cancelled=2.0, returned=1.0, receipts=0.0, adjustments=0.0, expected=29.0, actual=26.0
    )
    assert said.splitlines()[1].strip() == equation(line)  # type: ignore[arg-type]
    assert set(re.findall(r"[a-z]+", meant)) == {*vars(line), "unexplained"}


def test_the_first_line_of_a_message_is_the_one_of_the_readme() -> None:
    """Which is rendered there."""
    ((_, shown),) = [block for block in blocks(named("channels.md")) if block[0] == "text"]
    assert shown.strip() in named("README.es.md").read_text()


def test_the_cases_of_a_rule_pass(alertd: Callable[..., Any], tmp_path: Path) -> None:
    """Beside the rule that the page shows with them."""
    page = blocks(named("rules.md"))
    ((_, cases),) = [block for block in page if block[0] == "text"]
    (rule,) = [text for kind, text in page if kind == "yaml" and "name: low-stock\n" in text]
    (tmp_path / "low-stock.yaml").write_text(rule)
    (tmp_path / "low-stock.test.yaml").write_text(cases)
    done = alertd("rules", "test", str(tmp_path / "low-stock.test.yaml"))
    assert (done.status, "0 failed" in done.out) == (0, True), done.out


def test_the_scraping_of_prometheus_is_yaml_that_names_where_alertd_listens() -> None:
    """The address of the defaults, and the file that lies beside the page."""
    ((_, shown),) = [block for block in blocks(named("metrics.md")) if block[0] == "yaml"]
    settings, found = read_settings({}), YAML(typ="safe").load(shown)
    (job,) = found["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"{settings.host}:{settings.port}"]}]
    assert [(DOCS / "prometheus" / name).is_file() for name in found["rule_files"]] == [True]


def test_the_python_of_the_sandbox_runs() -> None:
    """But for what runs until somebody ends it: that can be called as it stands."""
    first, *rest = [text for kind, text in blocks(named("sandbox.md")) if kind == "python"]
    call = ast.parse(first).body[-1].value  # type: ignore[attr-defined]
    signature(run_smartpyme).bind(**{each.arg: ast.literal_eval(each.value) for each in call.keywords})
    for sample in rest:
        exec(sample, {})
