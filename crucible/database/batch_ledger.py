"""What Crucible itself does to batches, whoever's they are: stops those that are to end, counts those that did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.announcements import announce_batch
from crucible.database.batch_counts import counted, last_end
from crucible.database.endings import insert_endings
from crucible.database.tables import batches, evaluations, is_in_place, is_queued, is_running, is_unfinished
from crucible.domain.outcome import Outcome
from crucible.domain.status import Status

_B, _E = batches.c, evaluations.c


@dataclass(frozen=True, slots=True)
class UnfinishedBatch:
    """A batch that somebody wants to end."""

    id: str
    tenant_id: str
    cancel_requested_by: str


class BatchLedger:
    """The batches of every tenant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def to_be_cancelled(self, *, limit: int) -> Sequence[UnfinishedBatch]:
        """Return batches whose end was asked for, and some of whose evaluations may not have heard of it."""
        rows = await self._connection.execute(
            sa.select(_B.id, _B.tenant_id, _B.cancel_requested_by)
            .where(is_unfinished, _B.cancel_requested_by.is_not(None))
            .order_by(_B.id)
            .limit(limit)
        )
        return [UnfinishedBatch(row.id, row.tenant_id, row.cancel_requested_by) for row in rows]

    async def cancel_queued(self, batch: UnfinishedBatch, *, limit: int, at: datetime) -> dict[str, int]:
        """End evaluations of a batch that nobody holds, and return each one's fence."""
        some = (
            sa.select(_E.id)
            .where(is_in_place, _E.batch_id == batch.id, is_queued)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("some")
        )
        changed = await self._connection.execute(
            evaluations.update()
            .where(_E.id.in_(sa.select(some.c.id)), is_queued)
            .values(
                status=Status.CANCELLED, outcome=Outcome.CANCELLED, fence=_E.fence + 1, finished_at=at, worker=None
            )
            .returning(_E.id, _E.fence)
        )
        fences = {row.id: row.fence for row in changed}
        if fences:
            await insert_endings(self._connection, batch.tenant_id, fences, Outcome.CANCELLED, error=None, at=at)
        return fences

    async def request_cancels(self, batch: UnfinishedBatch) -> list[str]:
        """Leave a note for the holders of running evaluations of a batch; return those that had none yet."""
        changed = await self._connection.execute(
            evaluations.update()
            .where(is_in_place, _E.batch_id == batch.id, is_running, _E.cancel_requested_by.is_(None))
            .values(cancel_requested_by=batch.cancel_requested_by)
            .returning(_E.id)
        )
        return list(changed.scalars())

    async def all_ended(self, *, limit: int) -> list[str]:
        """Return batches of which nothing is to come, queued or running, and that nobody holds; locked."""
        unfinished = sa.exists().where(
            is_in_place, _E.batch_id == _B.id, _E.status.in_([Status.QUEUED, Status.RUNNING])
        )
        rows = await self._connection.execute(
            sa.select(_B.id)
            .where(is_unfinished, _B.closed_at.is_not(None), ~unfinished)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return list(rows.scalars())

    async def finish(self, batch_id: str) -> bool:
        """Keep the counts of a batch that is locked; False where one of its evaluations has not ended after all.

        PostgreSQL may have looked at the evaluations before it had the lock, and at what a retry changed since.
        """
        counts = (await counted(self._connection, [batch_id]))[batch_id]
        if counts.unfinished:
            return False
        ended = await last_end(self._connection, batch_id)
        await self._connection.execute(
            batches.update()
            .where(_B.id == batch_id)
            .values(finished_at=_B.closed_at if ended is None else ended, counts=counts.to_store())
        )
        await announce_batch(self._connection, batch_id)
        return True
