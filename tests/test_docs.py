"""What the README says is true: its rule loads, its commands and settings exist, and every setting is in it."""

import re
from pathlib import Path

import pytest

from alertd.cli.main import alertd
from alertd.rules.load import load_text

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
READMES = ("README.md", "README.es.md", "README.pt-BR.md")


@pytest.mark.parametrize("name", READMES)
def test_every_rule_in_the_readme_is_good(name: str) -> None:
    """A newcomer copies the first example word for word."""
    samples = re.findall(r"```yaml\n(.*?)```", (ROOT / name).read_text(), re.S)
    assert samples
    for sample in samples:
        assert load_text(sample, name).errors == ()


@pytest.mark.parametrize("name", READMES)
def test_every_command_in_the_readme_exists(name: str) -> None:
    """`alertd WORD` in a block or between backticks names a command."""
    text = (ROOT / name).read_text()
    code = "\n".join(fenced or inline for fenced, inline in re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", text, re.S))
    named = set(re.findall(r"(?:^|&& )alertd ([a-z]+)", code, re.M))
    assert named
    assert named <= set(alertd.commands)


@pytest.mark.parametrize("command", sorted(alertd.commands))
def test_every_command_that_works_is_in_the_readme(command: str) -> None:
    """What is not written down is not found."""
    assert f"alertd {command}" in README


def test_every_setting_is_in_the_readme() -> None:
    """The variables that the settings read are those of the table."""
    source = (ROOT / "alertd" / "settings.py").read_text()
    read = set(re.findall(r'environment\.get\("([A-Z_]+)"', source))
    assert read
    assert read == {name for name in re.findall(r"`([A-Z_]{4,})`", README) if name in read}


def test_every_page_the_docs_point_to_is_there() -> None:
    """A link to a page that was renamed leads nowhere."""
    for page in [*(ROOT / name for name in READMES), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} points to {target}"
