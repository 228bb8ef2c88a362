"""The reaper's rounds, one about every second: what was lost is found, what is due is announced."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.measure import Count, Measures
from crucible.domain.sandbox import RuntimeReport
from crucible.evaluations.reap import end_unrunnable, reap, ring_again
from crucible.evaluations.requeue import Patience
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream

_log = structlog.stdlib.get_logger(__name__)


async def keep_reaping(
    database: Database,
    blobs: BlobStore,
    stream: EventStream,
    doorbell: Doorbell,
    runtimes: Callable[[], Sequence[RuntimeReport]],
    *,
    patience: Patience,
    measures: Measures | None = None,
    interval_seconds: float = 1.0,
) -> None:
    """Go round until cancelled. `runtimes`: what can be run now; nothing where that is not known."""
    measures = measures or Measures()
    while True:
        try:
            reaped = await reap(database, blobs, stream, patience=patience)
            measures.count(Count.LEASE_EXPIRIES, reaped.requeued + reaped.ended)
            measures.count(Count.RETRIES, reaped.requeued)
            if names := [runtime.name for runtime in runtimes()]:
                await end_unrunnable(database, stream, names)
            await ring_again(database, doorbell)
        except StorageUnavailableError as error:
            _log.warning("reaper_round_failed", reason=error.detail)
        await asyncio.sleep(interval_seconds)
