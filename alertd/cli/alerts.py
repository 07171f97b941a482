"""`alertd alerts`: what fires, what waits, what is over."""

import click

from ..clock import rfc3339
from ..store import alerts as stored
from ..store.db import Row
from .later import not_yet
from .output import as_json, local_time, number, opened, print_json, table


@click.group(invoke_without_command=True)
@click.option("--state", type=click.Choice(("pending", "firing", "resolved")), help="Only alerts in this state.")
@as_json
@click.pass_context
def alerts(invoked: click.Context, state: str | None, as_json: bool) -> None:
    """What fires, what waits, what is over; the worst first."""
    if invoked.invoked_subcommand:
        return
    with opened() as context:
        found = stored.list_alerts(context.store, state)
    if as_json:
        print_json({"alerts": [document(row) for row in found]})
        return
    if not found:
        click.echo("No alerts.", err=True)
        return
    rows = [
        (
            row["fingerprint"],
            row["state"],
            row["severity"],
            row["rule"],
            row["subject"].get("nombre"),
            row["subject"].get("nombre_bodega"),
            number(row["values"].get("stock")),
            local_time(row["fired_at"] or row["since"]),
        )
        for row in found
    ]
    table(("fingerprint", "state", "severity", "rule", "product", "warehouse", "stock", "since (UTC)"), rows, right=[6])


def document(row: Row) -> dict[str, object]:
    """One alert as programs read it."""
    return {
        "fingerprint": row["fingerprint"],
        "rule": row["rule"],
        "severity": row["severity"],
        "state": row["state"],
        "source": row["source"],
        "subject": {key: value for key, value in row["subject"].items() if value is not None},
        "values": row["values"],
        "since": rfc3339(row["since"]),
        "fired_at": rfc3339(row["fired_at"]),
        "resolved_at": rfc3339(row["resolved_at"]),
        "resolved_reason": row["resolved_reason"],
        "acknowledged_by": row["acknowledged_by"],
        "silenced": False,
        "last_notified_at": rfc3339(row["last_notified_at"]),
    }


alerts.add_command(not_yet("alerts ack", "Stop reminders until it is resolved"))
alerts.add_command(not_yet("alerts snooze", "Silence for a while"))

COMMANDS = [alerts]
