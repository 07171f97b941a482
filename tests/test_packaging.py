"""What is installed is the whole product: the wheel, its data files, and the pinned requirements beside it."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as pip builds it; the build backend comes from the package registry."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        (sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps", "-w", folder, ROOT),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if "hatchling" in built.stderr and re.search("No matching distribution|Could not find a version", built.stderr):
        pytest.skip("NO PACKAGE REGISTRY HERE: the wheel could not be built and was not tried")
    assert built.returncode == 0, built.stderr
    return next(folder.glob("alertd-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with alertd from its wheel; its libraries are those of this one, to save time."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    subprocess.run(
        (
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "-q",
            "--disable-pip-version-check",
            "--no-deps",
            wheel,
        ),
        timeout=120,
        check=True,
    )
    here, there = sysconfig.get_path("purelib"), next((folder / "lib").glob("python3*/site-packages"))
    # A path in a .pth file brings the packages, and not the .pth files beside them: not the checkout.
    (there / "libraries.pth").write_text(here + "\n")
    return folder


def run(installed: Path, home: Path, program: str, *arguments: str) -> str:
    """Run a program of the fresh environment from the root folder, with a new home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALERTD_", "PYTHON"))}
    done = subprocess.run(
        (installed / "bin" / program, *arguments),
        env={**kept, "ALERTD_HOME": str(home)},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done
    return done.stdout


def test_the_wheel_carries_every_template_and_rule(wheel):
    """And what is not for the owner of a shop stays at home."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "rules"):
        files = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert {f"alertd/_data/{name}" for name in files} <= inside
    assert {name.partition("/")[0].partition("-")[0] for name in inside} == {"alertd"}


def test_an_installed_alertd_works_from_any_folder(installed, tmp_path):
    """The commands a new owner types first, far away from any checkout."""
    from alertd import __version__

    assert __version__ in run(installed, tmp_path / "home", "alertd", "--version")
    assert "rules are good, 0 mistakes" in run(installed, tmp_path / "home", "alertd", "rules", "check")
    shipped = {path.name: path.read_text() for path in (ROOT / "rules").iterdir()}
    assert {path.name: path.read_text() for path in (tmp_path / "home" / "rules").iterdir()} == shipped


LOOK = """
import sys
from pathlib import Path
from alertd.notify.content import Content
from alertd.notify.render import render
from alertd.settings import data_folder, read_settings
from alertd.store import open_store
from alertd.web.app import create_app

store = open_store(Path(sys.argv[1]) / "alertd.db")
page = create_app(store, read_settings(), "a key for a test").test_client().get("/login")
message = render(Content(kind="test", at=0), "es", "http://127.0.0.1:8000")
print(data_folder("templates"), page.status_code, bool(message.text and message.html))
"""


def test_pages_and_messages_come_out_of_the_wheel(installed, tmp_path):
    """The words are files, and files are what a wheel forgets."""
    folder, status, worded = run(installed, tmp_path, "python", "-c", LOOK, str(tmp_path)).split()
    assert Path(folder).is_relative_to(installed)
    assert (status, worded) == ("200", "True")


def pinned(name: str) -> dict[str, str]:
    """Each pinned requirement of a file, with its lines."""
    found, current = {}, ""
    for line in (ROOT / name).read_text().splitlines():
        start = re.match(r"([a-z0-9][a-z0-9._-]*)==", line)
        current = start[1] if start else current
        found[current] = found.get(current, "") + line + "\n"
    return found


def wanted(*groups: list[str]) -> set[str]:
    """The names that are asked for, spelled as pip compares them."""
    names = (re.split(r"[^a-z0-9._-]", each.lower())[0] for group in groups for each in group)
    return {re.sub(r"[._-]+", "-", name) for name in names}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("requirements.txt", wanted(PROJECT["dependencies"])),
        ("requirements-dev.txt", wanted(PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"])),
    ],
)
def test_the_pinned_requirements_hold_everything_with_hashes_and_no_address(name, needed):
    """Each machine's own index serves them, and nobody can slip another file in."""
    found = pinned(name)
    assert needed - set(found) == set()
    assert [each for each, lines in found.items() if "--hash=sha256:" not in lines] == []
    assert (
        re.findall(r"https?://\S+|--(?:extra-)?index-url.*|--find-links.*|@ file:.*", (ROOT / name).read_text()) == []
    )


def test_both_files_pin_the_same_versions():
    """What was tested is what is deployed."""
    version = re.compile(r"==(\S+)")
    runtime, development = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert {name: version.findall(lines)[0] for name, lines in runtime.items()} == {
        name: version.findall(lines)[0] for name, lines in development.items() if name in runtime
    }
