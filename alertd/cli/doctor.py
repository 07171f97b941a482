"""`alertd doctor`: everything alertd depends on, one line each, and what to do about it."""

from collections.abc import Iterable, Iterator

import click

from ..engine import doctor as house
from ..engine import doctor_outside as outside
from ..engine.doctor import Finding
from ..errors import Trouble, UsageTrouble
from ..settings import Settings, read_settings
from .output import as_json, opened, print_json

_MARK = {"ok": "ok      ", "warning": "look    ", "failure": "WRONG   ", "skipped": "skipped "}


@click.command("doctor")
@click.option("--send", is_flag=True, help="Send a test message through every channel too.")
@as_json
def doctor(send: bool, as_json: bool) -> int:
    """Check everything alertd depends on and say what to do. Exit status 1 when something is wrong.

    Changes nothing and sends nothing; each connected system is asked for a page, which costs a few calls.
    """
    found = list(_examine(read_settings(), send=send))
    if as_json:
        print_json(house.document(found))
    else:
        _say(found)
    return int(any(each.state == "failure" for each in found))


def _examine(settings: Settings, *, send: bool) -> Iterator[Finding]:
    found = house.look_at_house(settings)
    yield from found
    if not settings.database.exists():
        yield from outside.skip_the_rest("there is no database yet")
        return
    if not house.is_fit(found):
        yield from outside.skip_the_rest("the database must be mended first")
        yield from outside.look_at_address(settings)
        return
    try:
        with opened() as context:
            yield from house.look_inside(context)
            yield from outside.look_outside(context, send=send)
    except Trouble as trouble:
        # By now only ALERTD_RULES can be wrong usage.
        about = "rules" if isinstance(trouble, UsageTrouble) else "database"
        yield house.failure(about, str(trouble), "mend this and ask again")


def _say(found: Iterable[Finding]) -> None:
    wrong = look = 0
    for each in found:
        click.echo(f"{_MARK[each.state]}{each.name}: {each.said}")
        if each.advice:
            click.echo(f"        -> {each.advice}")
        wrong, look = wrong + (each.state == "failure"), look + (each.state == "warning")
    click.echo("All is well." if not wrong + look else f"{wrong} wrong, {look} worth a look.", err=True)


COMMANDS = [doctor]
