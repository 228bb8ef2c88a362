"""What an operator looks at: what waits, who works, and at what."""

from datetime import datetime

from crucible.domain.evaluation import Priority
from crucible.domain.shape import Shape
from crucible.domain.worker import WorkerState


class PriorityLoad(Shape):
    """What waits and runs at one priority, whoever's it is."""

    priority: Priority
    waiting: int
    """Those that could be taken now."""
    delayed: int
    """Those that wait for their next attempt."""
    oldest_seconds: float
    """How long the first that could be taken has been due."""
    running: int


class Queue(Shape):
    """What there is to do, and what is being done."""

    priorities: tuple[PriorityLoad, ...]
    slots: int
    """How many may run at once, over all workers that take more."""
    slots_used: int
    dead_letters: int
    """Those that wait for a decision."""


class RunningThere(Shape):
    """An evaluation that a worker runs."""

    evaluation_id: str
    runtime: str
    priority: Priority
    started: datetime
    lease_until: datetime


class Worker(Shape):
    """A worker as the table knows it."""

    name: str
    host: str
    version: str
    state: WorkerState
    wanted: WorkerState | None = None
    """What it was told to do, until it says that it does."""
    is_alive: bool
    """Whether it was heard of in the last seconds."""
    slots: int
    running: int
    """How many evaluations it runs, whoever's they are."""
    runs: tuple[RunningThere, ...] = ()
    """Which of yours it runs."""
    runtimes: tuple[str, ...]
    engines: tuple[str, ...]
    """Those that work there; none before its executor was asked."""
    labels: tuple[str, ...]
    dedicated: bool
    """Whether it takes only what asks for one of its labels."""
    memory_bytes: int
    cpus: float
    started: datetime
    seen: datetime


class WorkerList(Shape):
    """The workers that were heard of in the last ten minutes, by name."""

    items: tuple[Worker, ...]
