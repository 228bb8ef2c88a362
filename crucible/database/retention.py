"""What Crucible itself takes away, whoever's it is, once nobody is promised it any more.

Each method is a small step that looks anew, so that any number of processes may do it, and whoever is killed
leaves the rest to the next. Evaluations that somebody else has a lock on are left for later. A step takes what is
part of an evaluation with it; what only tells of it (`tables`) stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import (
    audit_entries,
    batches,
    blob_removals,
    dead_letters,
    deliveries,
    evaluation_inputs,
    evaluation_labels,
    evaluation_outputs,
    evaluations,
    events,
    has_blob,
    idempotency_keys,
    is_deleted,
    is_pending,
    pipeline_stages,
    pipelines,
    schedule_firings,
    sessions,
    tenants,
)
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.identifiers import new_identifier
from crucible.domain.status import Lifecycle

_E, _B, _P, _S = evaluations.c, batches.c, pipelines.c, sessions.c
_PARTS = (evaluation_labels, evaluation_inputs, evaluation_outputs, events, dead_letters)
SUBJECT = "retention"
"""Who did it, in the audit."""

_GOES_ON = sa.or_(
    sa.exists().where(_B.id == _E.batch_id, _B.finished_at.is_(None)),
    sa.exists().where(_P.id == _E.pipeline_id, _P.finished_at.is_(None)),
)
"""Is part of a whole that has not ended, and is counted or handed on there."""
_WAITS_FOR_A_DECISION = sa.exists().where(
    dead_letters.c.evaluation_id == _E.id, dead_letters.c.state == DeadLetterState.WAITING
)
_HAD_BLOBS = sa.or_(_E.fence != 1, *has_blob.values())
"""May have some: its result's, or those of an attempt that was lost."""
Place = tuple[datetime, str]
"""Where in the order of their arrival a step ended."""


def is_due(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a deleted evaluation is to be removed, where it was deleted before a moment."""
    return is_deleted, _E.deleted_at <= sa.literal(before, _E.deleted_at.type), sa.not_(_GOES_ON)


def is_old(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that an evaluation is to be deleted, where it ended before a moment."""
    moment = sa.literal(before, _E.finished_at.type)
    return (
        _E.lifecycle == Lifecycle.ACTIVE,
        _E.queued_at <= moment,
        _E.finished_at <= moment,
        sa.not_(_GOES_ON),
        sa.not_(_WAITS_FOR_A_DECISION),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    count: int
    looked_at: Place | None = None
    """The last that was looked at, where there may be more behind it."""


class RetentionLedger:
    """What is kept of every tenant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tenants(self) -> list[str]:
        """Return every tenant's id."""
        return list((await self._connection.execute(sa.select(tenants.c.id).order_by(tenants.c.id))).scalars())

    async def remove(self, tenant_id: str, *, before: datetime, at: datetime, limit: int) -> int:
        """Remove evaluations that were deleted before a moment, with all that is part of them; return how many.

        Whose blobs are still to be removed is noted in the same transaction.
        """
        rows = await self._connection.execute(
            sa.select(_E.id, _HAD_BLOBS.label("had_blobs"))
            .outerjoin(evaluation_outputs, evaluation_outputs.c.evaluation_id == _E.id)
            .where(_E.tenant_id == tenant_id, *is_due(before))
            .order_by(_E.deleted_at)
            .limit(limit)
            .with_for_update(of=evaluations, skip_locked=True)
        )
        found = {row.id: row.had_blobs for row in rows}
        if not found:
            return 0
        noted = [{"evaluation_id": each, "noted_at": at} for each, had_blobs in found.items() if had_blobs]
        if noted:
            await self._connection.execute(blob_removals.insert(), noted)
        for table in _PARTS:
            await self._connection.execute(table.delete().where(table.c.evaluation_id.in_(found)))
        await self._connection.execute(evaluations.delete().where(_E.id.in_(found)))
        return len(found)

    async def delete_old(
        self, tenant_id: str, *, before: datetime, at: datetime, after: Place | None, limit: int
    ) -> Step:
        """Delete active evaluations that ended before a moment, of the next so many in the order of arrival.

        What was counted of them stays counted, as nobody asked for it to be forgotten.
        """
        moment = sa.literal(before, _E.queued_at.type)
        statement = sa.select(_E.id, _E.queued_at).where(_E.tenant_id == tenant_id, _E.queued_at <= moment)
        if after is not None:
            place = (sa.literal(after[0], _E.queued_at.type), sa.literal(after[1]))
            statement = statement.where(sa.tuple_(_E.queued_at, _E.id) > sa.tuple_(*place))
        rows = (await self._connection.execute(statement.order_by(_E.queued_at, _E.id).limit(limit))).all()
        if not rows:
            return Step(0)
        some = (
            sa.select(_E.id)
            .where(_E.id.in_([row.id for row in rows]), *is_old(before))
            .with_for_update(skip_locked=True)
        )
        ids = list((await self._connection.execute(some)).scalars())
        if ids:
            await self._connection.execute(
                evaluations.update().where(_E.id.in_(ids)).values(lifecycle=Lifecycle.DELETED, deleted_at=at)
            )
        last = rows[-1]
        return Step(len(ids), (last.queued_at, last.id) if len(rows) == limit else None)

    async def remove_batches(self, tenant_id: str, *, before: datetime, limit: int) -> int:
        """Remove batches that ended before a moment and of which no evaluation is left; return how many."""
        is_left = sa.exists().where(_E.batch_id == _B.id, _E.replaced_by.is_(None))
        found = await self._some(_B.id, _B.tenant_id == tenant_id, _B.finished_at <= before, ~is_left, limit=limit)
        await self._connection.execute(batches.delete().where(_B.id.in_(found)))
        return len(found)

    async def remove_pipelines(self, tenant_id: str, *, before: datetime, limit: int) -> int:
        """Remove pipelines that ended before a moment and of which no evaluation is left; return how many."""
        is_left = sa.exists().where(_E.pipeline_id == _P.id)
        found = await self._some(_P.id, _P.tenant_id == tenant_id, _P.finished_at <= before, ~is_left, limit=limit)
        await self._connection.execute(pipeline_stages.delete().where(pipeline_stages.c.pipeline_id.in_(found)))
        await self._connection.execute(pipelines.delete().where(_P.id.in_(found)))
        return len(found)

    async def remove_sessions(self, tenant_id: str, *, before: datetime, limit: int) -> int:
        """Remove the records of sessions that ended before a moment; return how many."""
        found = await self._some(_S.id, _S.tenant_id == tenant_id, _S.ended_at <= before, limit=limit)
        await self._connection.execute(sessions.delete().where(_S.id.in_(found)))
        return len(found)

    async def remove_firings(self, tenant_id: str, *, before: datetime, limit: int) -> int:
        """Remove what is told of firings before a moment, none of which is decided anew; return how many."""
        of = schedule_firings.c
        rows = await self._connection.execute(
            sa.select(of.schedule_id, of.fire_at)
            .where(of.tenant_id == tenant_id, of.fire_at <= before)
            .limit(limit)
        )
        found = rows.all()
        for schedule_id, fire_at in found:
            await self._connection.execute(
                schedule_firings.delete().where(of.schedule_id == schedule_id, of.fire_at == fire_at)
            )
        return len(found)

    async def forget_keys(self, *, before: datetime, limit: int) -> int:
        """Forget idempotency keys that were used before a moment; return how many."""
        keys = idempotency_keys.c
        rows = await self._connection.execute(
            sa.select(keys.tenant_id, keys.key).where(keys.created_at <= before).limit(limit)
        )
        found = [tuple(row) for row in rows]
        await self._connection.execute(
            idempotency_keys.delete().where(sa.tuple_(keys.tenant_id, keys.key).in_(found))
        )
        return len(found)

    async def forget_notifications(self, *, before: datetime, limit: int) -> int:
        """Forget notifications of before a moment that were taken or given up; return how many."""
        of = deliveries.c
        found = await self._some(of.id, of.created_at <= before, sa.not_(is_pending), limit=limit)
        await self._connection.execute(deliveries.delete().where(of.id.in_(found)))
        return len(found)

    async def forget_audit(self, tenant_id: str, *, before: datetime, limit: int) -> int:
        """Forget audit entries of before a moment; return how many."""
        of = audit_entries.c
        found = await self._some(of.id, of.tenant_id == tenant_id, of.at <= before, limit=limit)
        await self._connection.execute(audit_entries.delete().where(of.id.in_(found)))
        return len(found)

    async def tell(self, entry_id: str | None, tenant_id: str, action: str, count: int, at: datetime) -> str:
        """Write into the audit that so many of a tenant's were taken away; or that it was so many more."""
        of = audit_entries.c
        if entry_id is not None:
            more = audit_entries.update().where(of.id == entry_id).values(count=of.count + count)
            if (await self._connection.execute(more)).rowcount:
                return entry_id
        entry_id = new_identifier("au")
        await self._connection.execute(
            audit_entries.insert(),
            {
                "id": entry_id,
                "tenant_id": tenant_id,
                "subject": SUBJECT,
                "action": action,
                "changed_tenant_id": tenant_id,
                "at": at,
                "count": count,
            },
        )
        return entry_id

    async def blobs_to_remove(self, *, limit: int) -> list[str]:
        """Return evaluations that are no more, and some of whose blobs may be there."""
        noted = blob_removals.c
        rows = await self._connection.execute(
            sa.select(noted.evaluation_id).order_by(noted.evaluation_id).limit(limit)
        )
        return list(rows.scalars())

    async def note_blobs_removed(self, evaluation_ids: Iterable[str]) -> None:
        """Take note that their blobs are there no more."""
        of_these = blob_removals.c.evaluation_id.in_(list(evaluation_ids))
        await self._connection.execute(blob_removals.delete().where(of_these))

    async def fences(self, evaluation_ids: Sequence[str]) -> dict[str, int]:
        """Return the fence of each of these that there is."""
        rows = await self._connection.execute(sa.select(_E.id, _E.fence).where(_E.id.in_(evaluation_ids)))
        return {row.id: row.fence for row in rows}

    async def deleted(self) -> int:
        """Return how many evaluations are deleted and not removed."""
        found = await self._connection.execute(
            sa.select(sa.func.count()).select_from(evaluations).where(is_deleted)
        )
        return int(found.scalar_one())

    async def overdue_seconds(self, before: datetime) -> float:
        """Return for how long the first has been due that was deleted before a moment and is there yet."""
        first: datetime | None = None
        for tenant_id in await self.tenants():
            found = await self._connection.execute(
                sa.select(_E.deleted_at)
                .where(_E.tenant_id == tenant_id, *is_due(before))
                .order_by(_E.deleted_at)
                .limit(1)
            )
            moment = found.scalar_one_or_none()
            if moment is not None and (first is None or moment < first):
                first = moment
        return 0.0 if first is None else (before - first).total_seconds()

    async def _some(
        self, identifier: sa.Column[str], *conditions: sa.ColumnElement[bool], limit: int
    ) -> list[str]:
        statement = sa.select(identifier).where(*conditions).limit(limit).with_for_update(skip_locked=True)
        return list((await self._connection.execute(statement)).scalars())
