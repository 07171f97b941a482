"""The form of a rule as a browser would fill it in and send it."""

import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LOW = """\
# Avisa antes de que falte.
name: poco
title: Queda poco
on: stock
when: stock <= stock_minimo and stock_minimo > 0   # como siempre
severity: high
"""
PAIR = """\
rules:
  # la primera
  - name: uno
    on: stock
    when: stock < 1
  - name: dos
    on: stock
    when: stock < 2
"""


def form_of(page: TestResponse) -> dict[str, str | list[str]]:
    """Every field of the rule form as a browser would send it."""
    found: dict[str, str | list[str]] = {}
    body = page.text.partition('id="rule-form"')[2].partition("</form>")[0]

    def add(name: str, value: str) -> None:
        before = found.get(name)
        found[name] = value if before is None else [*([before] if isinstance(before, str) else before), value]

    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        picked = not re.search(r'type="(checkbox|radio)"', tag) or " checked" in tag
        if name and picked:
            add(name[1], unescape(value[1]) if value else "")
    for tag, inside in re.findall(r"<textarea([^>]*)>(.*?)</textarea>", body, re.DOTALL):
        name = re.search(r' name="([^"]*)"', tag)
        assert name is not None
        add(name[1], unescape(inside).removeprefix("\n"))
    for tag, inside in re.findall(r"<select([^>]*)>(.*?)</select>", body, re.DOTALL):
        name = re.search(r' name="([^"]*)"', tag)
        chosen = re.search(r'<option value="([^"]*)" selected', inside) or re.search(r'<option value="([^"]*)"', inside)
        assert name is not None
        assert chosen is not None
        add(name[1], unescape(chosen[1]))
    return found


def opened(client: FlaskClient, name: str = "poco") -> dict[str, str | list[str]]:
    return form_of(client.get(f"/rule/{name}/edit"))


def send(client: FlaskClient, path: str, form: dict[str, str | list[str]], *, part: bool = False) -> TestResponse:
    return client.post(path, data=form, headers={"HX-Request": "true"} if part else {})


def hidden_of(page: TestResponse) -> dict[str, str]:
    """What a page carries to the next step: the first form in its main part."""
    body = page.text.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    found = {
        name: unescape(inside).removeprefix("\n")
        for name, inside in re.findall(r'<textarea name="(\w+)" hidden>(.*?)</textarea>', body, re.DOTALL)
    }
    return found | {
        name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body)
    }
