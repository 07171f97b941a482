"""A rule's own message as somebody who means harm would write it: nothing gets out, nothing hangs."""

import subprocess
from typing import Any

import msgspec
import pytest

from alertd.notify import own
from alertd.notify.own import own_text

from . import makers

ATTACKS = (
    "{{ alerts.__class__.__mro__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ alerts[0].__class__.__init__.__globals__ }}",
    "{{ (alerts | attr('__class__')) }}",
    "{{ alerts | map(attribute='__class__') | list }}",
    "{{ alerts[0] | attr('_' ~ '_class_' ~ '_') }}",
    "{{ '{0.__class__.__mro__}'.format(alerts) }}",
    "{{ '{0.__class__}'.format_map({'0': alerts}) }}",
    "{{ self._TemplateReference__context }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os.environ }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ range.__self__ }}",
    "{% set x = alerts.append(1) %}{{ alerts }}",
    "{% set x = labels.update({'a': 1}) %}{{ labels }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{% extends 'mail.html.j2' %}",
    "{% for x in range(10 ** 9) %}{% endfor %}done",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}done",
    "{{ 'x' * 10 ** 9 }}",
    "{{ 'x' * 10 ** 4 }}",
    "{{ 10 ** (10 ** 8) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ alerts.__getattribute__('__class__') }}",
    "{% if",
)  # fmt: skip


@pytest.mark.parametrize("template", ATTACKS)
def test_nothing_gets_out_of_the_sandbox(template: str) -> None:
    """The built-in message goes out instead: None is what makes it."""
    assert own_text(_content(template), "es", "https://alertd.example") is None


def _content(template: str) -> Any:
    return msgspec.structs.replace(makers.alerts(makers.item("Aceite", 3)), template=template)


def test_an_honest_template_still_works() -> None:
    """In a room without files, too."""
    assert own_text(_content("{{ alerts | length }} en {{ title }}"), "es", "https://alertd.example")


def test_what_a_shop_calls_its_goods_is_text() -> None:
    """A product called like a template is not run as one."""
    content = makers.alerts(makers.item("{{ 7 * 7 }}", 3))
    said = own_text(msgspec.structs.replace(content, template="{{ alerts[0].nombre }}"), "es", "https://alertd.example")
    assert said == "{{ 7 * 7 }}"


def test_the_room_has_no_doors_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever left the sandbox would find no secret key around him, and could open no file."""
    monkeypatch.setenv("ALERTD_SECRET_KEY", "the key of the house")
    seen: dict[str, Any] = {}
    run = subprocess.run

    def spy(*arguments: Any, **options: Any) -> Any:
        seen.update(options)
        return run(*arguments, **options)

    monkeypatch.setattr(own.subprocess, "run", spy)
    own_text(_content("x"), "es", "https://alertd.example")
    assert "the key of the house" not in str(seen["env"])
    opened = "import alertd.notify.own as o\no._limit()\ntry:\n open('/etc/hosts')\nexcept OSError:\n print('shut')"
    child = run([own.sys.executable, "-c", opened], capture_output=True, text=True, check=False, env=seen["env"])
    assert child.stdout.strip() == "shut"
