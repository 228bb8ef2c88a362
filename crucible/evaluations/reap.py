"""Repair what was lost: leases that ran out, rings that nobody heard, programs that nobody can run."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from crucible.blobs.store import BlobStore, prefix_of
from crucible.database.database import Database
from crucible.domain.outcome import Outcome
from crucible.evaluations.requeue import Patience, take_back, tell_of_dead_letter
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream

_AT_ONCE = 100
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reaped:
    """How many evaluations were taken back."""

    requeued: int
    ended: int


async def reap(
    database: Database,
    blobs: BlobStore,
    stream: EventStream,
    *,
    patience: Patience,
    everything: bool = False,
    trusts: Callable[[datetime], bool] = lambda _at: True,
) -> Reaped:
    """Take back what runs under a lease that is over; with `everything`, whatever runs.

    `trusts`: whether the moment that the database's clock says tells anything of leases; where not, none is over.

    Blobs that a lost attempt wrote, and whose result will never be, go with it.

    `everything` is for a start that knows itself alone on its data: nothing can be running yet. Raises
    StorageUnavailableError.
    """
    requeued = ended = 0
    reason = "the server stopped while it ran" if everything else "its worker was not heard of for too long"
    while True:
        async with database.system_unit_of_work() as work:
            at = await work.now()
            if not trusts(at):
                return Reaped(requeued, ended)
            found = await work.leases.expired(at=at, everything=everything, limit=_AT_ONCE)
            for lost in found:
                queued = await take_back(work, lost, reason=reason, patience=patience, counted=True)
                requeued, ended = requeued + queued, ended + (not queued)
                work.after_commit(partial(stream.close, lost.evaluation_id, lost.fence))
                work.after_commit(partial(blobs.delete_all, prefix_of(lost.evaluation_id, lost.fence)))
        if found:
            _log.warning("leases_taken_back", reason=reason, evaluations=[lost.evaluation_id for lost in found])
        if len(found) < _AT_ONCE:
            return Reaped(requeued, ended)


async def ring_again(database: Database, doorbell: Doorbell) -> None:
    """Ring for what is queued and due: a ring may be lost, or a wait be over. Raises StorageUnavailableError."""
    async with database.system_steps() as work:
        lines = await work.lines.all()
        due = await work.lines.due(lines, at=await work.now(), limit=_AT_ONCE) if lines else []
    if due:
        await doorbell.ring(due)


async def end_unrunnable(database: Database, stream: EventStream, runtimes: Collection[str]) -> int:
    """End queued evaluations whose runtime was there at submission and is not any more; return how many.

    They would wait in silence for ever. Raises StorageUnavailableError.
    """
    async with database.system_steps() as work:
        lines = [line for line in await work.lines.all() if line.need.runtime not in runtimes]
        if not lines:
            return 0
        await work.as_one()
        found = await work.leases.waiting(lines, limit=_AT_ONCE)
        at = await work.now()
        for lost in found:
            error = f"the runtime {lost.runtime!r} is not there any more; there are: {', '.join(sorted(runtimes))}"
            attempts = lost.infrastructure_attempts
            if await work.leases.give_up(
                lost, Outcome.SANDBOX_ERROR, error=error, attempts=attempts, at=at, loss=error
            ):
                work.after_commit(partial(tell_of_dead_letter, lost, error, attempts))
            work.after_commit(partial(stream.close, lost.evaluation_id, lost.fence))
    return len(found)
