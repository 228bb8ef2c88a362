"""Rows of tallies, opened after a time is over, and filled when nothing in it can change but for its being shown.

A half hour's row is opened some minutes after its end, and filled once all that was queued in it has ended. A
day's is opened once those of all its half hours are there, and filled from them once they are.

A row is filled by another transaction than the one that opened it, and minutes later: who changes something before
it finds the row there is committed by then, and seen; and who finds it there waits for its lock.
"""

from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.sketches import Sketch
from crucible.database.tables import evaluations, is_open, tallies, tenants
from crucible.database.tallies import DAY, HALF_HOUR, TIMES, Tally, day_of, is_within, packed, start_of, unpacked
from crucible.domain.outcome import Outcome
from crucible.domain.status import Lifecycle

_T = tallies.c
_E = evaluations.c
_GRAINS = (HALF_HOUR, DAY)


class TallyLedger:
    """The tallies of every tenant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self, *, before: datetime, at: datetime, limit: int) -> int:
        """Open rows for half hours and days that ended before a moment, up to so many; return how many there were.

        A day comes after all half hours that had ended by then, so that none of its own is missing.
        """
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        opened = 0
        for (tenant_id,) in (await self._connection.execute(sa.select(tenants.c.id))).all():
            for grain in _GRAINS:
                last = await self._last(tenant_id, grain)
                while opened < limit and (first := await self._first(tenant_id, grain, last, before)):
                    last = first
                    row = {"tenant_id": tenant_id, "grain": grain, "start": first, "opened_at": at}
                    await self._connection.execute(insert(tallies).values(row).on_conflict_do_nothing())
                    opened += 1
        return opened

    async def fill(self, *, opened_before: datetime, at: datetime, limit: int) -> int:
        """Fill rows that were opened before a moment, up to so many; return how many were looked at.

        One in which something has not ended is looked at later, behind all others.
        """
        rows = await self._connection.execute(
            sa.select(_T.tenant_id, _T.grain, _T.start)
            .where(is_open, _T.opened_at <= opened_before)
            .order_by(_T.opened_at, _T.grain)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        looked_at = rows.all()
        for tenant_id, grain, start in looked_at:
            found = await (self._of_half_hour if grain == HALF_HOUR else self._of_day)(tenant_id, start)
            await self._connection.execute(
                tallies.update()
                .where(_T.tenant_id == tenant_id, _T.grain == grain, _T.start == start)
                .values({"counted": packed(found)} if found else {"opened_at": at})
            )
        return len(looked_at)

    async def _last(self, tenant_id: str, grain: timedelta) -> datetime | None:
        """Return when the latest begins that has a row."""
        last = sa.select(sa.func.max(_T.start)).where(_T.tenant_id == tenant_id, _T.grain == grain)
        found: datetime | None = (await self._connection.execute(last)).scalar_one()
        return found

    async def _first(
        self, tenant_id: str, grain: timedelta, last: datetime | None, before: datetime
    ) -> datetime | None:
        """Return the first in which anything was queued, behind the last with a row and over before a moment."""
        if grain == HALF_HOUR:
            moment, found = _E.queued_at, sa.select(sa.func.min(_E.queued_at)).where(_E.tenant_id == tenant_id)
        else:
            moment, found = _T.start, sa.select(sa.func.min(_T.start)).where(*_half_hours(tenant_id))
        if last is not None:
            found = found.where(moment >= last + grain)
        first: datetime | None = (await self._connection.execute(found)).scalar_one()
        if first is None or start_of(grain, first) + grain > before:
            return None
        return start_of(grain, first)

    async def _of_half_hour(self, tenant_id: str, start: datetime) -> Tally | None:
        """Return what became of what was queued in a half hour; None where something has not ended."""
        is_here = sa.and_(
            _E.tenant_id == tenant_id,
            is_within(_E.queued_at, [(start, start + HALF_HOUR)]),
            _E.lifecycle != Lifecycle.DELETED,
        )
        what = (_E.outcome, _E.runtime)
        counts = await self._connection.execute(sa.select(*what, sa.func.count()).where(is_here).group_by(*what))
        outcomes, runtimes = Counter[Outcome](), Counter[str]()
        for outcome, runtime, count in counts:
            if outcome is None:
                return None
            outcomes[outcome] += count
            runtimes[runtime] += count
        times = (await self._connection.execute(sa.select(*TIMES).where(is_here))).all()
        return Tally(
            outcomes={outcome: [count] for outcome, count in outcomes.items()},
            runtimes=runtimes,
            ran=Sketch.of(row.ran for row in times),
            waited=Sketch.of(row.waited for row in times),
        )

    async def _of_day(self, tenant_id: str, start: datetime) -> Tally | None:
        """Return what became of a day's half hours together; None where one of them is open."""
        rows = await self._connection.execute(
            sa.select(_T.start, _T.counted).where(
                *_half_hours(tenant_id), is_within(_T.start, [(start, start + DAY)])
            )
        )
        half_hours = rows.all()
        if any(counted is None for _, counted in half_hours):
            return None
        return day_of(start, [(begin, unpacked(counted)) for begin, counted in half_hours])


def _half_hours(tenant_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _T.tenant_id == tenant_id, _T.grain == HALF_HOUR
