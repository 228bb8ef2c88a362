"""Where an evaluation is, and the only ways in which it moves."""

from enum import StrEnum


class Status(StrEnum):
    """Where an evaluation is. How it ended is its `Outcome`."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    """The program ran, and its end is the program's or a limit's doing."""
    FAILED = "failed"
    """Crucible could not run it; the program is not to blame."""
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return not TRANSITIONS[self]


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELLED, Status.FAILED}),
    Status.RUNNING: frozenset({Status.QUEUED, Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""Every move there is. `running → queued` is a lost lease handed back; nothing leaves a final status."""

FINAL_STATUSES = frozenset(status for status, following in TRANSITIONS.items() if not following)


class Lifecycle(StrEnum):
    """Whether the record is shown; independent of how the evaluation ended."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DELETED = "deleted"
    """Hidden, restorable until retention ends."""
