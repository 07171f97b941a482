"""The faults a person is told about, each one sentence that says what is wrong and what to do.

A fault of ours is not here: it rises to the one broad handler around a turn of the loop or a request, and is logged
with its traceback.
"""


class Trouble(Exception):
    """Something a person can mend. `str()` is the sentence they read; `status` the exit status of a command."""

    status = 1


class UsageTrouble(Trouble):
    """What was asked for does not exist or cannot be: an unknown name, a bad address, a malformed date."""

    status = 2


class SourceTrouble(Trouble):
    """An upstream system did not answer as it should.

    `kind` names the branch a caller can handle: `key` (refused credentials), `quota` (come back when the hour turns),
    `unreachable`, `answer` (not what the contract says), `server` (its own fault), `request` (it refused the request),
    `missing` (it does not know the address or the record), `torn` (what was read is not whole),
    `unsupported` (it will never answer this, as things stand), `stopped` (alertd itself was told to end).
    """

    def __init__(self, message: str, *, kind: str, retry_at: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_at = retry_at


class LateTrouble(SourceTrouble):
    """It took the question and did not answer in time: perhaps a smaller question is answered."""
