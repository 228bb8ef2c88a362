"""The events of one attempt, in order, bounded in number.

Output is bounded by the evaluation's limits, and usage samples, which come several times a second for as long as a
program runs, are thinned here: when there are too many, every second one goes, so that those that stay are spread
over the whole time. Readers remember the position that they saw last, not a place in a list, and need not notice.
"""

from bisect import bisect_right
from itertools import count

from crucible.domain.event import Event, UsageSample

MAXIMUM_SAMPLES = 1000


class History:
    """Events whose positions only grow."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._samples = 0

    @property
    def fence(self) -> int:
        """The fence of the holder whose events these are; -1 before there is one."""
        return self._events[-1].fence if self._events else -1

    def append(self, event: Event) -> bool:
        """Take an event in; False where it is not behind all others.

        The first event of a later holder drops the former's: that attempt is void.
        """
        if self._events and event.position <= self._events[-1].position:
            return False
        if event.fence > self.fence:
            self._events.clear()
            self._samples = 0
        self._events.append(event)
        if isinstance(event, UsageSample):
            self._samples += 1
            if self._samples > MAXIMUM_SAMPLES:
                self._thin()
        return True

    def after(self, position: tuple[int, int]) -> list[Event]:
        """Return the events behind a position."""
        return self._events[bisect_right(self._events, position, key=lambda event: event.position) :]

    def _thin(self) -> None:
        places = count()
        last = self._events[-1]
        self._events = [
            event
            for event in self._events
            if event is last or not isinstance(event, UsageSample) or next(places) % 2 == 0
        ]
        self._samples = sum(isinstance(event, UsageSample) for event in self._events)
