"""What every role works with, and what that is where all roles are one process.

The other form is in `shared`; the two modules are all in which they differ.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from crucible.blobs.file import FileBlobs
from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.queue.doorbell import Doorbell
from crucible.queue.local import LocalDoorbell
from crucible.settings import Settings
from crucible.stream.memory import InProcessEventStream
from crucible.stream.stream import EventStream


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a role works with, whichever form it is of."""

    database: Database
    blobs: BlobStore
    stream: EventStream
    doorbell: Doorbell


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnParts(Parts):
    """What the roles of one process work with."""

    doorbell: LocalDoorbell


@asynccontextmanager
async def parts_of_one_process(settings: Settings) -> AsyncIterator[OwnParts]:
    """Open the database, and have doorbell and events within this process. Raises StorageUnavailableError."""
    async with opened(settings, role="up") as database:
        yield OwnParts(
            database=database,
            blobs=FileBlobs(settings.blobs_path),
            stream=InProcessEventStream(),
            doorbell=LocalDoorbell(),
        )


@asynccontextmanager
async def opened(settings: Settings, role: str) -> AsyncIterator[Database]:
    """Have the database open for a role. Raises StorageUnavailableError."""
    database = await Database.open(settings.database_address, connections=settings.database_connections, role=role)
    try:
        yield database
    finally:
        await database.close()
