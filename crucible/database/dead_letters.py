"""What was given up, by the transaction that gave it up, and what a tenant decided about it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.listing import cursor_at, parse_cursor
from crucible.database.records import Lost
from crucible.database.tables import AnyRow, AnySelect, dead_letters, evaluations, events
from crucible.domain.answer import DeadLetterPage
from crucible.domain.dead_letter import DeadLetter, DeadLetterState, DeadLetterSummary, Loss
from crucible.domain.errors import NotFoundError
from crucible.domain.status import Lifecycle

_D = dead_letters.c
_SHOWN = (
    sa.select(
        *(column for column in _D if column is not _D.tenant_id),
        evaluations.c.infrastructure_attempts,
        evaluations.c.runtime,
        evaluations.c.labels,
    )
    .join(evaluations, evaluations.c.id == _D.evaluation_id)
    .where(evaluations.c.lifecycle != Lifecycle.DELETED)
)


async def insert_dead_letter(connection: AsyncConnection, lost: Lost, reason: str, at: datetime) -> None:
    """Insert what an evaluation became whose row was just ended for this reason."""
    await connection.execute(
        dead_letters.insert(),
        {
            "evaluation_id": lost.evaluation_id,
            "tenant_id": lost.tenant_id,
            "state": DeadLetterState.WAITING,
            "reason": reason,
            "worker": lost.worker,
            "died_at": at,
        },
    )


class DeadLetterReader:
    """The dead letters of one tenant; those of evaluations that were deleted are hidden with them."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def get(self, evaluation_id: str) -> DeadLetter:
        """Return one with its history. Raises NotFoundError."""
        rows = await self._all(_SHOWN.where(_D.evaluation_id == evaluation_id))
        if not rows:
            raise _none(evaluation_id)
        (row,) = rows
        last = Loss(at=row.died_at, attempt=row.infrastructure_attempts, reason=row.reason, worker=row.worker)
        return DeadLetter(**_fields(row), history=(*await self._losses(evaluation_id), last))

    async def page(self, states: Collection[DeadLetterState], *, limit: int, cursor: str | None) -> DeadLetterPage:
        """Return a page of those in these states, or of all. Raises InvalidRequestError for no cursor."""
        place = (_D.died_at, _D.evaluation_id)
        statement = _SHOWN.order_by(*(column.desc() for column in place)).limit(limit + 1)
        if states:
            statement = statement.where(_D.state.in_(sorted(states)))
        if cursor is not None:
            died_at, evaluation_id = parse_cursor(cursor)
            last = (sa.literal(died_at, _D.died_at.type), sa.literal(evaluation_id))
            statement = statement.where(sa.tuple_(*place) < sa.tuple_(*last))
        rows = await self._all(statement)
        shown = rows[:limit]
        more = cursor_at(shown[-1].died_at, shown[-1].evaluation_id) if len(rows) > limit else None
        return DeadLetterPage(items=tuple(_summary(row) for row in shown), next_cursor=more)

    async def _losses(self, evaluation_id: str) -> list[Loss]:
        rows = await self._connection.execute(
            sa.select(events.c.at, events.c.payload)
            .where(events.c.evaluation_id == evaluation_id, events.c.kind == "requeued")
            .order_by(events.c.fence, events.c.sequence)
        )
        return [
            Loss(
                at=row.at,
                attempt=row.payload["infrastructure_attempts"],
                reason=row.payload["reason"],
                worker=row.payload.get("worker"),
            )
            for row in rows
        ]

    async def _all(self, statement: AnySelect) -> Sequence[AnyRow]:
        return (await self._connection.execute(statement.where(_D.tenant_id == self._tenant_id))).all()


class DeadLetterRepository(DeadLetterReader):
    """The dead letters of one tenant, to be decided about."""

    async def held(self, evaluation_ids: Sequence[str]) -> list[DeadLetterSummary]:
        """Return these, in this order, locked until the transaction's end. Raises NotFoundError."""
        statement = _SHOWN.where(_D.evaluation_id.in_(evaluation_ids)).order_by(_D.evaluation_id)
        rows = await self._all(statement.with_for_update(of=dead_letters))
        found = {row.evaluation_id: _summary(row) for row in rows}
        for evaluation_id in evaluation_ids:
            if evaluation_id not in found:
                raise _none(evaluation_id)
        return [found[evaluation_id] for evaluation_id in evaluation_ids]

    async def batches(self, evaluation_ids: Sequence[str]) -> dict[str, str]:
        """Return to which batch each of these belongs that belongs to one."""
        rows = await self._connection.execute(
            sa.select(evaluations.c.id, evaluations.c.batch_id).where(
                evaluations.c.id.in_(evaluation_ids),
                evaluations.c.tenant_id == self._tenant_id,
                evaluations.c.batch_id.is_not(None),
            )
        )
        return {row.id: row.batch_id for row in rows}

    async def note_replayed(self, evaluation_id: str, replayed_as: str, *, subject: str, at: datetime) -> None:
        """Write down as what one runs again."""
        await self._resolve(evaluation_id, DeadLetterState.REPLAYED, subject, at, replayed_as=replayed_as)

    async def discard(self, evaluation_id: str, *, subject: str, at: datetime) -> None:
        """Write down that one is not worth another run."""
        await self._resolve(evaluation_id, DeadLetterState.DISCARDED, subject, at)

    async def _resolve(
        self, evaluation_id: str, state: DeadLetterState, subject: str, at: datetime, **values: str
    ) -> None:
        """Write a decision down; one that was made already stands."""
        await self._connection.execute(
            dead_letters.update()
            .where(
                _D.evaluation_id == evaluation_id,
                _D.tenant_id == self._tenant_id,
                _D.state == DeadLetterState.WAITING,
            )
            .values(state=state, resolved_at=at, resolved_by=subject, **values)
        )


def _none(evaluation_id: str) -> NotFoundError:
    return NotFoundError(f"there is no dead letter {evaluation_id!r}")


def _summary(row: AnyRow) -> DeadLetterSummary:
    return DeadLetterSummary(**_fields(row))


def _fields(row: AnyRow) -> dict[str, Any]:
    return {
        "evaluation_id": row.evaluation_id,
        "state": row.state,
        "reason": row.reason,
        "infrastructure_attempts": row.infrastructure_attempts,
        "runtime": row.runtime,
        "labels": row.labels,
        "died": row.died_at,
        "resolved": row.resolved_at,
        "resolved_by": row.resolved_by,
        "replayed_as": row.replayed_as,
    }
