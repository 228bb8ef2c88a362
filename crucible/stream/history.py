"""The events of one attempt, in order, bounded in number.

Output is bounded by the evaluation's limits. Usage samples come several times a second for as long as a program
runs, so they are thinned here: at first each is held, then every second, every fourth, and so on, evenly over the
whole time, and always the latest. Readers remember the position that they saw last, not a place in a list, and do
not notice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import count

from crucible.domain.event import Event, UsageSample

MAXIMUM_SAMPLES = 1000


class History:
    """Events whose positions only grow."""

    def __init__(self, on_drop: Callable[[Event], None] = lambda _: None) -> None:
        """Take what is told of each sample that is thinned out."""
        self._on_drop = on_drop
        self._forget()

    def _forget(self) -> None:
        self._events: list[Event] = []
        self._stride = 1
        self._samples_seen = 0
        self._samples_held = 0
        self._passing: UsageSample | None = None

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
            self._forget()
        self._events.append(event)
        if isinstance(event, UsageSample):
            self._count(event)
        return True

    def after(self, position: tuple[int, int]) -> list[Event]:
        """Return the events behind a position."""
        return self._events[bisect_right(self._events, position, key=_position) :]

    def _count(self, sample: UsageSample) -> None:
        if self._passing:
            del self._events[bisect_left(self._events, self._passing.position, key=_position)]
            self._on_drop(self._passing)
        is_held = self._samples_seen % self._stride == 0
        self._passing = None if is_held else sample
        self._samples_held += is_held
        self._samples_seen += 1
        if self._samples_held == MAXIMUM_SAMPLES - 1:  # one place is for the latest, which passes
            self._thin()

    def _thin(self) -> None:
        """Drop every second sample that is held; the first stays, and the last, as their number is odd."""
        places = count()
        kept: list[Event] = []
        for event in self._events:
            if not isinstance(event, UsageSample) or next(places) % 2 == 0:
                kept.append(event)
            else:
                self._on_drop(event)
        self._events = kept
        self._stride *= 2
        self._samples_held = (self._samples_held + 1) // 2


def _position(event: Event) -> tuple[int, int]:
    return event.position
