"""What an operator copies is true: every command, path and setting in deploy/ and its pages is there and works."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from alertd.cli.main import alertd
from alertd.settings import read_settings
from alertd.web.guard import LARGEST_FILE

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PAGES = (ROOT / "docs" / "deploy.md", ROOT / "docs" / "operations.md")
TEXT = "\n".join(page.read_text() for page in PAGES)
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
OURS = ("deploy/", "docs/", "tests/", "alertd/", "templates/", "rules/")


def code() -> list[str]:
    """Everything in blocks and between backticks."""
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.S)
    rest = re.sub(r"```.*?```", "", TEXT, flags=re.S)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", rest)


def commands() -> Iterator[list[str]]:
    """The arguments of every `alertd …` in the pages."""
    for line in code():
        found = re.search(r"(?:^|[\s/])alertd ((?:[a-z]+|--)\b.*)$", line.strip())
        if found and not line.startswith(("docker build", "docker run", "sudo useradd", "docker logs", "sudo install")):
            yield shlex.split(found[1])


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_every_command_of_the_pages_exists_with_its_options(arguments: list[str]) -> None:
    """A command that is copied at three in the morning must work."""
    while arguments and arguments[0] in ("alertd", "exec"):
        arguments = arguments[1:]
    command: click.Command = alertd
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        assert arguments[0] in command.commands, arguments
        command, arguments = command.commands[arguments[0]], arguments[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in arguments if word.startswith("--")} <= known


def test_the_pages_do_name_commands() -> None:
    """The test above looks at something."""
    assert len(list(commands())) > 15


def test_every_path_of_the_repository_that_the_pages_name_is_there() -> None:
    """Files that are copied or built from."""
    words = {word.removeprefix("/opt/alertd/") for line in code() for word in line.split()}
    named = {word for word in words if word.startswith(OURS)}
    assert len(named) > 5
    assert {word for word in named if not (ROOT / word).exists()} == set()


def test_every_setting_that_is_named_is_read() -> None:
    """In the pages, the unit, the image and the example."""
    source = (ROOT / "alertd" / "settings.py").read_text()
    read = set(re.findall(r'environment\.get\("(ALERTD_[A-Z_]+)"', source))
    texts = [TEXT, *(path.read_text() for path in DEPLOY.iterdir())]
    assert set(re.findall(r"\bALERTD_[A-Z_]+\b", "\n".join(texts))) <= read


def test_the_example_of_the_environment_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every line in it switched on that has a value."""
    lines = [line.lstrip("# ") for line in (DEPLOY / "environment.example").read_text().splitlines()]
    pairs = dict(line.split("=", 1) for line in lines if re.match(r"ALERTD_[A-Z_]+=\S", line) and "#" not in line)
    assert read_settings(pairs).url == "https://alertd.example.com"


# The unit


def unit() -> configparser.RawConfigParser:
    found = configparser.RawConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string((DEPLOY / "alertd.service").read_text())
    return found


def test_the_unit_starts_a_command_and_is_hardened() -> None:
    """It may write in its own folder, and nowhere else."""
    service = unit()["Service"]
    path, *arguments = service["ExecStart"].split()
    assert Path(path).name == "alertd"
    assert arguments[0] in alertd.commands
    hardened = ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "ProtectKernelModules", "LockPersonality")
    assert {service[name] for name in hardened} == {"yes"}
    assert (service["ProtectSystem"], service["User"], service["CapabilityBoundingSet"]) == ("strict", "alertd", "")


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Every directive by its name, where systemd is there to ask."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NO SYSTEMD HERE: the unit was only read")
    here = tmp_path / "alertd.service"
    here.write_text((DEPLOY / "alertd.service").read_text().replace("/opt/alertd/.venv/bin/alertd", sys.executable))
    done = subprocess.run(("systemd-analyze", "verify", str(here)), capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "alertd.service" in line] == []


def calls(group: str) -> set[str]:
    """The system calls of a group, as this machine's systemd has them."""
    told = subprocess.run(("systemd-analyze", "syscall-filter", group), capture_output=True, text=True, check=True)
    found = {line.strip() for line in told.stdout.splitlines()[1:]} - {""}
    found = {each for each in found if not each.startswith("#")}
    return {each for each in found if each[0] != "@"}.union(*(calls(each) for each in found if each[0] == "@"))


def test_the_unit_lets_alertd_do_what_it_does() -> None:
    """A replay steps back with its priority, a child has bounds: what is not allowed is refused, or kills who asks."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NO SYSTEMD HERE: the unit was only read")
    allowed: set[str] = set()
    for words in re.findall(r"^SystemCallFilter=(.*)$", (DEPLOY / "alertd.service").read_text(), re.M):
        named = set().union(*(calls(word) if word[0] == "@" else {word} for word in words.lstrip("~").split()))
        allowed = allowed - named if words.startswith("~") else allowed | named
    needed = {
        "setpriority", "prlimit64", "clone3", "vfork", "execve", "kill", "pipe2", "socket", "connect", "accept4",
        "flock", "fcntl", "fdatasync", "rename", "unlink", "mmap", "mremap", "epoll_wait", "poll", "futex", "getrandom",
    }  # fmt: skip
    assert needed - allowed == set()
    assert not allowed & {"chown", "setuid", "mount", "reboot", "init_module"}


def test_a_child_that_was_too_large_does_not_take_the_service_along() -> None:
    """A workbook is opened in a process of its own, which the memory of the unit may end."""
    assert unit()["Service"]["OOMPolicy"] == "continue"
    assert unit()["Service"]["SystemCallErrorNumber"] == "EPERM"


# The image


def test_every_path_that_the_image_is_made_of_is_there_and_let_in() -> None:
    """What is copied exists, and the ignore file does not keep it out."""
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.M) for word in line.split()[:-1]]
    assert {word for word in copied if not (ROOT / word).exists()} == set()
    let_in = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split() if line.startswith("!")}
    assert {word.removeprefix("./") for word in copied} <= let_in


def test_the_image_runs_a_command_as_nobody_special_and_asks_for_its_health() -> None:
    """One process, not root, everything that must survive in the volume."""
    assert re.search(r'^ENTRYPOINT \["alertd"\]$', DOCKERFILE, re.M)
    command = re.search(r'^CMD \["(\w+)"\]$', DOCKERFILE, re.M)
    assert command
    assert command[1] in alertd.commands
    made = re.search(r"--uid (\d+) .* alertd\b", DOCKERFILE)
    assert made
    assert int(made[1]) > 0
    assert re.search(rf"^USER {made[1]}$", DOCKERFILE, re.M)
    home = re.search(r"ALERTD_HOME=(\S+)", DOCKERFILE)
    assert home
    assert re.search(rf"^VOLUME {home[1]}$", DOCKERFILE, re.M)
    assert "/healthz" in DOCKERFILE.partition("HEALTHCHECK")[2]


def test_the_packages_install_from_the_pinned_list() -> None:
    """With hashes, as everywhere."""
    assert "--require-hashes -r requirements.txt" in DOCKERFILE


def test_the_image_builds() -> None:
    """Where a daemon answers."""
    if (
        shutil.which("docker") is None
        or subprocess.run(("docker", "info"), capture_output=True, check=False).returncode
    ):
        pytest.skip("NO DOCKER DAEMON HERE: the image was only read")
    done = subprocess.run(
        ("docker", "build", "-q", "-f", "deploy/Dockerfile", "."), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_composition_names_files_and_settings_that_exist() -> None:
    """Built from the root, behind a proxy that shares its network."""
    services = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())["services"]
    build = services["alertd"]["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()
    mounted = [volume.split(":")[0] for volume in services["caddy"]["volumes"] if volume.startswith("./")]
    assert all((DEPLOY / each).is_file() for each in mounted)
    assert services["caddy"]["network_mode"] == "service:alertd"


# The proxies


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_the_proxies_pass_to_where_alertd_listens(name: str) -> None:
    """The address of the defaults, and bodies as large as alertd takes."""
    text = (DEPLOY / name).read_text()
    settings = read_settings({})
    assert f"{settings.host}:{settings.port}" in text
    most = re.search(r"(?:client_max_body_size|max_size) (\d+)m", text, re.I)
    assert most
    assert int(most[1]) * 1_000_000 > LARGEST_FILE


def test_nginx_understands_its_file(tmp_path: Path) -> None:
    """Where nginx is there to ask."""
    if shutil.which("nginx") is None:
        pytest.skip("NO NGINX HERE: its file was only read")
    server = re.sub(r"^\s*ssl_certificate.*\n", "", (DEPLOY / "nginx.conf").read_text(), flags=re.M)
    server = server.replace("listen 443 ssl", "listen 127.0.0.1:8443").replace("listen 80", "listen 127.0.0.1:8480")
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{server}\n}}\n")
    done = subprocess.run(
        ("nginx", "-t", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_sample_commands_of_a_backup_work(alertd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word, on a stick of this test's own."""
    alertd("user", "add", "ana", stdin="una clave larga\n")
    for arguments in commands():
        if arguments[:2] in (["db", "backup"], ["db", "check"]) and any("/mnt/usb" in word for word in arguments):
            here = [word.replace("/mnt/usb", str(tmp_path)) for word in arguments]
            assert alertd(*here).status == 0
    assert (tmp_path / "alertd.db").is_file()
