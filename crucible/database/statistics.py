"""Many evaluations at once: counts by time, outcome and runtime, percentiles, and what waits and runs now.

Half hours and days that are over are counted once (`tallies`), and what is told of them is put together from that:
counts exactly, percentiles within the error of a sketch. The evaluations themselves are read where that is not so:
the last hour's, those of a half hour in which something has not ended, and all of a time that is shown in shorter
parts, whose percentiles are exact. Every query is bounded by the tenant and such times, which is what the list's
index has, and the rows are read twice: once to be counted, once to be put in order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array as pg_array
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.lines import RANK
from crucible.database.sketches import RELATIVE_ERROR, Sketch
from crucible.database.tables import evaluations, is_queued, is_running
from crucible.database.tallies import HALF_HOUR, TIMES, Span, Tallied, Tally, is_within, tallied
from crucible.domain.evaluation import Priority
from crucible.domain.outcome import Outcome
from crucible.domain.statistics import Interval, Percentiles, RuntimeCount, Waiting, WorkerLoad
from crucible.domain.status import Lifecycle, Status

BUSIEST = 12
MOST_OPEN = 100
"""Spans in a query; where more are open, all is read."""
_PERCENTS = (50, 95, 99)


@dataclass(slots=True)
class Counts:
    """How many evaluations there are, by what a reader wants to know."""

    statuses: Counter[Status] = field(default_factory=Counter)
    _runtimes: Counter[str] = field(default_factory=Counter)
    _intervals: defaultdict[int, Counter[Outcome]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, start: int, status: Status, outcome: Outcome | None, runtime: str, count: int) -> None:
        """Take in so many that were queued in the interval that begins there, and are alike."""
        self.statuses[status] += count
        self._runtimes[runtime] += count
        if outcome is not None:
            self._intervals[int(start)][outcome] += count

    def add_tally(self, start: datetime, tally: Tally, interval_seconds: int) -> None:
        """Take in what is counted of a time; an interval is some of its half hours, or has all of it."""
        first, half_hour = int(start.timestamp()), int(HALF_HOUR.total_seconds())
        at_once = interval_seconds // half_hour
        for outcome, by_half_hour in tally.outcomes.items():
            for place in range(0, len(by_half_hour), at_once):
                if count := sum(by_half_hour[place : place + at_once]):
                    moment = first + place * half_hour
                    self._intervals[moment - moment % interval_seconds][outcome] += count
                    self.statuses[outcome.status] += count
        self._runtimes.update(tally.runtimes)

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The outcomes by when the evaluations were queued."""
        return tuple(
            Interval(start=datetime.fromtimestamp(start, UTC), outcomes=dict(outcomes))
            for start, outcomes in sorted(self._intervals.items())
        )

    @property
    def runtimes(self) -> tuple[RuntimeCount, ...]:
        """The busiest runtimes."""
        busiest = sorted(self._runtimes.items(), key=lambda counted: (-counted[1], counted[0]))
        return tuple(RuntimeCount(runtime=runtime, count=count) for runtime, count in busiest[:BUSIEST])


class StatisticsReader:
    """A tenant's evaluations, counted."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def tallied(self, since: datetime, interval_seconds: int) -> Tallied:
        """Return what is known of what was queued since a moment at which an interval begins."""
        nothing = Tallied((), [(since, None)])
        if interval_seconds % HALF_HOUR.total_seconds():
            return nothing
        found = await tallied(self._connection, self._tenant_id, since)
        return found if len(found.open) <= MOST_OPEN else nothing

    async def counts(self, known: Tallied, interval_seconds: int) -> Counts:
        """Return how many there are of everything that differs, in one reading of the rows."""
        epoch = sa.cast(sa.extract("epoch", evaluations.c.queued_at), sa.BigInteger)
        what = (
            (epoch - epoch % interval_seconds).label("start"),
            evaluations.c.status,
            evaluations.c.outcome,
            evaluations.c.runtime,
        )
        counts = Counts()
        for start, tally in known.tallies:
            counts.add_tally(start, tally, interval_seconds)
        queued = self._queued(known.open)
        for row in await self._all(sa.select(*what, sa.func.count()).where(*queued).group_by(*what)):
            counts.add(*row)
        return counts

    async def percentiles(self, known: Tallied) -> tuple[Percentiles | None, Percentiles | None]:
        """Return how long programs ran, and how long they were queued the last time: both in one reading."""
        queued = sa.select(*TIMES).where(*self._queued(known.open))
        if known.tallies:
            rest = (await self._connection.execute(queued)).all()
            ran = Sketch.together([Sketch.of(row.ran for row in rest), *(tally.ran for _, tally in known.tallies)])
            waited = Sketch.together(
                [Sketch.of(row.waited for row in rest), *(tally.waited for _, tally in known.tallies)]
            )
            return _about(ran), _about(waited)
        timed = queued.subquery("timed")
        if self._connection.dialect.name == "postgresql":
            [found] = await self._all(sa.select(*map(_discrete, timed.c)))
            return _of(found[0]), _of(found[1])
        ranked = _ranked(timed)
        sought = [
            ranked.c[f"{name}_place"] == (ranked.c[f"{name}_count"] * percent + 99) // 100
            for name in ("ran", "waited")
            for percent in _PERCENTS
        ]
        rows = (await self._connection.execute(sa.select(ranked).where(sa.or_(*sought)))).mappings().all()
        return _percentiles(rows, "ran"), _percentiles(rows, "waited")

    async def queue(self) -> tuple[Waiting, ...]:
        """Return what waits now, at each priority; named ranks have SQLite seek in the queue's index."""
        rank = evaluations.c.rank
        rows = await self._all(
            sa.select(rank, sa.func.count(), sa.func.min(evaluations.c.queued_at))
            .where(is_queued, rank.in_(RANK.values()), evaluations.c.tenant_id == self._tenant_id)
            .group_by(rank)
        )
        found = {rank: (count, oldest) for rank, count, oldest in rows}
        return tuple(
            Waiting(priority=priority, count=count, oldest=oldest)
            for priority in Priority
            for count, oldest in [found.get(RANK[priority], (0, None))]
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

    def _queued(self, spans: Sequence[Span]) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            evaluations.c.tenant_id == self._tenant_id,
            is_within(evaluations.c.queued_at, spans),
            evaluations.c.lifecycle != Lifecycle.DELETED,
        )

    async def _all(self, statement: sa.Select[Any]) -> Iterable[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.execute(statement)]


def _ranked(values: sa.Subquery) -> sa.Subquery:
    """Return the values, the place of each among its own kind with what is missing last, and their number."""
    columns = [
        part
        for value in values.c
        for part in (
            value,
            sa.func.row_number().over(order_by=value.nulls_last()).label(f"{value.name}_place"),
            sa.func.count(value).over().label(f"{value.name}_count"),
        )
    ]
    return sa.select(*columns).subquery("ranked")


def _discrete(value: sa.ColumnElement[float]) -> sa.ColumnElement[Any]:
    """Return PostgreSQL's own aggregate for the nearest ranks; SQLite has none, and ranks every value."""
    shares: sa.ColumnElement[Any] = pg_array([sa.literal(percent / 100, sa.Double()) for percent in _PERCENTS])
    return sa.func.percentile_disc(shares).within_group(value)


def _percentiles(rows: Sequence[sa.RowMapping], name: str) -> Percentiles | None:
    """Return the percentiles of one kind of value; none where there is none."""
    total = rows[0][f"{name}_count"] if rows else 0
    if not total:
        return None
    values = {row[f"{name}_place"]: float(row[name]) for row in rows if row[name] is not None}
    return _of([values[-(-total * percent // 100)] for percent in _PERCENTS])


def _about(sketch: Sketch) -> Percentiles | None:
    """Return the percentiles of what is in a sketch; none where nothing is."""
    if not sketch.counts:
        return None
    p50, p95, p99 = (sketch.at_percent(percent) for percent in _PERCENTS)
    return Percentiles(p50=p50, p95=p95, p99=p99, relative_error=RELATIVE_ERROR)


def _of(values: Sequence[float] | None) -> Percentiles | None:
    if values is None:
        return None
    p50, p95, p99 = (max(0.0, value) for value in values)
    return Percentiles(p50=p50, p95=p95, p99=p99)
