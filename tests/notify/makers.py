"""Small makers that fill in what a story does not mention."""

from alertd.clock import parse_moment
from alertd.model import Subject
from alertd.notify import content
from alertd.notify.content import Content, Item
from alertd.notify.register import register
from alertd.store import outbox

ZONE = "America/El_Salvador"
AT = parse_moment("2025-11-20T07:40", ZONE)
TITLE = {
    "es": "Stock en o por debajo del mínimo",
    "pt": "Estoque no mínimo ou abaixo dele",
    "en": "Stock at or below its minimum",
}


def at(text: str) -> int:
    return parse_moment(text, ZONE)


def item(name, stock, minimum=None, maximum=None, *, event="firing", severity="warning", code=None, **more):
    subject = Subject(1, code, name, more.pop("warehouse", "Bodega Central"), more.pop("branch", "Centro"))
    since = at(more.pop("since", "2025-11-19T16:20"))
    values = {"stock": stock, "stock_minimo": minimum, "stock_maximo": maximum, **more}
    return Item(event, severity, subject, values, since)


def alerts(*items, **more):
    facts = {
        "kind": "alerts",
        "at": AT,
        "zone": ZONE,
        "rule": "low-stock",
        "title": TITLE,
        "source": "tienda-centro",
        "company": "Ferretería El Roble",
        "items": list(items),
    }
    return Content(**{**facts, **more})


def add_channel(store, vault, url, name="correo", **more):
    return register(store, vault, name=name, url=url, now=AT, **more)


def put(store, channel, said=None, *, now=AT, alert_ids=()):
    said = said or alerts(item("Aceite 1 L", 0, 12, 36, severity="critical"))
    return outbox.enqueue(
        store,
        channel_id=channel.id,
        channel=channel.name,
        content=content.encode(said),
        rule=said.rule,
        source=said.source,
        severity=said.worst(),
        now=now,
        alert_ids=alert_ids,
    )


def message(store, message_id):
    return store.row("SELECT * FROM message WHERE id = ?", (message_id,))


def next_due(store):
    """When the next waiting message may be claimed, or None when none waits."""
    return store.value("SELECT min(max(due_at, lease_until)) FROM message WHERE state = 'waiting'")
