"""Read what a program wrote, byte for byte."""

from dataclasses import dataclass

from crucible.access.policy import Permission, require
from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.database.evaluations import Kept
from crucible.domain.errors import RangeNotSatisfiableError, StorageUnavailableError
from crucible.domain.principal import Principal
from crucible.domain.sandbox import StreamName


@dataclass(frozen=True, slots=True)
class OutputSlice:
    """A stretch of a stream."""

    data: bytes
    total: int
    """How many bytes the whole stream has."""


async def read(
    database: Database,
    blobs: BlobStore,
    principal: Principal,
    evaluation_id: str,
    stream: StreamName,
    *,
    start: int = 0,
    stop: int | None = None,
) -> OutputSlice:
    """Return the bytes from `start` up to, not including, `stop`; what lies behind the end is left out.

    Nothing is kept before the evaluation's end: until then the stream is empty here, and its bytes come as events.
    Raises NotFoundError, and RangeNotSatisfiableError where `start` lies behind the end.
    """
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        kept = await view.evaluations.kept_output(evaluation_id, stream)
    if start > kept.size_bytes:
        raise RangeNotSatisfiableError(f"{stream} has {kept.size_bytes} bytes; a range can't begin at {start}")
    end = kept.size_bytes if stop is None else min(stop, kept.size_bytes)
    return OutputSlice(await slice_of(kept, blobs, start, end), kept.size_bytes)


async def slice_of(kept: Kept, blobs: BlobStore, start: int, stop: int) -> bytes:
    """Return a stretch of kept bytes, from the row where it has them and from their blob where not.

    Raises StorageUnavailableError where the blob has lost some of them: evidence is whole, or it is none.
    """
    if kept.blob is None or stop <= len(kept.inline):
        return kept.inline[start:stop]
    data = await blobs.read(kept.blob, start, stop)
    if len(data) < stop - start:
        raise StorageUnavailableError(
            f"the blob {kept.blob} is damaged: of the {kept.size_bytes} bytes that were written, "
            f"those behind {start + len(data)} are not there"
        )
    return data
