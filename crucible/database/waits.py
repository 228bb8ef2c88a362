"""Where a queued evaluation stands. What is counted is bounded, so that it costs the same in a long queue."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.clock import now
from crucible.database.tables import evaluations, is_queued, is_running, tenants
from crucible.database.workers import WorkerRepository
from crucible.domain.need import Need, need_of
from crucible.domain.waiting import MOST_COUNTED_AHEAD
from crucible.domain.worker import ALIVE_FOR, WorkerReport

_E = evaluations.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is to know about why an evaluation waits."""

    need: Need
    memory_bytes: int
    cpus: float
    not_before: datetime
    at: datetime
    ahead: int
    running: int
    """Of its tenant."""
    cap: int | None = None
    """How many of its tenant's may run at once, where an operator has said so."""
    workers: tuple[WorkerReport, ...]
    """Those that were heard of lately."""


class WaitReader:
    """A tenant's evaluations that wait."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def standing(self, evaluation_id: str) -> Standing | None:
        """Return where an evaluation stands; None where it waits no more."""
        found = await self._connection.execute(
            sa.select(_E.rank, _E.needs, _E.queued_at, _E.not_before, _E.memory_bytes, _E.cpus, tenants.c.cap)
            .join(tenants, tenants.c.id == _E.tenant_id)
            .where(_E.id == evaluation_id, _E.tenant_id == self._tenant_id, is_queued)
        )
        row = found.one_or_none()
        if row is None:
            return None
        before = (
            sa.select(_E.id)
            .where(
                is_queued,
                _E.rank == row.rank,
                _E.tenant_id == self._tenant_id,
                _E.needs == row.needs,
                sa.or_(
                    _E.queued_at < row.queued_at, sa.and_(_E.queued_at == row.queued_at, _E.id < evaluation_id)
                ),
            )
            .limit(MOST_COUNTED_AHEAD)
            .subquery()
        )
        at = await now(self._connection)
        return Standing(
            need=need_of(row.needs),
            memory_bytes=row.memory_bytes,
            cpus=row.cpus,
            not_before=row.not_before,
            at=at,
            ahead=await self._count(sa.select(sa.func.count()).select_from(before)),
            running=await self._count(
                sa.select(sa.func.count())
                .select_from(evaluations)
                .where(is_running, _E.tenant_id == self._tenant_id)
            ),
            cap=row.cap,
            workers=tuple(await WorkerRepository(self._connection).seen(at=at, within=ALIVE_FOR)),
        )

    async def _count(self, statement: sa.Select[int]) -> int:
        number: int = (await self._connection.execute(statement)).scalar_one()
        return number
