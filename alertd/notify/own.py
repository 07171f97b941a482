"""A rule's own message: Jinja2 that somebody wrote for their shop, run in a sandbox, for a short time, to a bound.

It runs in a child process with little memory and little time, because a template of two lines can ask for more of both
than there is. It sees plain values only. When it fails, is too long or too slow, the built-in message goes out.
"""

import os
import subprocess
import sys
from typing import Any

import msgspec
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..clock import local
from .content import Content, Item, in_language

MOST_CHARACTERS = 6_000
_CHILD_SECONDS = 2
_WAIT_SECONDS = 10.0
_CHILD_BYTES = 512 * 1024 * 1024


class Plain(dict[str, Any]):
    """Values that a template may name with a dot; one that is not there is empty, because not every alert has it."""

    def __missing__(self, _name: str) -> None:
        return None


def own_text(content: Content, language: str, url: str) -> str | None:
    """What the rule's own template says of a message; None when it cannot be used."""
    asked = msgspec.json.encode({"template": content.template or "", "names": names(content, language, url)})
    try:
        child = subprocess.run(
            [sys.executable, "-m", __name__],
            input=asked,
            capture_output=True,
            timeout=_WAIT_SECONDS,
            check=False,
            # Nothing of ours: the environment may hold the secret key.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.environ.get("PATH", "")},
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    text = child.stdout.decode("utf-8", "replace").strip()
    return text if child.returncode == 0 and 0 < len(text) <= MOST_CHARACTERS else None


def names(content: Content, language: str, url: str) -> dict[str, Any]:
    """Everything that a template may speak of."""
    return {
        "alerts": [_alert(item) for item in content.items],
        "group": content.group,
        "labels": content.labels,
        "rule": content.rule,
        "title": in_language(content.title, language) or content.rule,
        "severity": content.worst() or "info",
        "source": content.source,
        "company": content.company,
        "at": local(content.at, content.zone).strftime("%Y-%m-%d %H:%M"),
        "url": f"{url}/alerts",
        "language": language,
    }


def _alert(item: Item) -> dict[str, Any]:
    subject = {name: getattr(item.subject, name) for name in item.subject.__struct_fields__}
    return {**item.values, **subject, "event": item.event, "severity": item.severity}


def render_own(template: str, values: dict[str, Any]) -> str:
    """The text, inside the child. Raises TemplateError and whatever a template can do wrong."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    alerts = [Plain(each) for each in values["alerts"]]
    given = {**values, "alerts": alerts, "group": Plain(values["group"]), "labels": Plain(values["labels"])}
    pieces, length = [], 0
    for piece in environment.from_string(template).generate(given):
        pieces.append(piece)
        length += len(piece)
        if length > MOST_CHARACTERS:
            raise TemplateError("too long")
    return "".join(pieces)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the parent's patience is the only limit there
        return
    resource.setrlimit(resource.RLIMIT_CPU, (_CHILD_SECONDS, _CHILD_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_CHILD_BYTES, _CHILD_BYTES))
    # Whoever found a way out of the sandbox would stand in a room without doors: no file, no socket, no program.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> int:
    """The child: one template on standard input, its text on standard output; any fault is only an exit status."""
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, Any])
    _limit()
    try:
        text = render_own(asked["template"], asked["names"])
    except Exception:  # whatever somebody's template does, the parent says it in its own words
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
