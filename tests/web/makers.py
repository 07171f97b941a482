"""Small makers of rows, straight into the tables, and one seeded shop that looks like Tuesday morning."""

import json
from functools import cache
from hashlib import sha256
from typing import Any

from flask.testing import FlaskClient

from alertd import people
from alertd.folding import fold
from alertd.rules.load import RuleSet, load_text
from alertd.store import sessions, snapshots
from alertd.store.db import Store

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# Friday 20 November 2026, 10:20 in San Salvador.
NOW = 1_795_191_600_000
PASSWORD = "maíz y frijoles 12"
ZONE = "America/El_Salvador"

LOW_RULE = """\
name: low-stock
title:
  es: Existencias en o bajo el mínimo
  pt: Estoque no mínimo ou abaixo
  en: Stock at or below the minimum
on: stock
when: stock <= stock_minimo and stock_minimo > 0
severity: {critical: stock <= 0, high: true}
notify: [slack-compras]
"""
NEGATIVE_RULE = """\
name: negative-stock
title: {es: Existencias negativas, pt: Estoque negativo, en: Negative stock}
on: stock
when: stock < 0
severity: critical
"""
OFF_RULE = """\
name: over-stock
title: {es: Sobre el máximo, pt: Acima do máximo, en: Over the maximum}
on: stock
when: stock > stock_maximo and stock_maximo > 0
severity: info
enabled: false
"""


@cache
def password_hash() -> str:
    """Hashing is slow on purpose, so the tests do it once."""
    return people.hash_password(PASSWORD)


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def user(store: Store, name: str = "marta", role: str = "admin", language: str | None = None) -> int:
    return insert(store, "user", name=name, role=role, password=password_hash(), language=language, created_at=NOW)


def sign_in(browser: FlaskClient, store: Store, user_id: int) -> None:
    """Put a session into a browser without the slow look at a password."""
    token = sessions.begin(store, user_id, address="127.0.0.1", agent="a test", now=NOW)
    with browser.session_transaction() as session:
        session["id"], session["generation"] = token, 1


def insert(store: Store, table: str, **values: Any) -> int:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    return store.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values())).lastrowid or 0


def source(store: Store, name: str = "tienda-centro", **values: Any) -> int:
    row = {
        "kind": "smartpyme", "base_url": "https://erp.example", "credentials": b"sealed", "budget_key": name,
        "timezone": ZONE, "every_seconds": 300.0, "company": "Ferretería El Roble", "created_at": NOW - 90 * DAY,
        "snapshot_at": NOW - 3 * MINUTE, "snapshot_before_at": NOW - 8 * MINUTE,
    }  # fmt: skip
    return insert(store, "source", name=name, **{**row, **values})


def lane(store: Store, source_id: int, name: str = "sweep", **values: Any) -> None:
    row = {"next_due_at": NOW + 2 * MINUTE, "last_success_at": NOW - 3 * MINUTE, "failures": 0}
    insert(store, "lane", source_id=source_id, name=name, **{**row, **values})


def poll(store: Store, source_id: int, lane: str = "sweep", **values: Any) -> int:
    row = {
        "started_at": NOW - 4 * MINUTE,
        "finished_at": NOW - 3 * MINUTE,
        "outcome": "complete",
        "complete": 1,
    }
    return insert(store, "poll", source_id=source_id, lane=lane, **{**row, **values})


def warehouse(store: Store, source_id: int, branch: str = "Centro", name: str = "Bodega Central") -> int:
    return insert(store, "warehouse", source_id=source_id, branch=branch, name=name)


def product(store: Store, source_id: int, name: str = "Aceite 1 L", **values: Any) -> int:
    row = {
        "code": "P-" + _mark(name)[:4], "barcode": None, "category": "Abarrotes", "brand": "La Unión",
        "supplier": "Distribuidora La Unión", "kind": "Producto", "enabled": 1, "price": 3.25, "cost": 2.4,
        "digest": 1, "level_count": 1, "first_seen_at": NOW - 90 * DAY, "changed_at": NOW - DAY,
        "external_id": f"{source_id}/{name}",
    }  # fmt: skip
    row |= values
    words = (name, row["code"], row["barcode"], row["brand"], row["category"])
    text = fold(" ".join(str(word) for word in words if word))
    key = insert(store, "product", source_id=source_id, name=name, search=text, **row)
    snapshots.note_new(store, key, key)
    return key


def level(store: Store, product_id: int, warehouse_id: int, stock: float = 8, minimum: float = 5, **values: Any) -> int:
    row = {"maximum": None, "previous_stock": stock, "changed_at": NOW - DAY}
    return insert(
        store, "level", product_id=product_id, warehouse_id=warehouse_id, stock=stock, minimum=minimum,
        **{**row, **values},
    )  # fmt: skip


def history(store: Store, level_id: int, steps: list[tuple[float, float | None]], minimum: float = 5) -> None:
    """`steps` are days ago and stock."""
    for days, stock in steps:
        insert(store, "stock_change", level_id=level_id, at=round(NOW - days * DAY), stock=stock, minimum=minimum)


def alert(store: Store, source_id: int, name: str = "Aceite 1 L", **values: Any) -> int:
    subject = {"id": 1, "codigo": "P-0001", "nombre": name, "nombre_bodega": "Bodega Central",
               "nombre_sucursal": "Centro"}  # fmt: skip
    row = {
        "fingerprint": _mark(f"{name} {values.get('rule')} {source_id}"), "rule": "low-stock",
        "subject": json.dumps({**subject, **values.pop("subject", {})}, ensure_ascii=False), "state": "firing",
        "severity": "high", "values": json.dumps(values.pop("values", {"stock": 3, "stock_minimo": 5})),
        "since": NOW - 2 * HOUR, "fired_at": NOW - 2 * HOUR,
    }  # fmt: skip
    return insert(store, "alert", source_id=source_id, **{**row, **values})


def transition(store: Store, alert_id: int, became: str = "firing", **values: Any) -> int:
    row = {"episode": 1, "at": NOW - 2 * HOUR, "was": None, "severity": "high", "reason": became,
           "values": '{"stock": 3, "stock_minimo": 5}'}  # fmt: skip
    return insert(store, "transition", alert_id=alert_id, became=became, **{**row, **values})


def channel(store: Store, name: str = "slack-compras") -> int:
    return insert(
        store, "channel", name=name, service="slack", url=b"sealed", masked_url="slack://…", language="es",
        created_at=NOW,
    )  # fmt: skip


def message(store: Store, key: str, state: str = "sent", **values: Any) -> int:
    row = {
        "channel": "slack-compras", "rule": "low-stock", "source": "tienda-centro", "severity": "high",
        "created_at": NOW - 2 * HOUR, "content": "{}", "due_at": NOW - 2 * HOUR,
        "sent_at": NOW - 2 * HOUR + 4000 if state == "sent" else None, "title": "2 productos bajo mínimo en Centro",
        "body": "Aceite 1 L: hay 3, mín 5\nArroz 5 lb: hay 8, mín 10",
    }  # fmt: skip
    return insert(store, "message", key=key, state=state, **{**row, **values})


def rules(text: str = "") -> RuleSet:
    """The rules of the seeded shop, and a file that does not parse."""
    found = [load_text(part, f"rules/{name}.yaml") for name, part in (
        ("low-stock", LOW_RULE), ("negative-stock", NEGATIVE_RULE), ("over-stock", OFF_RULE), ("compras", text),
    ) if part]  # fmt: skip
    return RuleSet(
        tuple(rule for one in found for rule in one.rules), tuple(error for one in found for error in one.errors)
    )


BROKEN_RULE = "name: poco-aceite\ntitle: Poco aceite\non: stock\nwhen: stok <= 5\n"

GOODS = (
    ("Aceite vegetal 1 L", "Abarrotes", 0, 12, 48),
    ("Arroz precocido 5 lb", "Abarrotes", 8, 10, 60),
    ("Azúcar 2.5 kg", "Abarrotes", 28, 15, 60),
    ("Broca para concreto 1/4 de pulgada con punta de carburo de tungsteno", "Ferretería", 2, 6, 24),
    ("Café tostado y molido 400 g", "Abarrotes", 31, 12, 40),
    ("Cemento gris 42.5 kg", "Construcción", -3, 20, 120),
    ("Cinta aislante negra", "Ferretería", 64, 10, 50),
    ("Disco de corte 7 pulgadas", "Ferretería", 40, 8, 60),
    ("Foco LED 9 W", "Eléctricos", 5, 5, 40),
    ("Jabón de lavar, paquete de 3", "Limpieza", 4, 12, 36),
    ("Lija de agua No. 120", "Ferretería", 0, 25, 100),
    ("Lámpara de emergencia", "Eléctricos", 7, 2, 10),
    ("Pintura látex blanca, galón", "Pinturas", 14, 6, 24),
    ("Tornillo punta de broca 1 ½, libra", "Ferretería", 12.75, 5, 30),
    ("Tubo PVC ½ pulgada", "Construcción", 0, 30, 150),
    ("Ñandú de peluche", "Varios", 3, 0, None),
)


def seed_shop(store: Store) -> dict[str, int]:
    """Two branches, a little of everything: good levels and bad, alerts, messages sent, waiting and dead."""
    with store.write():
        ids = {"source": source(store), "other": _failing_source(store)}
        main = warehouse(store, ids["source"])
        branch = warehouse(store, ids["source"], "Soyapango", "Sala de ventas")
        lane(store, ids["source"])
        poll(store, ids["source"], products=len(GOODS), levels=2 * len(GOODS))
        channel(store)
        channel(store, "correo")
        lane(store, source(store, "tienda-nueva", snapshot_at=None, company=None), last_success_at=None)
        insert(store, "audit", at=NOW, who="marta", what="source.polled", about="tienda-centro", facts="{}")
        for number, (name, category, stock, minimum, maximum) in enumerate(GOODS):
            key = product(store, ids["source"], name, code=f"{10_000 + 37 * number}", category=category,
                          barcode=f"74100000{number:05d}", level_count=2)  # fmt: skip
            first = level(store, key, main, stock, minimum, maximum=maximum)
            history(store, first, _walk(stock, minimum), minimum)
            second = level(store, key, branch, minimum + 4 + number % 3, minimum, maximum=maximum)
            history(store, second, [(80, minimum + 9), (20, minimum + 4 + number % 3)], minimum)
            if minimum and stock <= minimum:
                ids.setdefault("product", key)
                told = _alert_with_story(store, ids["source"], number, key, first)
                ids.setdefault("alert", told)
        ids["message"] = message(store, "m-1", created_at=NOW - 26 * HOUR, sent_at=NOW - 26 * HOUR + 4000)
        insert(store, "message_alert", message_id=ids["message"], alert_id=1)
        message(store, "m-2", "waiting", title=None, body=None, created_at=NOW - 5 * MINUTE, due_at=NOW + 8 * HOUR)
        message(store, "m-3", "waiting", channel="correo", attempts=2, error="The mail server did not answer.",
                created_at=NOW - 12 * MINUTE, due_at=NOW + 3 * MINUTE)  # fmt: skip
        ids["dead"] = message(store, "m-4", "dead", channel="correo", attempts=9, created_at=NOW - 30 * HOUR,
                              error="The mail server refused the recipient compras@roble.example.")  # fmt: skip
    return ids


def _walk(stock: float, minimum: float) -> list[tuple[float, float | None]]:
    top = max(minimum * 2.5, 10)
    return [(70, top), (61, top * 0.8), (52, top * 0.55), (45, top * 0.4), (44, top), (33, top * 0.7),
            (21, top * 0.5), (12, top * 0.6), (6, max(stock, minimum * 0.9)), (2.1, max(stock, minimum / 2)),
            (1, stock)]  # fmt: skip


def _alert_with_story(store: Store, source_id: int, number: int, product_id: int, level_id: int) -> int:
    name, _, stock, minimum, _ = GOODS[number]
    rule, severity = (
        ("negative-stock", "critical") if stock < 0 else ("low-stock", "critical" if stock <= 0 else "high")
    )
    at = NOW - (26 - number) * HOUR
    values = {"stock": stock, "stock_minimo": minimum}
    key = alert(store, source_id, name, rule=rule, severity=severity, product_id=product_id, level_id=level_id,
                values=values, since=at - 30 * MINUTE, fired_at=at, subject={"codigo": f"{10_000 + 37 * number}"},
                fingerprint=f"a{number:015x}",
                acknowledged_by="marta" if number == 9 else None)  # fmt: skip
    for became, was, when in (("pending", None, at - 30 * MINUTE), ("firing", "pending", at)):
        transition(store, key, became, was=was, at=when, severity=severity, values=json.dumps(values))
    return key


def _failing_source(store: Store) -> int:
    key = source(store, "tienda-soyapango", company=None, snapshot_at=NOW - 5 * HOUR)
    lane(store, key, failures=4, last_success_at=NOW - 5 * HOUR, next_due_at=NOW + 12 * MINUTE)
    poll(
        store,
        key,
        outcome="failed",
        complete=0,
        error="erp.example did not answer within 10 s.",
        error_kind="unreachable",
    )
    warehouse(store, key, "Soyapango", "Principal")
    return key
