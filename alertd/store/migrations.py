"""The tables, as small named steps in order. A step that has been released is never edited; a newer one follows it.

Moments are INTEGER milliseconds UTC, quantities REAL rounded to six places, secrets BLOBs sealed by `alertd.vault`.
Every table about stock carries the source it belongs to.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from ..errors import Trouble

steps = Migrations("alertd")


def apply(database: Database) -> None:
    """Bring the tables up to date. The caller holds the write lock, so that two processes cannot race.

    Raises Trouble when a newer alertd made this database: going back would lose what it wrote.
    """
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found > NEWEST:
        raise Trouble(
            f"This database was made by a newer alertd (version {found}, this one knows {NEWEST}); "
            "install the newer alertd, or restore a backup made before the upgrade."
        )
    steps.apply(database)
    database.execute(f"PRAGMA user_version = {NEWEST}")


def _run(database: Database, script: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction that we are in."""
    for statement in script.split(";\n"):
        if statement.strip():
            database.execute(statement)


@steps()
def m01_sources(database: Database) -> None:
    """Connected systems, the schedule of their lanes, the record of every poll, and the hourly budget of a key."""
    _run(
        database,
        """
        CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

        CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            base_url TEXT NOT NULL,
            credentials BLOB NOT NULL,
            budget_key TEXT NOT NULL,
            timezone TEXT NOT NULL,
            every_seconds REAL NOT NULL,
            sweep_every_seconds REAL,
            company TEXT,
            dialect TEXT,
            created_at INTEGER NOT NULL,
            snapshot_at INTEGER,
            snapshot_before_at INTEGER
        ) STRICT;

        CREATE TABLE lane (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            name TEXT NOT NULL,
            next_due_at INTEGER NOT NULL DEFAULT 0,
            lease_until INTEGER NOT NULL DEFAULT 0,
            lease_by TEXT,
            last_success_at INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            stopped TEXT,
            mark TEXT,
            PRIMARY KEY (source_id, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE poll (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            lane TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            outcome TEXT NOT NULL,
            complete INTEGER NOT NULL DEFAULT 0,
            torn INTEGER NOT NULL DEFAULT 0,
            pages INTEGER NOT NULL DEFAULT 0,
            requests INTEGER NOT NULL DEFAULT 0,
            products INTEGER NOT NULL DEFAULT 0,
            levels INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL DEFAULT 0,
            new INTEGER NOT NULL DEFAULT 0,
            gone INTEGER NOT NULL DEFAULT 0,
            quarantined INTEGER NOT NULL DEFAULT 0,
            seconds REAL NOT NULL DEFAULT 0,
            error TEXT,
            error_kind TEXT
        ) STRICT;
        CREATE INDEX poll_by_lane ON poll (source_id, lane, id);

        CREATE TABLE budget (
            budget_key TEXT NOT NULL,
            hour INTEGER NOT NULL,
            used INTEGER NOT NULL DEFAULT 0,
            blocked_until INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (budget_key, hour)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE held_sweep (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            seen BLOB NOT NULL
        ) STRICT;

        CREATE TABLE held_product (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            external_id ANY NOT NULL,
            digest INTEGER NOT NULL,
            product BLOB NOT NULL,
            PRIMARY KEY (source_id, external_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE quarantine (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            key TEXT NOT NULL,
            reason TEXT NOT NULL,
            raw TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, key)
        ) STRICT, WITHOUT ROWID;
        """,
    )


@steps()
def m02_catalogue(database: Database) -> None:
    """The present state of every product and level, and the history of changes only."""
    _run(
        database,
        """
        CREATE TABLE warehouse (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            branch TEXT NOT NULL,
            name TEXT NOT NULL,
            hidden_at INTEGER,
            UNIQUE (source_id, branch, name)
        ) STRICT;

        CREATE TABLE product (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            external_id ANY NOT NULL,
            name TEXT NOT NULL,
            code TEXT,
            barcode TEXT,
            category TEXT,
            brand TEXT,
            supplier TEXT,
            kind TEXT,
            enabled INTEGER NOT NULL,
            price REAL,
            cost REAL,
            previous_cost REAL,
            average_cost REAL,
            created_at INTEGER,
            digest INTEGER NOT NULL,
            level_count INTEGER NOT NULL,
            search TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            absent_at INTEGER,
            gone_at INTEGER,
            UNIQUE (source_id, external_id)
        ) STRICT;
        CREATE INDEX product_by_name ON product (source_id, name, id);
        CREATE INDEX product_present ON product (source_id, absent_at, level_count);
        CREATE INDEX product_absent ON product (source_id) WHERE absent_at IS NOT NULL;
        CREATE INDEX product_by_code ON product (source_id, code) WHERE code IS NOT NULL;

        CREATE TABLE level (
            id INTEGER PRIMARY KEY,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            warehouse_id INTEGER NOT NULL REFERENCES warehouse ON DELETE CASCADE,
            stock REAL NOT NULL,
            minimum REAL,
            maximum REAL,
            note TEXT,
            previous_stock REAL,
            changed_at INTEGER NOT NULL,
            absent_at INTEGER,
            gone_at INTEGER,
            last_seen_at INTEGER,
            UNIQUE (product_id, warehouse_id)
        ) STRICT;
        CREATE INDEX level_by_warehouse ON level (warehouse_id);
        CREATE INDEX level_absent ON level (absent_at) WHERE absent_at IS NOT NULL;
        CREATE INDEX level_low ON level (product_id) WHERE minimum > 0 AND stock <= minimum;

        CREATE TABLE stock_change (
            level_id INTEGER NOT NULL REFERENCES level ON DELETE CASCADE,
            at INTEGER NOT NULL,
            stock REAL,
            minimum REAL,
            maximum REAL,
            PRIMARY KEY (level_id, at)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE product_day (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            day INTEGER NOT NULL,
            sold REAL NOT NULL DEFAULT 0,
            returned REAL NOT NULL DEFAULT 0,
            sold_amount REAL NOT NULL DEFAULT 0,
            returned_amount REAL NOT NULL DEFAULT 0,
            sales INTEGER NOT NULL DEFAULT 0,
            returns INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (product_id, day)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW stock_row AS
        SELECT l.id AS level_id, p.id AS product_id, p.source_id AS source_id, s.name AS source,
            s.snapshot_at AS snapshot_at, s.snapshot_before_at AS snapshot_before_at,
            p.external_id AS external_id, p.name AS name, p.code AS code, p.barcode AS barcode,
            p.category AS category, p.brand AS brand, p.supplier AS supplier, p.kind AS kind, p.enabled AS enabled,
            p.price AS price, p.cost AS cost, p.previous_cost AS previous_cost, p.average_cost AS average_cost,
            p.search AS search, p.first_seen_at AS first_seen_at,
            w.id AS warehouse_id, w.name AS warehouse, w.branch AS branch,
            l.stock AS stock, l.minimum AS minimum, l.maximum AS maximum, l.note AS note,
            CASE WHEN s.snapshot_before_at IS NULL OR l.changed_at > s.snapshot_before_at
                THEN l.previous_stock ELSE l.stock END AS previous_stock,
            l.changed_at AS changed_at,
            l.absent_at IS NULL AND p.absent_at IS NULL AND w.hidden_at IS NULL AS present,
            l.gone_at IS NOT NULL OR p.gone_at IS NOT NULL AS gone,
            coalesce(l.last_seen_at, max(l.changed_at, coalesce(s.snapshot_at, 0))) AS seen_at
        FROM level l
        JOIN product p ON p.id = l.product_id
        JOIN warehouse w ON w.id = l.warehouse_id
        JOIN source s ON s.id = p.source_id;
        """,
    )


@steps()
def m03_alerts(database: Database) -> None:
    """The life of every alert, and each change of state as a row of its own."""
    _run(
        database,
        """
        CREATE TABLE alert (
            id INTEGER PRIMARY KEY,
            fingerprint TEXT NOT NULL UNIQUE,
            rule TEXT NOT NULL,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            level_id INTEGER REFERENCES level ON DELETE SET NULL,
            product_id INTEGER REFERENCES product ON DELETE SET NULL,
            subject TEXT NOT NULL,
            state TEXT NOT NULL,
            severity TEXT NOT NULL,
            "values" TEXT NOT NULL,
            episode INTEGER NOT NULL DEFAULT 1,
            since INTEGER NOT NULL,
            fired_at INTEGER,
            clear_since INTEGER,
            resolved_at INTEGER,
            resolved_reason TEXT,
            acknowledged_by TEXT,
            acknowledged_at INTEGER,
            last_notified_at INTEGER
        ) STRICT;
        CREATE INDEX alert_open ON alert (source_id, rule, state, severity) WHERE state <> 'resolved';
        CREATE INDEX alert_over ON alert (resolved_at, id) WHERE state = 'resolved';
        CREATE INDEX alert_by_level ON alert (level_id);
        CREATE INDEX alert_by_product ON alert (product_id);

        CREATE TABLE transition (
            id INTEGER PRIMARY KEY,
            alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
            episode INTEGER NOT NULL,
            at INTEGER NOT NULL,
            was TEXT,
            became TEXT NOT NULL,
            severity TEXT NOT NULL,
            reason TEXT NOT NULL,
            "values" TEXT NOT NULL
        ) STRICT;
        CREATE INDEX transition_by_alert ON transition (alert_id, id);

        CREATE TABLE rule_state (
            rule TEXT PRIMARY KEY,
            file TEXT NOT NULL,
            text TEXT NOT NULL,
            digest TEXT NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        """,
    )


@steps()
def m04_outbox(database: Database) -> None:
    """Channels, and the messages that wait for them: one row a channel, kept after it was sent."""
    _run(
        database,
        """
        CREATE TABLE channel (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            service TEXT NOT NULL,
            url BLOB NOT NULL,
            masked_url TEXT NOT NULL,
            language TEXT NOT NULL,
            digest TEXT,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            channel_id INTEGER REFERENCES channel ON DELETE SET NULL,
            channel TEXT NOT NULL,
            rule TEXT,
            source TEXT,
            severity TEXT,
            created_at INTEGER NOT NULL,
            content TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER NOT NULL,
            lease_until INTEGER NOT NULL DEFAULT 0,
            lease_by TEXT,
            sent_at INTEGER,
            reached TEXT,
            title TEXT,
            body TEXT,
            error TEXT
        ) STRICT;
        CREATE INDEX message_waiting ON message (due_at) WHERE state = 'waiting';
        CREATE INDEX message_by_time ON message (created_at, id);
        CREATE INDEX message_dead ON message (created_at, id) WHERE state = 'dead';

        CREATE TABLE message_alert (
            message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
            alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
            PRIMARY KEY (message_id, alert_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX message_by_alert ON message_alert (alert_id);
        """,
    )


@steps()
def m05_people(database: Database) -> None:
    """Who may sign in, the one-time links that let the first person in, and failed tries."""
    _run(
        database,
        """
        CREATE TABLE user (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            role TEXT NOT NULL,
            password TEXT NOT NULL,
            language TEXT,
            generation INTEGER NOT NULL DEFAULT 1,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER
        ) STRICT;

        CREATE TABLE setup_link (
            digest TEXT PRIMARY KEY,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE sign_in_failure (
            id INTEGER PRIMARY KEY,
            who TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sign_in_failure_by_who ON sign_in_failure (who, at);
        """,
    )


@steps()
def m06_documents(database: Database) -> None:
    """Sales and returns as they were last seen, and what each difference did to stock."""
    _run(
        database,
        """
        CREATE TABLE document (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            kind TEXT NOT NULL,
            external_id ANY NOT NULL,
            date TEXT NOT NULL,
            state TEXT,
            type TEXT,
            effect TEXT NOT NULL,
            number TEXT,
            branch TEXT,
            sale_id ANY,
            total REAL,
            note TEXT,
            created_at INTEGER,
            updated_at INTEGER,
            digest INTEGER NOT NULL,
            first_seen_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            gone_at INTEGER,
            UNIQUE (source_id, kind, external_id)
        ) STRICT;
        CREATE INDEX document_by_date ON document (source_id, kind, date);

        CREATE TABLE document_line (
            document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
            number INTEGER NOT NULL,
            product_id INTEGER REFERENCES product ON DELETE SET NULL,
            code TEXT,
            name TEXT,
            brand TEXT,
            quantity REAL NOT NULL,
            total REAL,
            PRIMARY KEY (document_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX line_by_product ON document_line (product_id) WHERE product_id IS NOT NULL;
        CREATE INDEX line_unmatched ON document_line (document_id) WHERE product_id IS NULL;

        CREATE TABLE movement (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
            product_id INTEGER REFERENCES product ON DELETE SET NULL,
            kind TEXT NOT NULL,
            quantity REAL NOT NULL,
            amount REAL NOT NULL,
            branch TEXT,
            happened_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX movement_by_product ON movement (product_id, seen_at);
        CREATE INDEX movement_by_document ON movement (document_id);

        CREATE TABLE unknown_state (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            documents INTEGER NOT NULL,
            first_seen_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, kind, state)
        ) STRICT, WITHOUT ROWID;
        """,
    )


@steps()
def m07_calm(database: Database) -> None:
    """What each channel believes, what holds a message back, digests, alertd's own troubles, and links in messages.

    `told` has a row for each alert that a channel was told is wrong; being told that it is over removes it.
    `message_alert.was` is what the channel believed before, so that a message nobody got can be taken back.
    """
    _run(
        database,
        """
        ALTER TABLE alert ADD COLUMN waited INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE alert ADD COLUMN acknowledged_note TEXT;
        ALTER TABLE alert ADD COLUMN snoozed_until INTEGER;
        ALTER TABLE alert ADD COLUMN snoozed_by TEXT;
        ALTER TABLE alert ADD COLUMN ordered_until INTEGER;
        ALTER TABLE alert ADD COLUMN ordered_at INTEGER;
        ALTER TABLE alert ADD COLUMN ordered_by TEXT;
        ALTER TABLE alert ADD COLUMN folded_until INTEGER;
        ALTER TABLE source ADD COLUMN evaluated_at INTEGER;
        ALTER TABLE channel ADD COLUMN links_since INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE message ADD COLUMN kind TEXT NOT NULL DEFAULT 'alerts';
        ALTER TABLE message ADD COLUMN thread TEXT;
        ALTER TABLE message ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE message_alert ADD COLUMN was TEXT;
        CREATE INDEX message_of_channel ON message (channel_id, created_at);

        CREATE TABLE told (
            channel_id INTEGER NOT NULL REFERENCES channel ON DELETE CASCADE,
            alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
            episode INTEGER NOT NULL,
            severity TEXT NOT NULL,
            at INTEGER NOT NULL,
            message_id INTEGER,
            PRIMARY KEY (channel_id, alert_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX told_by_alert ON told (alert_id);
        INSERT INTO told SELECT c.id, a.id, a.episode, a.severity, coalesce(a.fired_at, a.since), NULL
            FROM alert a JOIN channel c WHERE a.state = 'firing';

        CREATE TABLE silence (
            id INTEGER PRIMARY KEY,
            matchers TEXT NOT NULL,
            comment TEXT NOT NULL,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX silence_by_end ON silence (ends_at);

        CREATE TABLE digest (
            channel_id INTEGER NOT NULL REFERENCES channel ON DELETE CASCADE,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            day TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (channel_id, source_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trouble (
            key TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            source_id INTEGER REFERENCES source ON DELETE CASCADE,
            detail TEXT NOT NULL,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE link_use (
            message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
            action TEXT NOT NULL,
            at INTEGER NOT NULL,
            alerts INTEGER NOT NULL,
            PRIMARY KEY (message_id, action)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE link_miss (
            id INTEGER PRIMARY KEY,
            who TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX link_miss_by_who ON link_miss (who, at);
        """,
    )


@steps()
def m08_why_a_lane_stopped(database: Database) -> None:
    """Which kind of refusal stopped a lane: a key waits for a person, a list that never works is asked for again."""
    database.execute("ALTER TABLE lane ADD COLUMN stopped_kind TEXT")


@steps()
def m09_reconciliation(database: Database) -> None:
    """When stock was read whole and documents were read whole, what moved without a document, and what the shop knows.

    `movement.not_before` is the moment of the last reading that did not show the document yet: its effect came later.
    """
    database.execute("ALTER TABLE movement ADD COLUMN not_before INTEGER")
    _run(
        database,
        """
        CREATE TABLE snapshot (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL,
            began_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, at)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE document_reading (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            kind TEXT NOT NULL,
            date TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            PRIMARY KEY (source_id, kind, date)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reconciled (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            settled_at INTEGER NOT NULL,
            movement_id INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE unsettled (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            since INTEGER NOT NULL,
            PRIMARY KEY (source_id, product_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE variance (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            opened_at INTEGER NOT NULL,
            closed_at INTEGER NOT NULL,
            place TEXT NOT NULL,
            units REAL NOT NULL,
            cost REAL,
            value REAL,
            cause TEXT NOT NULL,
            facts TEXT NOT NULL,
            UNIQUE (product_id, closed_at, place)
        ) STRICT;
        CREATE INDEX variance_by_time ON variance (source_id, closed_at);

        CREATE TABLE reconciled_day (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            day INTEGER NOT NULL,
            opening REAL,
            sold REAL NOT NULL,
            cancelled REAL NOT NULL,
            returned REAL NOT NULL,
            receipts REAL NOT NULL,
            adjustments REAL NOT NULL,
            actual REAL,
            unexplained REAL NOT NULL,
            undocumented REAL NOT NULL,
            PRIMARY KEY (product_id, day)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE box_factor (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            factor REAL NOT NULL,
            by TEXT,
            at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE recipe (
            kit_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            part_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            quantity REAL NOT NULL,
            by TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (kit_id, part_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX recipe_by_part ON recipe (part_id);

        CREATE TABLE pack (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            size REAL NOT NULL,
            by TEXT,
            at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE stock_entry (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            kind TEXT NOT NULL,
            quantity REAL NOT NULL,
            branch TEXT,
            at INTEGER NOT NULL,
            until INTEGER NOT NULL,
            note TEXT,
            by TEXT,
            typed_at INTEGER NOT NULL,
            batch TEXT,
            removed_at INTEGER
        ) STRICT;
        CREATE INDEX stock_entry_by_product ON stock_entry (product_id, at);
        CREATE UNIQUE INDEX stock_entry_once ON stock_entry (source_id, batch) WHERE batch IS NOT NULL;

        CREATE TABLE confirmation (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            closed_at INTEGER NOT NULL,
            units REAL NOT NULL,
            cause TEXT NOT NULL,
            note TEXT,
            by TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (product_id, closed_at, units)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stock_count (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            warehouse_id INTEGER REFERENCES warehouse ON DELETE SET NULL,
            at INTEGER NOT NULL,
            counted REAL NOT NULL,
            book REAL NOT NULL,
            cost REAL,
            note TEXT,
            by TEXT
        ) STRICT;
        CREATE INDEX stock_count_by_product ON stock_count (product_id, at);
        CREATE INDEX stock_count_by_time ON stock_count (source_id, at);
        """,
    )


@steps()
def m10_other_systems(database: Database) -> None:
    """What systems other than SmartPyme need: settings of a source, transactions by place, counts, and webhooks.

    `product_ref` is the product as the transaction named it, `sector` and `cost_center` are ids, never names.
    """
    database.execute("ALTER TABLE document ADD COLUMN sector TEXT")
    database.execute("ALTER TABLE document ADD COLUMN cost_center TEXT")
    database.execute("ALTER TABLE document_line ADD COLUMN product_ref ANY")
    _run(
        database,
        """
        CREATE INDEX line_waiting ON document_line (product_ref) WHERE product_id IS NULL AND product_ref IS NOT NULL;

        CREATE TABLE source_option (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (source_id, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE consumption_day (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            day INTEGER NOT NULL,
            sector TEXT NOT NULL,
            cost_center TEXT NOT NULL,
            given REAL NOT NULL DEFAULT 0,
            taken_back REAL NOT NULL DEFAULT 0,
            transactions INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (source_id, day, sector, cost_center, product_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ledger_count (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            at INTEGER NOT NULL,
            counted REAL NOT NULL,
            minimum REAL,
            by TEXT,
            typed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX ledger_count_by_product ON ledger_count (product_id, at);

        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            event_id TEXT NOT NULL,
            type TEXT NOT NULL,
            outcome TEXT NOT NULL,
            created_at INTEGER,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            times INTEGER NOT NULL DEFAULT 1,
            UNIQUE (source_id, event_id)
        ) STRICT;

        CREATE TABLE delivery_refused (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL,
            status INTEGER NOT NULL,
            reason TEXT NOT NULL,
            fits TEXT
        ) STRICT;
        CREATE INDEX delivery_refused_by_source ON delivery_refused (source_id, id);

        CREATE TABLE evaluation_due (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT;
        """,
    )


@steps()
def m11_measures(database: Database) -> None:
    """What rules count by day: sales by branch, days without stock, demand, classes; and when each rule last looked.

    `level_out` holds runs of whole days in which a level was mostly out of stock; the last day of a run that goes on is
    null. `rule_evaluation` is what lets the next evaluation look at changed rows only.
    """
    _run(
        database,
        """
        ALTER TABLE product_day ADD COLUMN voided REAL NOT NULL DEFAULT 0;
        CREATE INDEX product_by_change ON product (source_id, changed_at);

        CREATE TABLE branch_day (
            product_id INTEGER NOT NULL REFERENCES product ON DELETE CASCADE,
            branch TEXT NOT NULL,
            day INTEGER NOT NULL,
            sold REAL NOT NULL DEFAULT 0,
            returned REAL NOT NULL DEFAULT 0,
            PRIMARY KEY (product_id, branch, day)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO branch_day SELECT l.product_id, coalesce(d.branch, ''),
            CAST(julianday(d.date) - 2440587.5 AS INTEGER),
            round(sum(CASE WHEN d.kind = 'sale' THEN l.quantity ELSE 0 END), 6),
            round(sum(CASE WHEN d.kind = 'sale' THEN 0 ELSE l.quantity END), 6)
            FROM document d JOIN document_line l ON l.document_id = d.id
            WHERE l.product_id IS NOT NULL AND d.effect <> 'none' AND d.gone_at IS NULL
            GROUP BY 1, 2, 3;

        CREATE TABLE level_out (
            level_id INTEGER NOT NULL REFERENCES level ON DELETE CASCADE,
            first_day INTEGER NOT NULL,
            last_day INTEGER,
            PRIMARY KEY (level_id, first_day)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX level_out_open ON level_out (level_id) WHERE last_day IS NULL;

        CREATE TABLE level_demand (
            level_id INTEGER PRIMARY KEY REFERENCES level ON DELETE CASCADE,
            net REAL NOT NULL,
            in_days INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE product_demand (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            net REAL NOT NULL,
            in_days INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE product_class (
            product_id INTEGER PRIMARY KEY REFERENCES product ON DELETE CASCADE,
            class TEXT NOT NULL
        ) STRICT;

        CREATE TABLE measured (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            closed_day INTEGER,
            demand_day INTEGER,
            demand_at INTEGER,
            demand_movement INTEGER,
            class_day INTEGER
        ) STRICT;

        CREATE TABLE rule_evaluation (
            rule TEXT NOT NULL,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            digest TEXT NOT NULL,
            at INTEGER NOT NULL,
            basis TEXT NOT NULL,
            movement_id INTEGER NOT NULL,
            snapshot_before_at INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            failed_at INTEGER,
            PRIMARY KEY (rule, source_id)
        ) STRICT, WITHOUT ROWID;
        """,
    )


@steps()
def m12_who_did_what(database: Database) -> None:
    """Every change with who made it, and the sessions of the page, so that signing out is real."""
    _run(
        database,
        """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            about TEXT NOT NULL,
            facts TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_time ON audit (at, id);
        CREATE INDEX audit_by_who ON audit (who, at, id);

        CREATE TABLE web_session (
            digest TEXT PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            address TEXT NOT NULL,
            agent TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX web_session_by_user ON web_session (user_id);
        """,
    )


NEWEST = 12
