"""What a process counted and timed since it began, for `/metrics` to show."""

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Count(StrEnum):
    """What is counted."""

    RETRIES = "retries"
    """Evaluations that were queued again since Crucible lost their run."""
    LEASE_EXPIRIES = "lease_expiries"
    """Leases that were taken back from a worker that was not heard of."""
    STALE_RESULTS = "stale_results"
    """Results that came after another had the lease, and were discarded."""
    REMOVED = "removed"
    """Evaluations that were removed for good, since their retention was over."""


class Duration(StrEnum):
    """What is timed."""

    WAIT = "wait"
    """From when an evaluation was due until a worker had it."""
    COLD_START = "cold_start"
    """From then until its sandbox stood and the program began."""
    EXECUTION = "execution"
    """From then until it ended."""


BOUNDS: dict[Duration, tuple[float, ...]] = {
    Duration.WAIT: (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400),
    Duration.COLD_START: (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    Duration.EXECUTION: (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400),
}
"""Upper bounds of each histogram's buckets, in seconds; what is longer than the last has a bucket, too."""


@dataclass(slots=True)
class Histogram:
    """How long something took, by bucket."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total_seconds: float = 0.0

    def __post_init__(self) -> None:
        if not self.counts:
            self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect.bisect_left(self.bounds, seconds)] += 1
        self.total_seconds += seconds

    def cumulative(self) -> Iterable[tuple[str, float]]:
        """Yield what Prometheus wants: each bound, and how many took no longer."""
        seen = 0
        for bound, count in zip((*self.bounds, "+Inf"), self.counts, strict=True):
            seen += count
            yield bound if isinstance(bound, str) else f"{bound:g}", float(seen)


class Measures:
    """One process's counts and times. Made where a role starts, and passed on."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(Count, 0)
        self.durations: dict[tuple[Duration, str], Histogram] = {}
        """By what is timed, and the engine that it was in; '' before there is one."""

    def count(self, what: Count, number: int = 1) -> None:
        """Count some."""
        self.counts[what] += number

    def observe(self, what: Duration, seconds: float, engine: str = "") -> None:
        """Time one; a clock that went back makes it nothing."""
        key = (what, engine)
        if key not in self.durations:
            self.durations[key] = Histogram(BOUNDS[what])
        self.durations[key].observe(max(0.0, seconds))

    def as_json(self) -> dict[str, Any]:
        """Return all of it, to be written down."""
        return {
            "counts": {what.value: number for what, number in self.counts.items()},
            "durations": [
                {
                    "what": what.value,
                    "engine": engine,
                    "bounds": list(histogram.bounds),
                    "counts": list(histogram.counts),
                    "seconds": histogram.total_seconds,
                }
                for (what, engine), histogram in self.durations.items()
            ],
        }

    @classmethod
    def of_json(cls, written: Mapping[str, Any]) -> Self:
        """Return what was written down; another release's words are left out, and its bounds kept."""
        measures = cls()
        for what, number in written["counts"].items():
            if what in list(Count):
                measures.counts[Count(what)] = number
        for each in written["durations"]:
            if each["what"] in list(Duration):
                measures.durations[Duration(each["what"]), each["engine"]] = Histogram(
                    tuple(each["bounds"]), list(each["counts"]), each["seconds"]
                )
        return measures
