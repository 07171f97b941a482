"""A large shop as it stands after a year, written straight into a database: for measuring pages, not the engine.

Every level changed a dozen times over the year, one in fifty is low, thousands of alerts are open and more are over.
Every product sold four times, in one branch, so that there is a demand to reckon with.
"""

import json
import random
from pathlib import Path

from alertd import people
from alertd.clock import day_number, local
from alertd.clock import now as wall
from alertd.folding import fold
from alertd.store import Store, measures, open_store, search, sessions, snapshots, sources
from bench import shop

DAY = 86_400_000
HOUR = DAY // 24
CHANGES = 12
DAYS = 365
ZONE = "America/El_Salvador"
RULES = ("low-stock", "out-of-stock", "negative-stock", "overstock")
GRADES = ("critical", "high", "warning", "info")


def make(folder: Path, products: int, moment: int | None = None) -> Path:
    """The database of that size; made once, kept for the next run."""
    path = folder / f"pages-{products}-3.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        store = open_store(half)
        _fill(store, products, moment or wall())
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        half.rename(path)
    return path


def bring_up_to_date(store: Store, now: int) -> None:
    """What the worker does at its first reading of a day: work the demand out anew."""
    for source in sources.list_sources(store):
        with store.write():
            measures.bring_up_to_date(
                store, source.id, measures.moment_of(store, source, now), demand=True, classed=True
            )


def sign_in(store: Store, moment: int) -> str:
    """The token of a session of somebody who may do everything."""
    return sessions.begin(store, 1, address="127.0.0.1", agent="bench", now=moment)


def _fill(store: Store, products: int, now: int) -> None:
    dice = random.Random(products)
    with store.write() as connection:
        connection.execute(
            "INSERT INTO source (id, name, kind, base_url, credentials, budget_key, timezone, every_seconds,"
            " company, created_at, snapshot_at, snapshot_before_at) VALUES (1, 'grande', 'smartpyme', 'https://erp.example',"
            " x'00', 'grande', ?, 300.0, 'Comercial de Prueba', ?, ?, ?)",
            (ZONE, now - DAYS * DAY, now - HOUR // 60, now - HOUR // 12),
        )
        connection.executemany("INSERT INTO lane (source_id, name, next_due_at, last_success_at) VALUES (1, ?, ?, ?)",
                               [(name, now + 10 * DAY, now) for name in ("sweep", "sales", "returns")])  # fmt: skip
        connection.execute("INSERT INTO document_reading VALUES (1, 'sale', ?, ?)",
                           (local(now - DAYS * DAY, ZONE).date().isoformat(), now))  # fmt: skip
        for number, (branch, name) in enumerate(shop._PLACES, start=1):
            connection.execute("INSERT INTO warehouse VALUES (?, 1, ?, ?, NULL)", (number, branch, name))
        connection.execute(
            "INSERT INTO user (name, role, password, language, created_at) VALUES ('marta', 'admin', ?, 'es', ?)",
            (people.hash_password("maíz y frijoles 12"), now),
        )
        connection.execute("INSERT INTO channel (name, service, url, masked_url, language, created_at)"
                           " VALUES ('slack', 'slack', x'00', 'slack://…', 'es', ?)", (now,))  # fmt: skip
        for first in range(1, products + 1, 1000):
            _thousand(connection, dice, range(first, min(first + 1000, products + 1)), now)
        _alerts(connection, dice, products, now)
        _messages(connection, dice, now)
        _polls_and_hours(connection, dice, now)
        snapshots.note_new(store, 1, products)
    while search.bring_up(store, 20_000):
        pass
    bring_up_to_date(store, now)


def _thousand(connection, dice, numbers, now) -> None:
    goods, levels, changes, movements, documents, sold = [], [], [], [], [], {}
    for number in numbers:
        one = shop._product(dice, number)
        text = fold(" ".join((one["nombre"], one["codigo"], one["barcode"], one["marca"])))
        goods.append((number, 1, number, one["nombre"], one["codigo"], one["barcode"], one["nombre_categoria"],
                      one["marca"], one["nombre_proveedor"], "Producto", 1, float(one["precio"]), float(one["costo"]),
                      number, 3, text, now - DAYS * DAY, now - DAY))  # fmt: skip
        for place, level in enumerate(one["inventarios"], start=1):
            key = (number - 1) * shop.LEVELS + place
            stock, minimum = float(level["stock"]), float(level["stock_minimo"])
            maximum = float(level["stock_maximo"]) if level["stock_maximo"] else None
            moments = sorted(now - dice.randrange(HOUR, DAYS * DAY) for _ in range(CHANGES))
            levels.append((key, number, place, stock, minimum, maximum, stock, moments[-1]))
            for at in moments[:-1]:
                changes.append((key, at, float(dice.randrange(0, int(minimum) * 6 + 2)), minimum, maximum))
            changes.append((key, moments[-1], stock, minimum, maximum))
        for turn in range(4):
            document = number * 4 + turn
            at = now - dice.randrange(HOUR, DAYS * DAY)
            date, units = local(at, ZONE).date(), float(dice.randrange(1, 5))
            documents.append(
                (document, 1, "sale", document, date.isoformat(), "counts", str(document), "Centro", document, at, at)
            )
            movements.append((1, document, number, "sale", -units, 1.0, "Centro", at, at))
            key = number, day_number(date)
            sold[key] = sold.get(key, 0.0) + units
    connection.executemany(
        "INSERT INTO product (id, source_id, external_id, name, code, barcode, category, brand, supplier,"
        " kind, enabled, price, cost, digest, level_count, search, first_seen_at, changed_at)"
        f" VALUES ({', '.join('?' * 18)})",
        goods,
    )
    connection.executemany(
        "INSERT INTO level (id, product_id, warehouse_id, stock, minimum, maximum, previous_stock, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", levels)  # fmt: skip
    connection.executemany("INSERT OR REPLACE INTO stock_change VALUES (?, ?, ?, ?, ?)", changes)
    days = [(*key, units, units) for key, units in sold.items()]
    connection.executemany(
        "INSERT INTO product_day (product_id, day, sold, sold_amount, sales) VALUES (?, ?, ?, ?, 1)", days
    )
    connection.executemany(
        "INSERT INTO branch_day (product_id, branch, day, sold) VALUES (?, 'Centro', ?, ?)",
        [each[:3] for each in days],
    )
    connection.executemany(
        "INSERT INTO document (id, source_id, kind, external_id, date, effect, number, branch, digest, first_seen_at,"
        " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", documents)  # fmt: skip
    connection.executemany(
        "INSERT INTO movement (source_id, document_id, product_id, kind, quantity, amount, branch, happened_at,"
        " seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", movements)  # fmt: skip


def _alerts(connection, dice, products, now) -> None:
    rows, moves = [], []
    for key in range(1, products * 22 // 100):
        level = dice.randrange(1, products * shop.LEVELS + 1)
        product = (level - 1) // shop.LEVELS + 1
        branch, name = shop._PLACES[(level - 1) % shop.LEVELS]
        subject = {"id": product, "codigo": f"SKU-{product:07}", "nombre": f"Producto {product}", "nombre_bodega": name,
                   "nombre_sucursal": branch}  # fmt: skip
        is_over = key % 10 > 2
        at = now - dice.randrange(HOUR, (DAYS if is_over else 30) * DAY)
        rows.append((key, f"{key:016x}", dice.choice(RULES), 1, level, product, json.dumps(subject),
                     "resolved" if is_over else "firing", dice.choice(GRADES), '{"stock": 3, "stock_minimo": 5}', at,
                     at, at + DAY if is_over else None, "clear" if is_over else None))  # fmt: skip
        moves += [(key, 1, at, None, "firing", "high", "x", '{"stock": 3}')]
        moves += [(key, 1, at + DAY, "firing", "resolved", "high", "x", '{"stock": 9}')] if is_over else []
    connection.executemany(
        'INSERT INTO alert (id, fingerprint, rule, source_id, level_id, product_id, subject, state, severity, "values",'
        f" since, fired_at, resolved_at, resolved_reason) VALUES ({', '.join('?' * 14)})",
        rows,
    )
    connection.executemany(
        'INSERT INTO transition (alert_id, episode, at, was, became, severity, reason, "values")'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", moves)  # fmt: skip


def _messages(connection, dice, now) -> None:
    rows = []
    for key in range(1, 50_001):
        at = now - (50_001 - key) * DAYS * DAY // 50_000
        state = "waiting" if key > 49_980 else "dead" if key % 1000 == 0 else "sent"
        rows.append((key, f"m{key}", 1, "slack", "low-stock", "grande", "high", at, "{}", state, at,
                     at if state == "sent" else None, f"{key} productos bajo mínimo", "Aceite 1 L: hay 3"))  # fmt: skip
    connection.executemany(
        "INSERT INTO message (id, key, channel_id, channel, rule, source, severity, created_at, content, state, due_at,"
        f" sent_at, title, body) VALUES ({', '.join('?' * 14)})",
        rows,
    )
    connection.executemany("INSERT INTO message_alert (message_id, alert_id) VALUES (?, ?)",
                           [(key, dice.randrange(1, 2000)) for key in range(1, 50_001)])  # fmt: skip


def _polls_and_hours(connection, dice, now) -> None:
    polls = [(1, "sweep", at, at + 9000, "complete", 1) for at in range(now - DAYS * DAY, now, HOUR // 4)]
    connection.executemany("INSERT INTO poll (source_id, lane, started_at, finished_at, outcome, complete)"
                           " VALUES (?, ?, ?, ?, ?, ?)", polls)  # fmt: skip
    hours = [(1, at - at % HOUR, 3, dice.randrange(90, 130), dice.randrange(1800, 2100), 40)
             for at in range(now - DAYS * DAY, now, HOUR)]  # fmt: skip
    connection.executemany("INSERT OR REPLACE INTO shelf_hour VALUES (?, ?, ?, ?, ?, ?)", hours)
    audit = [(at, "marta", "source.polled", "grande", "{}") for at in range(now - DAYS * DAY, now, HOUR)]
    connection.executemany("INSERT INTO audit (at, who, what, about, facts) VALUES (?, ?, ?, ?, ?)", audit)
