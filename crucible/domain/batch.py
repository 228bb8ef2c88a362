"""Many submissions as one: handed in piece by piece, followed, stopped, tried again and taken home together."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from crucible.domain.evaluation import Argument, LabelKey, LabelValue
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.shape import IN_ORDER, ClosedShape, Shape
from crucible.domain.status import Status

MAXIMUM_ITEMS: Final = 100_000
"""In one batch."""
CHUNK_ITEMS: Final = 500
"""How many are acknowledged together: a transaction each, so that a half-sent batch goes on where it broke off."""


class BatchState(StrEnum):
    """Where a batch is. It follows from its evaluations, and from whether more are to come."""

    OPEN = "open"
    """More may come."""
    RUNNING = "running"
    COMPLETED = "completed"
    """All have ended, whatever their outcomes."""
    CANCELLED = "cancelled"
    """Its end was asked for, and all have ended."""


class BatchRequest(ClosedShape):
    """A batch to make; its evaluations follow."""

    name: Annotated[Argument, Field(min_length=1, max_length=255)] | None = None
    labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=32)] = Field(default_factory=dict)
    """Of the batch; each evaluation has its own."""


class Batch(Shape):
    """A batch, and how far it is."""

    id: str
    name: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    state: BatchState
    created_by: str
    created_at: datetime
    closed_at: datetime | None = None
    """Since when no more can come."""
    finished_at: datetime | None = None
    """When the last of them ended."""
    received: int
    """How many are acknowledged; also the position of the next."""
    statuses: dict[Status, int] = Field(default_factory=dict)
    """How many stand where; what a retry replaced is not counted."""
    outcomes: dict[Outcome, int] = Field(default_factory=dict)
    cancel_requested: bool = False
    retried: int = 0
    """How many evaluations a retry replaced."""

    @property
    def ended(self) -> int:
        """How many have ended."""
        return sum(count for status, count in self.statuses.items() if status.is_final)


class BatchPage(Shape):
    """Part of a list, newest first."""

    items: tuple[Batch, ...]
    next_cursor: str | None = None


class Cause(Shape):
    """Evaluations of a batch that ended badly, and alike."""

    outcome: Outcome
    fault: Fault
    cause: str | None
    """The line that they have in common, without numbers and addresses. The program said it: it proves nothing."""
    count: int
    examples: tuple[str, ...]
    """Some of them."""


class CauseList(Shape):
    """Why evaluations of a batch ended badly, the most frequent first."""

    items: tuple[Cause, ...]
    truncated: bool = False
    """Whether there are more causes than are listed."""


RETRIED_FAULTS: Final = frozenset(Fault) - {Fault.NOBODY}


class RetryRequest(ClosedShape):
    """Which evaluations of a batch are to run again: those that ended by one of these faults."""

    faults: Annotated[frozenset[Fault], Field(min_length=1), IN_ORDER] = RETRIED_FAULTS


def state_of(*, closed: bool, cancel_requested: bool, unfinished: int) -> BatchState:
    """Return where a batch is that is closed or not, and of whose evaluations so many have not ended."""
    if not closed:
        return BatchState.OPEN
    if unfinished:
        return BatchState.RUNNING
    return BatchState.CANCELLED if cancel_requested else BatchState.COMPLETED
