"""An evaluation that Crucible gave up: what was lost under it, when, and what somebody decided about it.

A program that fails is an outcome. A dead letter is Crucible's own failure: workers or executors were lost under
the evaluation until its attempts were spent, or nothing was left that could run it.
"""

from datetime import datetime
from enum import StrEnum

from crucible.domain.shape import Shape


class DeadLetterState(StrEnum):
    """What was decided about a dead letter."""

    WAITING = "waiting"
    """Nobody has decided yet."""
    REPLAYED = "replayed"
    """The same program was handed in again; `replayed_as` says as which evaluation."""
    DISCARDED = "discarded"


class Loss(Shape):
    """One run that Crucible could not bring to an end."""

    at: datetime
    attempt: int
    """Which one it was, counted from 1; 0 where nobody could begin it."""
    reason: str
    worker: str | None = None
    """Who held it then."""


class DeadLetterSummary(Shape):
    """A dead letter as a list shows it."""

    evaluation_id: str
    state: DeadLetterState
    reason: str
    """Why it was given up: the last loss."""
    infrastructure_attempts: int
    runtime: str
    labels: dict[str, str]
    died: datetime
    resolved: datetime | None = None
    resolved_by: str | None = None
    replayed_as: str | None = None
    """The evaluation that the same program became when it was replayed."""


class DeadLetter(DeadLetterSummary):
    """A dead letter with its history."""

    history: tuple[Loss, ...] = ()
    """Every loss in order, the last one included."""
