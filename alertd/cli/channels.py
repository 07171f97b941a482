"""`alertd channel`: where messages go."""

import click

from .. import clock
from ..errors import Trouble
from ..notify.answers import Outcome
from ..notify.channels import check_url, mask
from ..notify.worker import send_test
from ..store import channels as stored
from .output import as_json, opened, print_json, table


@click.group()
def channel() -> None:
    """Where messages go: Slack, e-mail, Telegram and whatever else Apprise reaches."""


@channel.command("add")
@click.argument("name")
@click.argument("apprise_url")
@click.option("--language", type=click.Choice(stored.LANGUAGES), default="es", show_default=True)
@click.option("--digest", metavar="HH:MM", help='One message a day, at a time such as "08:00" in the source\'s zone.')
def add(name: str, apprise_url: str, language: str, digest: str | None) -> None:
    """Add a channel. APPRISE_URL is the service's address in Apprise's form, such as slack://... or mailto://..."""
    service = check_url(apprise_url)
    with opened() as context:
        stored.add(
            context.store,
            context.vault,
            name=name,
            url=apprise_url,
            service=service,
            masked_url=mask(apprise_url),
            now=context.now(),
            language=language,
            digest=digest,
        )
    click.echo(f"Added the channel '{name}' ({service}). Next: 'alertd channel test {name}'.", err=True)


@channel.command("list")
@as_json
def list_(as_json: bool) -> None:
    """Every channel; addresses are masked."""
    with opened() as context:
        found = stored.all_channels(context.store)
    if as_json:
        print_json({"channels": [{**_fields(each), "created_at": clock.rfc3339(each.created_at)} for each in found]})
        return
    if not found:
        click.echo("No channel yet. Add one: alertd channel add NAME APPRISE_URL", err=True)
        return
    rows = [(each.name, each.service, each.language, each.digest, each.masked_url) for each in found]
    table(("name", "service", "language", "digest", "address"), rows)


def _fields(each: stored.Channel) -> dict[str, object]:
    return {
        "name": each.name,
        "service": each.service,
        "url": each.masked_url,
        "language": each.language,
        "digest": each.digest,
    }


@channel.command("test")
@click.argument("name")
@as_json
def test(name: str, as_json: bool) -> None:
    """Send a test message now, and say how it went."""
    with opened() as context:
        answer = send_test(
            context.store,
            context.vault,
            name,
            url=context.settings.url,
            now=context.now(),
            private=context.settings.private_networks,
        )
    delivered = answer.outcome is Outcome.DELIVERED
    if as_json:
        print_json({"channel": name, "delivered": delivered, "detail": answer.detail})
    if not delivered:
        raise Trouble(f"The test message did not arrive: {answer.detail}")
    click.echo(f"The test message was accepted by '{name}'.", err=True)


@channel.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a channel; messages that still wait for it are given up."""
    with opened() as context:
        stored.remove(context.store, name)
    click.echo(f"Removed the channel '{name}'.", err=True)


@channel.command("revoke-links")
@click.argument("name")
def revoke_links(name: str) -> None:
    """Make every link in the messages sent to a channel until now worthless."""
    with opened() as context:
        stored.revoke_links(context.store, name, context.now())
    click.echo(f"The links sent to '{name}' until now no longer work; new messages bring new ones.", err=True)


COMMANDS = [channel]
