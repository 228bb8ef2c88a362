"""Many evaluations at once: counts by time, outcome and runtime, percentiles, and what waits and runs now.

Every query is bounded by the tenant and the moment since which it looks, which is what the list's index has.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from crucible.database.tables import evaluations, is_queued, is_running
from crucible.domain.evaluation import Priority
from crucible.domain.outcome import Outcome
from crucible.domain.statistics import Interval, Percentiles, RuntimeCount, Waiting, WorkerLoad
from crucible.domain.status import Lifecycle, Status

BUSIEST = 12
_PERCENTILES = (0.50, 0.95, 0.99)


class _SecondsBetween(FunctionElement[float]):
    """The seconds from one moment to a later one, with their fraction."""

    type = sa.Double()
    inherit_cache = True


@compiles(_SecondsBetween)
def _by_interval(element: _SecondsBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"extract(epoch from {second} - {first})"


@compiles(_SecondsBetween, "sqlite")
def _by_julian_days(element: _SecondsBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 86400.0)"


class StatisticsReader:
    """A tenant's evaluations, counted."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def statuses(self, since: datetime) -> dict[Status, int]:
        """Return how many stand where."""
        rows = await self._all(
            sa.select(evaluations.c.status, sa.func.count())
            .where(*self._queued(since))
            .group_by(evaluations.c.status)
        )
        return {Status(status): count for status, count in rows}

    async def intervals(self, since: datetime, interval_seconds: int) -> tuple[Interval, ...]:
        """Return the outcomes by when the evaluations were queued."""
        epoch = sa.cast(sa.extract("epoch", evaluations.c.queued_at), sa.BigInteger)
        start = (epoch - epoch % interval_seconds).label("start")
        rows = await self._all(
            sa.select(start, evaluations.c.outcome, sa.func.count())
            .where(*self._queued(since), evaluations.c.outcome.is_not(None))
            .group_by(start, evaluations.c.outcome)
            .order_by(start)
        )
        found: dict[int, dict[Outcome, int]] = {}
        for moment, outcome, count in rows:
            found.setdefault(int(moment), {})[Outcome(outcome)] = count
        return tuple(
            Interval(start=datetime.fromtimestamp(moment, UTC), outcomes=outcomes)
            for moment, outcomes in found.items()
        )

    async def durations(self, since: datetime) -> Percentiles | None:
        """Return how long programs ran."""
        return await self._percentiles(evaluations.c.wall_seconds, since)

    async def waits(self, since: datetime) -> Percentiles | None:
        """Return how long they were queued, the last time."""
        waited: sa.ColumnElement[float] = _SecondsBetween(evaluations.c.queued_at, evaluations.c.started_at)
        return await self._percentiles(waited, since, evaluations.c.started_at.is_not(None))

    async def runtimes(self, since: datetime) -> tuple[RuntimeCount, ...]:
        """Return the busiest runtimes."""
        count = sa.func.count()
        rows = await self._all(
            sa.select(evaluations.c.runtime, count)
            .where(*self._queued(since))
            .group_by(evaluations.c.runtime)
            .order_by(count.desc(), evaluations.c.runtime)
            .limit(BUSIEST)
        )
        return tuple(RuntimeCount(runtime=runtime, count=count) for runtime, count in rows)

    async def queue(self) -> tuple[Waiting, ...]:
        """Return what waits now, at each priority."""
        rows = await self._all(
            sa.select(evaluations.c.priority, sa.func.count(), sa.func.min(evaluations.c.queued_at))
            .where(is_queued, evaluations.c.tenant_id == self._tenant_id)
            .group_by(evaluations.c.priority)
        )
        found = {priority: (count, oldest) for priority, count, oldest in rows}
        return tuple(
            Waiting(priority=priority, count=count, oldest=oldest)
            for priority in Priority
            for count, oldest in [found.get(priority, (0, None))]
        )

    async def workers(self) -> tuple[WorkerLoad, ...]:
        """Return which workers hold something now."""
        rows = await self._all(
            sa.select(evaluations.c.worker, sa.func.count(), sa.func.min(evaluations.c.lease_until))
            .where(is_running, evaluations.c.tenant_id == self._tenant_id)
            .group_by(evaluations.c.worker)
            .order_by(evaluations.c.worker)
        )
        return tuple(WorkerLoad(name=name or "", running=count, lease_until=until) for name, count, until in rows)

    def _queued(self, since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            evaluations.c.tenant_id == self._tenant_id,
            evaluations.c.queued_at >= since,
            evaluations.c.lifecycle != Lifecycle.DELETED,
        )

    async def _percentiles(
        self, value: sa.ColumnElement[Any], since: datetime, *conditions: sa.ColumnElement[bool]
    ) -> Percentiles | None:
        """Find the values at their places (nearest rank), since SQLite has no function that does."""
        ranked = (
            sa.select(
                value.label("value"),
                sa.func.row_number().over(order_by=value).label("place"),
                sa.func.count().over().label("total"),
            )
            .where(*self._queued(since), value.is_not(None), *conditions)
            .subquery()
        )
        last = await self._all(sa.select(sa.func.max(ranked.c.total)))
        [(total,)] = last
        if not total:
            return None
        places = [max(1, math.ceil(share * total)) for share in _PERCENTILES]
        rows = await self._all(
            sa.select(ranked.c.place, ranked.c.value).where(ranked.c.place.in_(sorted(set(places))))
        )
        values = {place: max(0.0, float(found)) for place, found in rows}
        p50, p95, p99 = (values[place] for place in places)
        return Percentiles(p50=p50, p95=p95, p99=p99)

    async def _all(self, statement: sa.Select[Any]) -> Iterable[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.execute(statement)]
