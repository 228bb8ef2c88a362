"""Who works, and what each can do: a worker writes it down every few seconds, by the database's clock.

It decides nothing about evaluations (leases do); it answers what can be run, by whom, and why something waits.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import AnyRow, evaluations, is_running, workers
from crucible.domain.operation import RunningThere
from crucible.domain.sandbox import DriverReport, Isolation, Promise, RuntimeReport
from crucible.domain.worker import Offer, WorkerReport, WorkerState

_E = evaluations.c
_W = workers.c


class WorkerRepository:
    """The workers, whoever's evaluations they run."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def report(self, worker: WorkerReport, at: datetime) -> WorkerState | None:
        """Write down that a worker lives, and what it takes; return what a person wants of it."""
        offer = worker.offer
        row = {
            "host": worker.host,
            "version": worker.version,
            "state": worker.state,
            "slots": worker.slots,
            "running": worker.running,
            "memory_bytes": offer.memory_bytes,
            "cpus": offer.cpus,
            "runtimes": [asdict(runtime) for runtime in offer.runtimes],
            "engines": [asdict(engine) for engine in offer.engines],
            "only_engines": None if offer.only_engines is None else sorted(offer.only_engines),
            "labels": sorted(offer.labels),
            "dedicated": offer.dedicated,
            "seen_at": at,
        }
        changed = await self._connection.execute(
            workers.update().where(_W.name == worker.name).values(**row).returning(_W.wanted)
        )
        if known := changed.one_or_none():
            wanted: WorkerState | None = known.wanted
            return wanted
        await self._connection.execute(workers.insert().values(name=worker.name, started_at=at, **row))
        return None

    async def seen(self, *, at: datetime, within: timedelta) -> Sequence[WorkerReport]:
        """Return the workers that were heard of so recently."""
        rows = await self._connection.execute(sa.select(workers).where(_W.seen_at > at - within).order_by(_W.name))
        return [_report(row) for row in rows]

    async def wanted(self, name: str) -> WorkerState | None:
        """Return what a person wants of a worker."""
        found = await self._connection.execute(sa.select(_W.wanted).where(_W.name == name))
        wanted: WorkerState | None = found.scalar_one_or_none()
        return wanted

    async def order(self, name: str, wanted: WorkerState) -> None:
        """Write down what a person wants of a worker, which it reads every second."""
        await self._connection.execute(workers.update().where(_W.name == name).values(wanted=wanted))

    async def runs(self, name: str, tenant_id: str) -> tuple[RunningThere, ...]:
        """Return what of a tenant's a worker runs, the oldest first."""
        rows = await self._connection.execute(
            sa.select(_E.id, _E.runtime, _E.priority, _E.started_at, _E.lease_until)
            .where(is_running, _E.worker == name, _E.tenant_id == tenant_id)
            .order_by(_E.started_at, _E.id)
        )
        return tuple(
            RunningThere(
                evaluation_id=row.id,
                runtime=row.runtime,
                priority=row.priority,
                started=row.started_at,
                lease_until=row.lease_until,
            )
            for row in rows
        )

    async def leave(self, name: str) -> None:
        """Write down that a worker ended in order; what it could run is remembered, as another may follow."""
        await self._connection.execute(
            workers.update().where(_W.name == name).values(state=WorkerState.STOPPED, running=0)
        )

    async def forget(self, *, at: datetime, after: timedelta) -> None:
        """Forget workers that were not heard of for so long."""
        await self._connection.execute(workers.delete().where(_W.seen_at <= at - after))


def _report(row: AnyRow) -> WorkerReport:
    return WorkerReport(
        name=row.name,
        host=row.host,
        version=row.version,
        state=row.state,
        slots=row.slots,
        running=row.running,
        offer=Offer(
            runtimes=tuple(_runtime(each) for each in row.runtimes),
            engines=tuple(_engine(each) for each in row.engines),
            only_engines=None if row.only_engines is None else frozenset(row.only_engines),
            labels=frozenset(row.labels),
            dedicated=row.dedicated,
            memory_bytes=row.memory_bytes,
            cpus=row.cpus,
        ),
        started_at=row.started_at,
        seen_at=row.seen_at,
        wanted=row.wanted,
    )


def _engine(row: dict[str, Any]) -> DriverReport:
    return DriverReport(
        **{
            **row,
            "isolation": Isolation(row["isolation"]),
            "unpromised": {Promise(promise): reason for promise, reason in row["unpromised"].items()},
        }
    )


def _runtime(stored: dict[str, Any]) -> RuntimeReport:
    """Return the report that was stored as JSON, which has no tuples."""
    tuples = {name: tuple(stored.get(name, ())) for name in ("aliases", "lacking")}
    return RuntimeReport(**{**stored, **tuples})
