"""On which terms a worker takes evaluations: what it restricts itself to, what it may promise, how it shares."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crucible.domain.evaluation import Priority
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.domain.sharing import DEFAULT_WEIGHTS, Caps
from crucible.domain.worker import Offer


def machine_memory() -> int:
    """Return how many bytes of memory this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A worker's terms."""

    cpus: float
    """How many processors it may promise."""
    memory_bytes: int = field(default_factory=machine_memory)
    engines: frozenset[str] | None = None
    """The only engines whose programs it takes; `None`: whichever work there."""
    labels: frozenset[str] = frozenset()
    dedicated: bool = False
    weights: Mapping[Priority, int] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    caps: Caps = field(default_factory=Caps)

    def offer(self, runtimes: Sequence[RuntimeReport], engines: Sequence[DriverReport]) -> Offer:
        """Return what the worker takes, given what its executor can run now."""
        return Offer(
            runtimes=tuple(runtimes),
            engines=tuple(engines),
            only_engines=self.engines,
            labels=self.labels,
            dedicated=self.dedicated,
            memory_bytes=self.memory_bytes,
            cpus=self.cpus,
        )
