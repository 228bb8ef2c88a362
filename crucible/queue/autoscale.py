"""How many programs a worker runs at once, where that is left to it: by what waits, and how busy it is.

More slots help while work waits and processors idle, since programs sleep and wait, too; they hurt once all
processors are in use, as each program then takes longer. So a slot is added a second while both hold, taken off
where the machine is overrun, or slowly where nothing needs it: demand that comes in waves is met soon.
No program is stopped for it. What the machine's memory allows is the reservations' business, not this one's.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOM = 0.85
"""Below this share of processor time in use another program finds one."""
OVERRUN = 0.98
SLOW_ROUNDS = 30
"""After so many rounds in which a slot was free, it is taken off."""
_STAT = Path("/proc/stat")
_IDLE = (3, 4)
"""Where `idle` and `iowait` stand in the first line of /proc/stat (proc(5)), its name left out."""


_HIGHEST = 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between how many and how many."""

    fewest: int
    most: int

    @classmethod
    def parse(cls, text: str) -> "Bounds":
        """Read `MIN,MAX`. Raises ValueError."""
        fewest, separator, most = text.partition(",")
        if not (separator and _is_number(fewest) and _is_number(most)):
            raise ValueError(f"must be MIN,MAX, two numbers such as 2,16, not {text[:40]!r}")
        bounds = cls(int(fewest), int(most))
        if not 1 <= bounds.fewest <= bounds.most <= _HIGHEST:
            raise ValueError(f"must have 1 <= MIN <= MAX <= {_HIGHEST}, is {text[:40]!r}")
        return bounds


class Autoscale:
    """Decides once a second."""

    def __init__(self, bounds: Bounds, busy: Callable[[], float] | None = None) -> None:
        """Take the bounds, and what tells which share of processor time was in use since it was asked last."""
        self.bounds = bounds
        self._busy = busy or Processors().busy
        self._free_rounds = 0

    def decide(self, slots: int, *, running: int, more_waits: bool) -> int:
        """Return how many slots there are to be."""
        busy = self._busy()
        self._free_rounds = self._free_rounds + 1 if running < slots else 0
        if busy > OVERRUN:
            wanted = slots - 1
        elif more_waits and running >= slots and busy < ROOM:
            wanted = slots + 1
        elif self._free_rounds >= SLOW_ROUNDS:
            self._free_rounds, wanted = 0, slots - 1
        else:
            wanted = slots
        return min(self.bounds.most, max(self.bounds.fewest, wanted))


class Processors:
    """How busy this machine's processors are."""

    def __init__(self, stat: Path = _STAT) -> None:
        self._stat = stat
        self._total, self._idle = self._read()

    def busy(self) -> float:
        """Return which share of processor time was in use since it was asked last; 1 where nothing can be told."""
        total, idle = self._read()
        passed, idled = total - self._total, idle - self._idle
        self._total, self._idle = total, idle
        return 1.0 - idled / passed if passed > 0 else 1.0

    def _read(self) -> tuple[int, int]:
        line = self._stat.read_text().partition(os.linesep)[0]
        ticks = [int(each) for each in line.split()[1:9]]  # guests are counted in these already
        return sum(ticks), sum(ticks[place] for place in _IDLE)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_HIGHEST))
