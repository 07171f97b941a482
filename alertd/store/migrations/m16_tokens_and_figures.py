"""Tokens of the JSON API, figures that only grow (for `/metrics`), and which addresses must not lead inside.

`tally` is written by triggers, so that a figure survives the pruning of the rows it was counted from, and nobody can
forget to count. `a`, `b` and `c` are its labels. The triggers fire once a poll and once a change of a message.
"""

from sqlite_utils import Database

_ADD = "ON CONFLICT DO UPDATE SET value = value + excluded.value"
_SOURCE = "(SELECT name FROM source WHERE id = NEW.source_id)"


def up(database: Database) -> None:
    for statement in (*_TABLES, *_TRIGGERS, *_SO_FAR):
        database.execute(statement)


_TABLES = (
    """
    CREATE TABLE api_token (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        digest TEXT NOT NULL UNIQUE,
        scope TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT,
        expires_at INTEGER,
        last_used_at INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE tally (
        name TEXT NOT NULL,
        a TEXT NOT NULL,
        b TEXT NOT NULL,
        c TEXT NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (name, a, b, c)
    ) STRICT, WITHOUT ROWID
    """,
    "ALTER TABLE source ADD COLUMN fenced INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE channel ADD COLUMN fenced INTEGER NOT NULL DEFAULT 0",
)

_TRIGGERS = (
    f"""
    CREATE TRIGGER tally_polls AFTER UPDATE OF outcome ON poll WHEN OLD.outcome = 'running' AND NEW.outcome <> 'running'
    BEGIN
        INSERT INTO tally VALUES ('polls', {_SOURCE}, NEW.lane, NEW.outcome, 1) {_ADD};
        INSERT INTO tally VALUES ('poll_seconds', {_SOURCE}, NEW.lane, '', NEW.seconds) {_ADD};
        INSERT INTO tally VALUES ('poll_requests', {_SOURCE}, NEW.lane, '', NEW.requests) {_ADD};
        INSERT INTO tally VALUES ('poll_changes', {_SOURCE}, NEW.lane, '', NEW.changed) {_ADD};
        INSERT INTO tally VALUES ('poll_quarantined', {_SOURCE}, NEW.lane, '', NEW.quarantined) {_ADD};
    END
    """,
    f"""
    CREATE TRIGGER tally_messages AFTER UPDATE OF state ON message WHEN NEW.state IN ('sent', 'dead', 'superseded')
        AND NEW.state <> OLD.state
    BEGIN
        INSERT INTO tally VALUES ('deliveries', NEW.channel, NEW.state, '', 1) {_ADD};
    END
    """,
    f"""
    CREATE TRIGGER tally_failures AFTER UPDATE OF error ON message WHEN NEW.error IS NOT NULL AND NEW.state = 'waiting'
        AND OLD.state = 'waiting'
    BEGIN
        INSERT INTO tally VALUES ('deliveries', NEW.channel, 'failed', '', 1) {_ADD};
    END
    """,
    f"""
    CREATE TRIGGER tally_rule_errors AFTER UPDATE OF failures ON rule_evaluation WHEN NEW.failures > OLD.failures
    BEGIN
        INSERT INTO tally VALUES ('rule_errors', NEW.rule, '', '', 1) {_ADD};
    END
    """,
    f"""
    CREATE TRIGGER tally_rule_first_errors AFTER INSERT ON rule_evaluation WHEN NEW.failures > 0
    BEGIN
        INSERT INTO tally VALUES ('rule_errors', NEW.rule, '', '', 1) {_ADD};
    END
    """,
    """
    CREATE TRIGGER tally_rule_gone AFTER DELETE ON rule_evaluation
        WHEN NOT EXISTS (SELECT 1 FROM rule_evaluation WHERE rule = OLD.rule)
    BEGIN
        DELETE FROM tally WHERE name = 'rule_errors' AND a = OLD.rule;
    END
    """,
    # What is gone has no figures: what there is to tell stays as long as what there is.
    """
    CREATE TRIGGER tally_source_gone AFTER DELETE ON source
    BEGIN
        DELETE FROM tally WHERE a = OLD.name AND name LIKE 'poll%';
    END
    """,
    """
    CREATE TRIGGER tally_channel_gone AFTER DELETE ON channel
    BEGIN
        DELETE FROM tally WHERE a = OLD.name AND name = 'deliveries';
    END
    """,
)

_SO_FAR = (
    "INSERT INTO tally SELECT 'polls', s.name, p.lane, p.outcome, count(*) FROM poll p JOIN source s"
    " ON s.id = p.source_id WHERE p.outcome <> 'running' GROUP BY 2, 3, 4",
    *(
        f"INSERT INTO tally SELECT 'poll_{name}', s.name, p.lane, '', sum(p.{column}) FROM poll p JOIN source s"
        " ON s.id = p.source_id WHERE p.outcome <> 'running' GROUP BY 2, 3"
        for name, column in (
            ("seconds", "seconds"),
            ("requests", "requests"),
            ("changes", "changed"),
            ("quarantined", "quarantined"),
        )
    ),
    "INSERT INTO tally SELECT 'deliveries', m.channel, m.state, '', count(*) FROM message m JOIN channel c"
    " ON c.id = m.channel_id WHERE m.state <> 'waiting' GROUP BY 2, 3",
)
