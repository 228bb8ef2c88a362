"""What became of the evaluations of each half hour that is over, counted once.

Statistics of a day or more would otherwise read each of its evaluations every time. A half hour's row is opened
some minutes after its end, and filled once all that was queued in it has ended; what is deleted or restored later
opens it again. So the rows and the evaluations of what is open, or after the last row, are all that there is.

A row is filled by another transaction than the one that opened it, and minutes later: who changes an evaluation
before it finds the row there is committed by then, and seen; and who finds it there waits for its lock.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.seconds import seconds_between
from crucible.database.tables import evaluations, is_open, tallies, tenants
from crucible.domain.outcome import Outcome
from crucible.domain.status import Lifecycle

GRAIN = timedelta(minutes=30)
_T = tallies.c
_E = evaluations.c
Span = tuple[datetime, datetime | None]
"""From a moment up to another, or without an end."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One half hour: how many ended how, and how long each ran and waited, the shortest first."""

    start: datetime
    counts: Sequence[tuple[Outcome, str, int]]
    """By outcome and runtime."""
    ran: Sequence[float]
    waited: Sequence[float]


@dataclass(frozen=True, slots=True)
class Tallied:
    """What is counted of a time, and the spans in which evaluations have still to be."""

    tallies: Sequence[Tally]
    open: Sequence[Span]


class TallyLedger:
    """The tallies of every tenant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self, *, before: datetime, at: datetime, limit: int) -> int:
        """Open rows for half hours that ended before a moment, up to so many; return how many there were."""
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        latest = sa.select(sa.func.max(_T.start)).where(_T.tenant_id == tenants.c.id).scalar_subquery()
        found = (await self._connection.execute(sa.select(tenants.c.id, latest.label("latest")))).all()
        opened = 0
        for tenant_id, last in found:
            behind = None if last is None else last + GRAIN
            while opened < limit and (first := await self._first(tenant_id, behind, before)):
                behind = first + GRAIN
                row = {"tenant_id": tenant_id, "start": first, "opened_at": at}
                await self._connection.execute(insert(tallies).values(row).on_conflict_do_nothing())
                opened += 1
        return opened

    async def fill(self, *, opened_before: datetime, at: datetime, limit: int) -> int:
        """Fill rows that were opened before a moment, up to so many; return how many were looked at.

        One in which something has not ended is looked at later, behind all others.
        """
        rows = await self._connection.execute(
            sa.select(_T.tenant_id, _T.start)
            .where(is_open, _T.opened_at <= opened_before)
            .order_by(_T.opened_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        looked_at = rows.all()
        for tenant_id, start in looked_at:
            values = await self._counted(tenant_id, start) or {"opened_at": at}
            await self._connection.execute(
                tallies.update().where(_T.tenant_id == tenant_id, _T.start == start).values(values)
            )
        return len(looked_at)

    async def _first(self, tenant_id: str, behind: datetime | None, before: datetime) -> datetime | None:
        """Return the first half hour from a moment on, and over before another, in which anything was queued."""
        found = sa.select(sa.func.min(_E.queued_at)).where(_E.tenant_id == tenant_id)
        if behind is not None:
            found = found.where(_E.queued_at >= behind)
        first: datetime | None = (await self._connection.execute(found)).scalar_one()
        if first is None or half_hour_of(first) + GRAIN > before:
            return None
        return half_hour_of(first)

    async def _counted(self, tenant_id: str, start: datetime) -> dict[str, Any] | None:
        """Return a row's values; None where something has not ended."""
        is_here = sa.and_(
            _E.tenant_id == tenant_id,
            is_within([(start, start + GRAIN)]),
            _E.lifecycle != Lifecycle.DELETED,
        )
        what = (_E.outcome, _E.runtime)
        rows = await self._connection.execute(sa.select(*what, sa.func.count()).where(is_here).group_by(*what))
        counts = [tuple(row) for row in rows]
        if any(outcome is None for outcome, _, _ in counts):
            return None
        times = (await self._connection.execute(sa.select(*TIMES).where(is_here))).all()
        return {
            "counts": [(outcome.value, runtime, count) for outcome, runtime, count in counts],
            "ran": _packed(row.ran for row in times),
            "waited": _packed(row.waited for row in times),
        }


TIMES = (
    _E.wall_seconds.label("ran"),
    seconds_between(_E.queued_at, _E.started_at).label("waited"),
)
"""How long a program ran, and how long it was queued the last time."""


async def tallied(connection: AsyncConnection, tenant_id: str, since: datetime) -> Tallied:
    """Return what is counted of all that a tenant queued since a moment at which a half hour begins."""
    rows = await connection.execute(
        sa.select(_T.start, _T.counts, _T.ran, _T.waited)
        .where(_T.tenant_id == tenant_id, _T.start >= since)
        .order_by(_T.start)
    )
    filled, spans, behind = [], list[Span](), since
    for start, counts, ran, waited in rows:
        behind = start + GRAIN
        if counts is None:
            spans.append((start, behind))
        else:
            by_outcome = [(Outcome(outcome), runtime, count) for outcome, runtime, count in counts]
            filled.append(Tally(start, by_outcome, _unpacked(ran), _unpacked(waited)))
    return Tallied(filled, [*_joined(spans), (behind, None)])


async def reopen(connection: AsyncConnection, tenant_id: str, queued_at: datetime, at: datetime) -> None:
    """Have the half hour counted again in which something was queued that is shown no more, or again."""
    await connection.execute(
        tallies.update()
        .where(_T.tenant_id == tenant_id, _T.start == half_hour_of(queued_at))
        .values(opened_at=at, counts=None, ran=None, waited=None)
    )


def is_within(spans: Iterable[Span]) -> sa.ColumnElement[bool]:
    """Return the condition that an evaluation was queued in one of these."""
    return sa.or_(
        *(
            _E.queued_at >= begin if end is None else sa.and_(_E.queued_at >= begin, _E.queued_at < end)
            for begin, end in spans
        )
    )


def half_hour_of(moment: datetime) -> datetime:
    """Return when the half hour begins in which a moment is."""
    seconds = int(GRAIN.total_seconds())
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch."""
    joined: list[Span] = []
    for begin, end in spans:
        if joined and joined[-1][1] == begin:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


def _packed(values: Iterable[float | None]) -> bytes:
    """Return values in order, eight bytes each, the least significant first; what is missing is left out."""
    ordered = array("d", sorted(value for value in values if value is not None))
    if sys.byteorder == "big":
        ordered.byteswap()
    return ordered.tobytes()


def _unpacked(data: bytes) -> Sequence[float]:
    values = array("d", data)
    if sys.byteorder == "big":
        values.byteswap()
    return values
