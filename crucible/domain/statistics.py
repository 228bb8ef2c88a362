"""What can be told of many evaluations at once."""

from datetime import datetime

from pydantic import Field

from crucible.domain.evaluation import Priority
from crucible.domain.outcome import Outcome
from crucible.domain.shape import Shape
from crucible.domain.status import Status


class Percentiles(Shape):
    """How long something took, in seconds: half of them, 95 and 99 of a hundred took no longer than this."""

    p50: float
    p95: float
    p99: float
    relative_error: float = Field(
        default=0.0,
        description="How far each may be from the exact one, as a share of that: 0 where they are exact. "
        "Where they are not, what took less than a microsecond counts as one.",
    )


class Interval(Shape):
    """How the evaluations that were queued in one part of the time ended; what has not ended has no place here."""

    start: datetime
    outcomes: dict[Outcome, int] = Field(default_factory=dict)


class RuntimeCount(Shape):
    """How many were queued for a runtime."""

    runtime: str
    count: int


class Waiting(Shape):
    """What waits at one priority now."""

    priority: Priority
    count: int
    oldest: datetime | None = None
    """When the one that waits longest was queued."""


class WorkerLoad(Shape):
    """What a worker holds now."""

    name: str
    running: int
    lease_until: datetime
    """Until when it has to give a sign of life, by the first of its leases to end."""


class Statistics(Shape):
    """The evaluations that were queued since a moment, and what waits and runs now."""

    since: datetime
    until: datetime
    interval_seconds: int
    intervals: tuple[Interval, ...]
    """Those in which something was queued that has ended, oldest first."""
    statuses: dict[Status, int] = Field(default_factory=dict)
    duration: Percentiles | None = None
    """Wall time of programs; none where none ran."""
    wait: Percentiles | None = None
    """From queued to the last start."""
    runtimes: tuple[RuntimeCount, ...] = ()
    """The busiest first."""
    queue: tuple[Waiting, ...] = ()
    workers: tuple[WorkerLoad, ...] = ()
