"""A works where people come and take things, so many events a minute."""

from alertd.sandbox.smartepi.organisation import Organisation


class Life:
    """Makes things happen by the organisation's own clock; at 0 it stands still."""

    def __init__(self, organisation: Organisation, pace: float) -> None:
        self.organisation = organisation
        self.pace = pace
        self._since: float | None = None
        self._due = 0.0

    def tick(self) -> int:
        """Live from the last tick until now; returns how many events that took. The first only starts the time."""
        now = self.organisation.clock()
        since, self._since = self._since or now, now
        self._due += max(0.0, now - since) * self.pace / 60
        count = int(self._due)
        self._due -= count
        for _ in range(count):
            self.organisation.anything()
        return count
