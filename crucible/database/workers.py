"""Who works, and what each can do: a worker writes it down every few seconds, by the database's clock.

It decides nothing about evaluations (leases do); it answers what can be run, and who is there.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import workers
from crucible.domain.sandbox import DriverReport, Isolation, Promise, RuntimeReport
from crucible.domain.worker import WorkerReport

_W = workers.c


class WorkerRepository:
    """The workers, whoever's evaluations they run."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def report(self, worker: WorkerReport, at: datetime) -> None:
        """Write down that a worker lives, and what it can do."""
        row = {
            "slots": worker.slots,
            "running": worker.running,
            "draining": worker.draining,
            "runtimes": [asdict(runtime) for runtime in worker.runtimes],
            "engines": [asdict(engine) for engine in worker.engines],
            "seen_at": at,
        }
        changed = await self._connection.execute(workers.update().where(_W.name == worker.name).values(**row))
        if not changed.rowcount:
            await self._connection.execute(workers.insert().values(name=worker.name, started_at=at, **row))

    async def seen(self, *, at: datetime, within: timedelta) -> Sequence[WorkerReport]:
        """Return the workers that were heard of so recently."""
        rows = await self._connection.execute(sa.select(workers).where(_W.seen_at > at - within).order_by(_W.name))
        return [
            WorkerReport(
                name=row.name,
                slots=row.slots,
                running=row.running,
                draining=row.draining,
                runtimes=tuple(
                    RuntimeReport(**{**report, "aliases": tuple(report["aliases"])}) for report in row.runtimes
                ),
                engines=_engines(row.engines),
                started_at=row.started_at,
                seen_at=row.seen_at,
            )
            for row in rows
        ]

    async def leave(self, name: str) -> None:
        """Write down that a worker ended in order; what it could run is remembered, as another may follow."""
        await self._connection.execute(workers.update().where(_W.name == name).values(draining=True, running=0))

    async def forget(self, *, at: datetime, after: timedelta) -> None:
        """Forget workers that were not heard of for so long."""
        await self._connection.execute(workers.delete().where(_W.seen_at <= at - after))


def _engines(rows: list[Any]) -> tuple[DriverReport, ...]:
    return tuple(
        DriverReport(
            **{
                **row,
                "isolation": Isolation(row["isolation"]),
                "unpromised": {Promise(promise): reason for promise, reason in row["unpromised"].items()},
            }
        )
        for row in rows
        if isinstance(row, dict)  # a worker of an older release names them alone, and is not asked what they give
    )
