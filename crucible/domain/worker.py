"""A worker as the others know it, and what it takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crucible.domain.need import Need
from crucible.domain.sandbox import DriverReport, RuntimeReport

ALIVE_FOR = timedelta(seconds=12)
"""How long after its last report a worker counts as alive: it missed four."""


class WorkerState(StrEnum):
    """What a worker does about the queue."""

    WORKING = "working"
    PAUSED = "paused"
    """It takes nothing until it is told to go on; what it runs goes on."""
    DRAINING = "draining"
    """It takes nothing more, and hands back what it still runs when its grace is over."""
    STOPPED = "stopped"
    """It ended in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a worker takes: evaluations whose need it meets, and that its part of the machine can hold."""

    runtimes: tuple[RuntimeReport, ...]
    engines: tuple[DriverReport, ...] = ()
    """Every engine, and what it gives there or why it can't; none before its executor was surveyed."""
    only_engines: frozenset[str] | None = None
    """The only engines whose programs it takes; `None`: whichever work there."""
    labels: frozenset[str] = frozenset()
    dedicated: bool = False
    """Whether it takes only what asks for one of its labels."""
    memory_bytes: int
    """How much memory it may promise, over all that it runs."""
    cpus: float
    """How many processors it may promise."""

    def meets(self, need: Need) -> bool:
        """Whether this is for it, if it is not too large."""
        return next(self.lacks(need), None) is None

    def holds(self, memory_bytes: int, cpus: float) -> bool:
        """Whether a program of this size could ever be run."""
        return memory_bytes <= self.memory_bytes and cpus <= self.cpus

    def lacks(self, need: Need) -> Iterator[str]:
        """Yield what it doesn't offer, in words."""
        if not any(each.name == need.runtime and each.image == need.image for each in self.runtimes):
            yield f"runtime {need.runtime}" + (f" in the image {need.image}" if need.image else "")
        yield from (f"label {label}" for label in need.labels if label not in self.labels)
        if self.dedicated and not self.labels.intersection(need.labels):
            yield f"programs that ask for none of its labels ({', '.join(sorted(self.labels))})"
        if (lack := self._engine_lacking(need)) is not None:
            yield lack

    @property
    def standstill(self) -> str | None:
        """Why it can make a sandbox for nobody who has no wish; None where it can, or nothing is known."""
        usual = [engine for engine in self.engines if self._takes(engine.engine)]
        if self.only_engines is None:
            usual = [engine for engine in usual if engine.default]
        if not usual or any(engine.available for engine in usual):
            return None
        return "; ".join(
            f"{engine.engine}: {engine.missing.get('engine', 'it does not work')}" for engine in usual
        )

    def _engine_lacking(self, need: Need) -> str | None:
        taken = [engine for engine in self.engines if self._takes(engine.engine)]
        if need.engine is not None:
            known = {engine.engine: engine.available for engine in self.engines}
            return None if self._takes(need.engine) and known.get(need.engine, True) else f"engine {need.engine}"
        if self.only_engines is None and not self.engines:
            return None
        for engine in taken:
            if engine.default and not engine.available and engine.isolation.satisfies(need.minimum_isolation):
                return f"engine {engine.engine}, which is not available now"
        if not any(engine.available and engine.isolation.satisfies(need.minimum_isolation) for engine in taken):
            return f"isolation {need.minimum_isolation}"
        if self.only_engines is not None and not any(engine.default for engine in taken):
            return "programs that name no engine"
        return None

    def _takes(self, engine: str) -> bool:
        return self.only_engines is None or engine in self.only_engines


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReport:
    """What a worker says of itself every few seconds."""

    name: str
    host: str
    version: str
    state: WorkerState
    slots: int
    """How many evaluations it runs at once."""
    running: int
    offer: Offer
    started_at: datetime | None = None
    seen_at: datetime | None = None
    wanted: WorkerState | None = None
    """What a person asked of it; it follows with its next report."""

    @property
    def takes_more(self) -> bool:
        """Whether it takes what waits."""
        return self.state is WorkerState.WORKING

    @property
    def runtimes(self) -> tuple[RuntimeReport, ...]:
        """What it can run."""
        return self.offer.runtimes

    @property
    def engines(self) -> tuple[DriverReport, ...]:
        """What it can run that in, or why not."""
        return self.offer.engines
