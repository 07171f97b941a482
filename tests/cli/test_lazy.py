"""A command reads what it needs and no more: whoever polls by cron starts a process every time."""

import subprocess
import sys
from importlib import import_module

import pytest

from alertd.cli.main import ROOMS

PAGE = ("flask", "waitress", "werkzeug", "alertd.web", "apprise", "wtforms", "prometheus_client")


@pytest.mark.parametrize(("room", "names"), ROOMS.items())
def test_every_command_is_where_it_is_looked_for(room: str, names: tuple[str, ...]):
    """The table of rooms names each command of each."""
    assert tuple(command.name for command in import_module(f"alertd.cli.{room}").COMMANDS) == names


def test_a_poll_does_not_import_the_page():
    """Nor what sends: that is another process, or another minute."""
    code = "import sys, alertd.cli.polling; print(*sorted(sys.modules))"
    loaded = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in PAGE if name in loaded] == []
