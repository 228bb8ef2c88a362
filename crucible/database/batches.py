"""A tenant's batches. What one holds stands in its evaluations' rows; the batch's own row says what they can't.

How many of them stand where is counted from an index, so that a finish writes nothing of the batch, and those of
one batch don't wait for each other. Once all have ended the counts no longer change, and are kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.batch_counts import Counts, counted, last_end
from crucible.database.listing import newest_first
from crucible.database.rows import SUMMARY, WHOLE_EVALUATION, to_evaluation, to_summary
from crucible.database.tables import AnyRow, batches, evaluations, is_in_place
from crucible.domain.batch import Batch, BatchPage, BatchRequest, BatchState, Cause, CauseList, state_of
from crucible.domain.errors import NotFoundError
from crucible.domain.evaluation import Evaluation, EvaluationSummary
from crucible.domain.identifiers import BATCH_PATTERN, new_identifier
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.status import Status

_B, _E = batches.c, evaluations.c
_MOST_CAUSES = 100
_EXAMPLES = 3
_IS_IN = {
    BatchState.OPEN: _B.closed_at.is_(None),
    BatchState.RUNNING: sa.and_(_B.closed_at.is_not(None), _B.finished_at.is_(None)),
    BatchState.COMPLETED: sa.and_(_B.finished_at.is_not(None), _B.cancel_requested_by.is_(None)),
    BatchState.CANCELLED: sa.and_(_B.finished_at.is_not(None), _B.cancel_requested_by.is_not(None)),
}
"""As it was last noted: a batch whose last evaluation just ended is found as running for a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which of a batch's evaluations to list."""

    status: frozenset[Status] = frozenset()
    outcome: frozenset[Outcome] = frozenset()
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBatch:
    """A batch whose row is locked until the transaction's end."""

    id: str
    received: int
    is_closed: bool
    is_cancelled: bool
    is_finished: bool


class BatchReader:
    """What may be read of one tenant's batches."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def get(self, batch_id: str) -> Batch:
        """Return a batch. Raises NotFoundError where there is none, or it is another tenant's."""
        [batch] = await self._told([await self._row(batch_id)])
        return batch

    async def page(self, states: Collection[BatchState], *, limit: int, cursor: str | None) -> BatchPage:
        """Return at most `limit` batches, newest first. Raises InvalidRequestError for a cursor that is none."""
        statement = sa.select(batches).where(_B.tenant_id == self._tenant_id)
        if states:
            statement = statement.where(sa.or_(*(_IS_IN[state] for state in states)))
        statement = newest_first(statement, _B.id, BATCH_PATTERN, limit=limit, cursor=cursor)
        rows = (await self._connection.execute(statement)).all()
        items = tuple(await self._told(rows[:limit]))
        return BatchPage(items=items, next_cursor=items[-1].id if len(rows) > limit else None)

    async def items(self, batch_id: str, wanted: ItemFilter, *, after: int, limit: int) -> list[EvaluationSummary]:
        """Return evaluations behind a position, as they were handed in. Raises NotFoundError."""
        await self._row(batch_id)
        conditions: list[sa.ColumnElement[bool]] = []
        if wanted.status:
            conditions.append(_E.status.in_(sorted(wanted.status)))
        if wanted.outcome:
            conditions.append(_E.outcome.in_(sorted(wanted.outcome)))
        if wanted.cause is not None:
            conditions.append(_E.cause == wanted.cause)
        statement = sa.select(*SUMMARY).where(*self._in(batch_id), _E.batch_position > after, *conditions)
        rows = await self._connection.execute(statement.order_by(_E.batch_position).limit(limit))
        return [to_summary(row) for row in rows]

    async def whole_items(self, batch_id: str, *, after: int, limit: int) -> list[Evaluation]:
        """Return the same, with their programs and output. Raises NotFoundError."""
        await self._row(batch_id)
        statement = WHOLE_EVALUATION.where(*self._in(batch_id), _E.batch_position > after)
        rows = await self._connection.execute(statement.order_by(_E.batch_position).limit(limit))
        return [to_evaluation(row) for row in rows]

    async def causes(self, batch_id: str) -> CauseList:
        """Return why evaluations ended badly. Raises NotFoundError."""
        await self._row(batch_id)
        bad = sorted(outcome for outcome in Outcome if outcome.fault is not Fault.NOBODY)
        ended_badly = sa.and_(*self._in(batch_id), _E.outcome.in_(bad))
        count = sa.func.count()
        found = (
            await self._connection.execute(
                sa.select(_E.outcome, _E.cause, count.label("number"))
                .where(ended_badly)
                .group_by(_E.outcome, _E.cause)
                .order_by(count.desc(), _E.outcome, _E.cause)
                .limit(_MOST_CAUSES + 1)
            )
        ).all()
        items = [
            Cause(
                outcome=row.outcome,
                fault=row.outcome.fault,
                cause=row.cause,
                count=row.number,
                examples=await self._examples(batch_id, row.outcome, row.cause),
            )
            for row in found[:_MOST_CAUSES]
        ]
        return CauseList(items=tuple(items), truncated=len(found) > _MOST_CAUSES)

    async def _examples(self, batch_id: str, outcome: Outcome, cause: str | None) -> tuple[str, ...]:
        rows = await self._connection.execute(
            sa.select(_E.id)
            .where(*self._in(batch_id), _E.outcome == outcome, _E.cause.is_not_distinct_from(cause))
            .order_by(_E.batch_position)
            .limit(_EXAMPLES)
        )
        return tuple(rows.scalars())

    def _in(self, batch_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (is_in_place, _E.batch_id == batch_id, _E.tenant_id == self._tenant_id)

    async def _told(self, rows: Sequence[AnyRow]) -> list[Batch]:
        live = await counted(self._connection, [row.id for row in rows if row.finished_at is None])
        told = []
        for row in rows:
            counts = Counts.stored(row.counts) if row.counts else live[row.id]
            finished_at = row.finished_at
            if finished_at is None and row.closed_at is not None and not counts.unfinished:
                finished_at = await last_end(self._connection, row.id) or row.closed_at
            told.append(_to_batch(row, counts, finished_at))
        return told

    def _named(self, batch_id: str) -> "sa.Select[Any]":
        return sa.select(batches).where(_B.id == batch_id, _B.tenant_id == self._tenant_id)

    async def _row(self, batch_id: str) -> AnyRow:
        return await self._one(self._named(batch_id), batch_id)

    async def _one(self, statement: "sa.Select[Any]", batch_id: str) -> AnyRow:
        row: AnyRow | None = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no batch {batch_id[:60]!r}")
        return row


class BatchRepository(BatchReader):
    """What may be written of one tenant's batches."""

    async def add(self, request: BatchRequest, subject: str, at: datetime) -> str:
        """Insert an open batch and return its id."""
        batch_id = new_identifier("ba")
        row = {
            "id": batch_id,
            "tenant_id": self._tenant_id,
            "name": request.name,
            "labels": request.labels,
            "created_by": subject,
            "created_at": at,
            "received": 0,
            "retried": 0,
        }
        await self._connection.execute(batches.insert(), row)
        return batch_id

    async def hold(self, batch_id: str) -> HeldBatch:
        """Lock a batch, so that nobody else adds to it, ends it or counts it. Raises NotFoundError."""
        row = await self._one(self._named(batch_id).with_for_update(), batch_id)
        return HeldBatch(
            id=row.id,
            received=row.received,
            is_closed=row.closed_at is not None,
            is_cancelled=row.cancel_requested_by is not None,
            is_finished=row.finished_at is not None,
        )

    async def note_received(self, held: HeldBatch, received: int) -> None:
        """Note how many are there."""
        await self._change(held, received=received)

    async def close(self, held: HeldBatch, at: datetime) -> None:
        """Note that no more come."""
        await self._change(held, closed_at=at)

    async def request_cancel(self, held: HeldBatch, subject: str, at: datetime) -> None:
        """Note who asked for its end; nothing is added to it any more."""
        await self._change(held, cancel_requested_by=subject)
        if not held.is_closed:
            await self.close(held, at)

    async def note_retried(self, held: HeldBatch, count: int) -> None:
        """Note that so many run again: it has not ended, and its end is not asked for."""
        await self._change(
            held, retried=_B.retried + count, finished_at=None, counts=None, cancel_requested_by=None
        )

    async def _change(self, held: HeldBatch, **values: Any) -> None:
        await self._connection.execute(batches.update().where(_B.id == held.id).values(**values))


def _to_batch(row: AnyRow, counts: Counts, finished_at: datetime | None) -> Batch:
    return Batch(
        id=row.id,
        name=row.name,
        labels=row.labels,
        state=state_of(
            closed=row.closed_at is not None,
            cancel_requested=row.cancel_requested_by is not None,
            unfinished=counts.unfinished,
        ),
        created_by=row.created_by,
        created_at=row.created_at,
        closed_at=row.closed_at,
        finished_at=finished_at,
        received=row.received,
        statuses=counts.statuses,
        outcomes=counts.outcomes,
        cancel_requested=row.cancel_requested_by is not None,
        retried=row.retried,
    )
