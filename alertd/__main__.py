"""The way in: `alertd` and `python -m alertd`."""

import gc
import sys

from .cli.main import run


def main() -> None:
    """Run a command and exit with its status."""
    status = run(sys.argv[1:])
    # The end of the process frees all there is; to look through it for cycles first takes as long as a small poll.
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    main()
