"""What is kept, and how much room that takes."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from crucible.domain.retention import RetentionPlan
from crucible.domain.shape import Shape


class BlobKind(StrEnum):
    """What lies beside the database where it is larger than a row should be."""

    STDOUT = "stdout"
    STDERR = "stderr"
    FILES = "files"
    """What a program left, in one piece."""


class BlobCount(Shape):
    """How many blobs there are of something, and how many bytes they hold."""

    count: int
    bytes: int


class BlobTotals(BlobCount):
    """All of them, and each kind."""

    kinds: dict[BlobKind, BlobCount]


class DatabaseSize(Shape):
    """The whole database's, whoever's the rows are."""

    kind: Literal["sqlite", "postgresql"]
    bytes: int
    """On disk, as the database counts: room that deleted rows left, indexes included."""
    free_bytes: int | None = None
    """Of it, room that SQLite will use again before the file grows; PostgreSQL does not say."""


class DeletedCount(Shape):
    """What was deleted and can be restored."""

    count: int
    oldest: datetime | None = None
    """When the oldest of it was queued."""
    first: datetime | None = None
    """When the one of it was deleted that will be removed first."""


class Storage(Shape):
    """What a tenant's evaluations keep, and how large the database is that all share."""

    at: datetime
    blobs: BlobTotals
    """Of evaluations, the deleted ones among them: those can be restored with all that they had."""
    database: DatabaseSize
    deleted: DeletedCount
    retention_seconds: float | None = None
    """For how long what was deleted is kept. `None`: for good."""
    ended_seconds: float | None = None
    """How long after its end what ended is deleted by itself. `None`: never."""
    oldest: datetime | None = None
    """When the oldest was queued of all that is kept."""
    next_removal: datetime | None = None
    """When the first of what was deleted will be removed for good."""
    plan: RetentionPlan | None = None
    """What retention would do now; told where it is asked for."""
