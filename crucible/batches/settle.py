"""What happens to batches by itself: those whose end was asked for are stopped, those that ended are counted.

A request only notes what is wanted. Whoever goes round here carries it out, in steps that each hold few rows for a
short time, and that anybody may repeat: a server that is killed between two leaves the rest to the next round.
"""

import asyncio
from functools import partial

import structlog

from crucible.database.database import Database
from crucible.domain.batch import CHUNK_ITEMS
from crucible.domain.errors import StorageUnavailableError
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream

_AT_ONCE = 100
_PAUSE_SECONDS = 1.0
_log = structlog.stdlib.get_logger(__name__)


async def stop_cancelled(
    database: Database, doorbell: Doorbell, stream: EventStream, *, rounds: int | None = None
) -> None:
    """End what is queued of batches that are to end, and tell the holders of what runs.

    With `rounds`, only so many chunks of each; the rest is the next caller's. Raises StorageUnavailableError.
    """
    async with database.system_steps() as work:
        found = await work.batches.to_be_cancelled(limit=_AT_ONCE)
    for batch in found:
        done = 0
        while rounds is None or done < rounds:
            async with database.system_unit_of_work() as work:
                running = await work.batches.request_cancels(batch)
                fences = await work.batches.cancel_queued(batch, limit=CHUNK_ITEMS, at=await work.now())
                for evaluation_id in running:
                    work.after_commit(partial(doorbell.cancel, evaluation_id))
                for evaluation_id, fence in fences.items():
                    work.after_commit(partial(stream.close, evaluation_id, fence))
            done += 1
            if len(fences) < CHUNK_ITEMS:
                break


async def count_ended(database: Database) -> int:
    """Keep the counts of batches of which nothing is to come; return how many. Raises StorageUnavailableError."""
    async with database.system_steps() as work:
        if not await work.batches.all_ended(limit=_AT_ONCE):
            return 0
        await work.as_one()
        ended = await work.batches.all_ended(limit=_AT_ONCE)
        return sum([await work.batches.finish(batch_id) for batch_id in ended])


async def keep_settling(database: Database, doorbell: Doorbell, stream: EventStream) -> None:
    """Go round until cancelled."""
    while True:
        try:
            await stop_cancelled(database, doorbell, stream)
            await count_ended(database)
        except StorageUnavailableError as error:
            _log.warning("batches_not_settled", reason=error.detail)
        await asyncio.sleep(_PAUSE_SECONDS)
