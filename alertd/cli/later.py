"""Commands of the manual that are not built yet: each says so and exits with 2, so that no script is fooled."""

import click

from ..errors import UsageTrouble

_ANYTHING = {"ignore_unknown_options": True, "allow_extra_args": True}


def not_yet(name: str, what: str) -> click.Command:
    """A command that only says that it is not available yet."""

    @click.command(
        name.rsplit(maxsplit=1)[-1],
        context_settings=_ANYTHING,
        help=f"{what} (not available yet)",
    )
    @click.argument("rest", nargs=-1, type=click.UNPROCESSED)
    def command(rest: tuple[str, ...]) -> None:
        raise UsageTrouble(f"'alertd {name}' is not available yet.")

    return command


COMMANDS = [
    not_yet("doctor", "Check everything alertd depends on"),
]
