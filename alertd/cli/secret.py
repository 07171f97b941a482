"""`alertd secret`: change the key that seals stored credentials and signs cookies and links."""

import sys

import click

from .. import settings as places
from ..errors import UsageTrouble
from ..people import default_name
from ..store import audit
from ..store.resealing import reseal
from ..vault import Vault
from .output import counted, opened


@click.group()
def secret() -> None:
    """The key that seals stored credentials and signs cookies and links."""


@secret.command("rotate")
@click.option("--from", "source", metavar="-", help="Where the key is ALERTD_SECRET_KEY: the one before, from '-'.")
def rotate(source: str | None) -> None:
    """Seal everything under a new key; the old one opens nothing any more.

    Restart alertd afterwards: then everybody signs in anew, and links in messages sent before lead nowhere.
    """
    with opened() as context:
        settings = context.settings
        if settings.secret_key and source is None:
            raise UsageTrouble(
                "The key comes from ALERTD_SECRET_KEY; set the new one there and give the one before on standard input:"
                " alertd secret rotate --from -"
            )
        # Whatever happens in between, both keys are on disk until nothing is sealed under the old one.
        before = (_read_old(source),) if source else places.secret_keys(settings)
        new = settings.secret_key or places.new_key()
        if not settings.secret_key:
            places.keep_keys(settings, (new, *before))
        count = reseal(context.store, Vault(*dict.fromkeys((*before, new))), Vault(new))
        if not settings.secret_key:
            places.keep_keys(settings, (new,))
            # A process that runs may have sealed something under the old key a moment ago.
            reseal(context.store, Vault(new, *before), Vault(new))
        audit.note(context.store, who=default_name(), what="secret.rotated", now=context.now())
    click.echo(
        f"Sealed {counted(count, 'secret')} under the new key. Restart alertd now: cookies and links of", err=True
    )
    click.echo("the old key are good until then, and worth nothing after.", err=True)


def _read_old(source: str) -> str:
    key = sys.stdin.readline().strip() if source == "-" else ""
    if not key:
        raise UsageTrouble("Give the key before on standard input: alertd secret rotate --from - < old-key")
    return key


COMMANDS = [secret]
