"""What Crucible itself does to evaluations, whoever's they are: renew, take back, give up.

Every change is conditional on the fence and the status that its maker saw last. No row changed means that
somebody else was first, and that what was to be written is void.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.announcements import announce_evaluation
from crucible.database.dead_letters import insert_dead_letter
from crucible.database.endings import insert_ending
from crucible.database.events import insert_events
from crucible.database.lines import is_in
from crucible.database.records import Lost
from crucible.database.results import IS_HELD, ended
from crucible.database.tables import evaluations, is_running
from crucible.domain.cause import cause_of
from crucible.domain.event import Requeued
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxProgress
from crucible.domain.sharing import Line
from crucible.domain.status import Status
from crucible.domain.webhook import WebhookEvent

_E = evaluations.c

_NOTE_PROGRESS = evaluations.update().where(IS_HELD)


class LeaseRepository:
    """The leases on evaluations, across tenants."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def renew(
        self, held: Iterable[tuple[str, int]], *, at: datetime, ttl: timedelta
    ) -> dict[tuple[str, int], str | None]:
        """Extend leases; answer, for each (id, fence) that still stands, who asked for its end, if any did."""
        changed = await self._connection.execute(
            evaluations.update()
            .where(sa.tuple_(_E.id, _E.fence).in_(list(held)), is_running)
            .values(lease_until=at + ttl)
            .returning(_E.id, _E.fence, _E.cancel_requested_by)
        )
        return {(row.id, row.fence): row.cancel_requested_by for row in changed}

    async def note_progress(self, progress: Mapping[tuple[str, int], SandboxProgress]) -> None:
        """Write how far held evaluations' programs say that they have come; what was lost is left alone."""
        await self._connection.execute(
            _NOTE_PROGRESS,
            [
                {"held_id": evaluation_id, "held_fence": fence, "progress": msgspec.to_builtins(said)}
                for (evaluation_id, fence), said in progress.items()
            ],
        )

    async def expired(self, *, at: datetime, everything: bool, limit: int) -> list[Lost]:
        """Return running evaluations whose lease is over, or all that run; locked until the transaction's end."""
        conditions = [is_running] if everything else [is_running, _E.lease_until < at]
        return await self._lost(*conditions, limit=limit)

    async def held(self, evaluation_id: str, fence: int) -> Lost | None:
        """Return an evaluation that its holder wants to give back, or None where the lease was lost."""
        found = await self._lost(_is_held(evaluation_id, fence), limit=1)
        return found[0] if found else None

    async def waiting(self, lines: Iterable[Line], *, limit: int) -> list[Lost]:
        """Return some of what waits in these lines; locked until the transaction's end."""
        found: list[Lost] = []
        for line in lines:
            found += await self._lost(is_in(line), limit=limit - len(found))
            if len(found) == limit:
                break
        return found

    async def requeue(self, lost: Lost, *, reason: str, attempts: int, at: datetime, not_before: datetime) -> bool:
        """Give an evaluation back to the queue under another fence; False where somebody else was first."""
        fence = lost.fence + 1
        changed = await self._connection.execute(
            evaluations.update()
            .where(_E.id == lost.evaluation_id, _E.fence == lost.fence, _E.status == lost.status)
            .values(
                status=Status.QUEUED,
                fence=fence,
                worker=None,
                lease_until=None,
                started_at=None,
                progress=None,
                not_before=not_before,
                infrastructure_attempts=attempts,
            )
        )
        if not changed.rowcount:
            return False
        event = Requeued(
            evaluation_id=lost.evaluation_id,
            fence=fence,
            sequence=0,
            at=at,
            reason=reason,
            infrastructure_attempts=attempts,
            worker=lost.worker,
        )
        await insert_events(self._connection, lost.tenant_id, [event])
        return True

    async def give_up(
        self,
        lost: Lost,
        outcome: Outcome,
        *,
        error: str | None,
        attempts: int,
        at: datetime,
        loss: str | None = None,
    ) -> bool:
        """End an evaluation that has no result and will get none; False where somebody else was first.

        `loss`: what Crucible lost last, where that is why; then it is a dead letter.
        """
        fence = lost.fence + 1
        changed = await self._connection.execute(
            evaluations.update()
            .where(_E.id == lost.evaluation_id, _E.fence == lost.fence, _E.status == lost.status)
            .values(
                **ended(outcome, at),
                fence=fence,
                error=error,
                infrastructure_attempts=attempts,
                cause=cause_of(outcome, exit_code=None, signal=None, error=error, stderr=b""),
            )
        )
        if not changed.rowcount:
            return False
        await insert_ending(
            self._connection, lost.tenant_id, lost.evaluation_id, fence, outcome, error=error, at=at
        )
        if loss is not None:
            await insert_dead_letter(self._connection, lost, loss, at)
            await announce_evaluation(
                self._connection, lost.tenant_id, lost.evaluation_id, WebhookEvent.DEAD_LETTER, at
            )
        return True

    async def _lost(self, *conditions: sa.ColumnElement[bool], limit: int) -> list[Lost]:
        rows = await self._connection.execute(
            sa.select(
                _E.id,
                _E.tenant_id,
                _E.fence,
                _E.status,
                _E.infrastructure_attempts,
                _E.cancel_requested_by,
                _E.runtime,
                _E.worker,
            )
            .where(*conditions)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [
            Lost(
                evaluation_id=row.id,
                tenant_id=row.tenant_id,
                fence=row.fence,
                status=row.status,
                infrastructure_attempts=row.infrastructure_attempts,
                cancel_requested_by=row.cancel_requested_by,
                runtime=row.runtime,
                worker=row.worker,
            )
            for row in rows
        ]


def _is_held(evaluation_id: str, fence: int) -> sa.ColumnElement[bool]:
    return sa.and_(_E.id == evaluation_id, _E.fence == fence, is_running)
