"""The whole of a long list as a CSV file, for services that can carry one beside a message."""

import csv
import io

from .content import Content
from .lines import state_of, suggested
from .render import MOST_ITEMS
from .speech import Speech

NAME = "alertd.csv"


def long_list(content: Content, language: str) -> bytes:
    """Every line of a message that shows only the first ten; empty where there is nothing more to show.

    With a byte order mark, so that a spreadsheet reads the accents; texts that a spreadsheet would take for a formula
    are kept from it.
    """
    if len(content.items) <= MOST_ITEMS:
        return b""
    speech = Speech(language, content.zone)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(speech.words["columns"])
    for item in content.items:
        subject, values = item.subject, item.values
        state = state_of(item)
        label = content.title.get(language, content.rule) if state == "other" else speech.words[state]["label"]
        writer.writerow(
            [
                _harmless(text)
                for text in (label, subject.codigo, subject.nombre, subject.nombre_sucursal, subject.nombre_bodega)
            ]
            + [values.get("stock"), values.get("stock_minimo"), values.get("stock_maximo"), suggested(item)]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(text: object) -> str:
    said = "" if text is None else str(text)
    return f"'{said}" if said[:1] in ("=", "+", "-", "@", "\t", "\r") else said
