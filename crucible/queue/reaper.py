"""The reaper's rounds, one about every second: what was lost is found, what is due is announced."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime

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

_SMALLEST_LEAP_SECONDS = 5.0
_log = structlog.stdlib.get_logger(__name__)


class WatchedClock:
    """The database's clock beside this process's steady one, which neither a person nor a sleeping machine moves.

    Where the former leaps ahead, every lease is over at once, though nobody was silent. Each worker renews its own
    within a third of their life, so for one life none is taken for lost.
    """

    def __init__(self, lease_seconds: float) -> None:
        self._lease_seconds = lease_seconds
        self._leap_seconds = max(_SMALLEST_LEAP_SECONDS, lease_seconds / 3)
        self._ahead: float | None = None
        self._spared_until = float("-inf")

    def tells(self, at: datetime) -> bool:
        """Whether a lease that is over at this moment of the database's is over."""
        steady = time.monotonic()
        ahead = at.timestamp() - steady
        if self._ahead is not None and ahead - self._ahead > self._leap_seconds:
            _log.warning("clock_leapt", seconds=round(ahead - self._ahead), spared_seconds=self._lease_seconds)
            self._spared_until = steady + self._lease_seconds
        self._ahead = ahead
        return steady >= self._spared_until


async def keep_reaping(
    database: Database,
    blobs: BlobStore,
    stream: EventStream,
    doorbell: Doorbell,
    runtimes: Callable[[], Sequence[RuntimeReport]],
    *,
    patience: Patience,
    lease_seconds: float = 30.0,
    measures: Measures | None = None,
    interval_seconds: float = 1.0,
) -> None:
    """Go round until cancelled. `runtimes`: what can be run now; nothing where that is not known."""
    measures = measures or Measures()
    clock = WatchedClock(lease_seconds)
    while True:
        try:
            reaped = await reap(database, blobs, stream, patience=patience, trusts=clock.tells)
            measures.count(Count.LEASE_EXPIRIES, reaped.requeued + reaped.ended)
            measures.count(Count.RETRIES, reaped.requeued)
            if names := [runtime.name for runtime in runtimes()]:
                await end_unrunnable(database, stream, names)
            await ring_again(database, doorbell)
        except StorageUnavailableError as error:
            _log.warning("reaper_round_failed", reason=error.detail)
        await asyncio.sleep(interval_seconds)
