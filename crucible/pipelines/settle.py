"""How pipelines go on by themselves: at once where a stage's run ends, and by looking for what was left undone.

Whoever ended a stage's run may be killed before anything follows from it, and a stage may end where nobody is who
could go on: cancelled in the queue, or given up. So a round looks for ends that nobody took note of.
"""

import asyncio

import structlog

from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.database.pipeline_ledger import OwnedPipeline
from crucible.domain.errors import StorageUnavailableError
from crucible.pipelines.advance import advance
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream

_AT_ONCE = 100
_PAUSE_SECONDS = 1.0
_log = structlog.stdlib.get_logger(__name__)


async def go_on(
    database: Database, blobs: BlobStore, stream: EventStream, doorbell: Doorbell, pipeline_id: str
) -> None:
    """Go on with a pipeline one of whose stages just ended; what can't be done now is left to the rounds."""
    try:
        async with database.system_steps() as work:
            pipeline = await work.pipelines.owned(pipeline_id)
        await _advance(database, blobs, stream, doorbell, pipeline)
    except StorageUnavailableError as error:
        _log.warning("pipeline_not_advanced", pipeline=pipeline_id, reason=error.detail)


async def advance_undecided(database: Database, blobs: BlobStore, stream: EventStream, doorbell: Doorbell) -> int:
    """Go on with pipelines that were left, and return how many those were. Raises StorageUnavailableError."""
    async with database.system_steps() as work:
        found = await work.pipelines.undecided(limit=_AT_ONCE)
    for pipeline in found:
        await _advance(database, blobs, stream, doorbell, pipeline)
    return len(found)


async def keep_advancing(database: Database, blobs: BlobStore, stream: EventStream, doorbell: Doorbell) -> None:
    """Go round until cancelled."""
    while True:
        try:
            await advance_undecided(database, blobs, stream, doorbell)
        except StorageUnavailableError as error:
            _log.warning("pipelines_not_advanced", reason=error.detail)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _advance(
    database: Database, blobs: BlobStore, stream: EventStream, doorbell: Doorbell, pipeline: OwnedPipeline
) -> None:
    try:
        await advance(database, blobs, stream, doorbell, pipeline)
    except StorageUnavailableError:
        raise
    except Exception:  # noqa: BLE001 - a defect that one pipeline meets must not hold up all others
        _log.exception("pipeline_not_advanced", pipeline=pipeline.id)
