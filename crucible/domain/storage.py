"""What is kept, and how much room that takes."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

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


class DeletedCount(Shape):
    """What was deleted and can be restored."""

    count: int
    oldest: datetime | None = None
    """When the oldest of it was queued."""


class Storage(Shape):
    """What a tenant's evaluations keep, and how large the database is that all share."""

    at: datetime
    blobs: BlobTotals
    """Of evaluations, the deleted ones among them: those can be restored with all that they had."""
    database: DatabaseSize
    deleted: DeletedCount
    retention_seconds: float | None = None
    """For how long what was deleted is kept. `None`: for good."""
