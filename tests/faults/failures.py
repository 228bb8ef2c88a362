"""Which of the calls to a database goes wrong, and how."""

from enum import StrEnum


class How(StrEnum):
    """What becomes of a call that goes wrong."""

    REFUSED = "refused"
    """It is told to come to nothing, by a database that lives on: a disk that does not answer, a deadlock."""
    LOST = "lost"
    """It comes to nothing, as does the transaction that it was part of."""
    UNANSWERED = "unanswered"
    """It is done, a commit too, and nobody is told."""
    EXPELLED = "expelled"
    """PostgreSQL ends the session, as it was idle within a transaction for too long, and says so."""


class Failures:
    """Counts calls, from when it is told to, and says which one goes wrong."""

    def __init__(self) -> None:
        self.calls = 0
        self._place: int | None = None
        self._how = How.LOST

    def expect(self, place: int | None, how: How = How.LOST) -> None:
        """Have the call at this place from now on go wrong, the first of which is 1; or none."""
        self.calls, self._place, self._how = 0, place, how

    def next(self) -> How | None:
        """Count a call, and say how it goes wrong if it does."""
        self.calls += 1
        return self._how if self.calls == self._place else None
