"""Schedules as rows, and a row for each time at which one fired: two schedulers can't both write it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.clock import now
from crucible.database.listing import newest_first
from crucible.database.records import StartedWork
from crucible.database.tables import AnyRow, schedule_firings, schedules
from crucible.domain.cron import firings
from crucible.domain.errors import NotFoundError
from crucible.domain.identifiers import SCHEDULE_PATTERN, new_identifier
from crucible.domain.limits import MIB
from crucible.domain.schedule import (
    SHOWN_FIRINGS,
    Firing,
    FiringPage,
    MissedRuns,
    Schedule,
    ScheduledWork,
    SchedulePage,
    ScheduleRequest,
    ScheduleState,
    Upcoming,
)

_S, _F = schedules.c, schedule_firings.c
_WORK = tuple(ScheduledWork.model_fields)
_WORK_SIZE = sa.func.length(sa.cast(_S.work, sa.Text)).label("work_size")
_MOST_WORK = 4 * MIB
"""In one page: each schedule may hold 16 MiB, and a page of 200 as much as no server has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSchedule:
    """A schedule whose row is locked until the transaction's end."""

    id: str
    cron: str
    time_zone: str
    missed: MissedRuns
    work: ScheduledWork
    runtimes: Sequence[str]
    """Of each of its programs, by their own names."""
    decided_until: datetime
    """Every firing up to then was decided about, whatever a clock says later."""
    next_at: datetime | None


class ScheduleReader:
    """What may be read of one tenant's schedules."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def get(self, schedule_id: str) -> Schedule:
        """Return a schedule. Raises NotFoundError where there is none, it is another's, or was removed."""
        return await self._told(await self._one(self._named(schedule_id), schedule_id))

    async def page(self, *, limit: int, cursor: str | None) -> SchedulePage:
        """Return at most `limit` schedules, newest first, and fewer where what they run is large.

        Raises InvalidRequestError for a cursor that is none.
        """
        statement = sa.select(_S.id).where(_S.tenant_id == self._tenant_id, _S.removed_at.is_(None))
        statement = newest_first(statement, _S.id, SCHEDULE_PATTERN, limit=limit, cursor=cursor)
        found = await self._connection.execute(statement)
        ids = list(found.scalars())
        items: list[Schedule] = []
        size = 0
        for schedule_id in ids[:limit]:
            found = await self._connection.execute(self._named(schedule_id).add_columns(_WORK_SIZE))
            if (row := found.one_or_none()) is None:
                continue  # it was removed since
            size += row.work_size
            if items and size > _MOST_WORK:
                break
            items.append(await self._told(row))
        return SchedulePage(items=tuple(items), next_cursor=items[-1].id if 0 < len(items) < len(ids) else None)

    async def firings(self, schedule_id: str, *, limit: int, before: datetime | None) -> FiringPage:
        """Return at most `limit` firings, the last first. Raises NotFoundError."""
        await self._one(self._named(schedule_id), schedule_id)
        return await self._firings(schedule_id, limit=limit, before=before)

    async def _firings(self, schedule_id: str, *, limit: int, before: datetime | None) -> FiringPage:
        statement = sa.select(schedule_firings).where(_F.schedule_id == schedule_id)
        if before is not None:
            statement = statement.where(_F.fire_at < sa.literal(before, _F.fire_at.type))
        rows = (await self._connection.execute(statement.order_by(_F.fire_at.desc()).limit(limit + 1))).all()
        items = tuple(_firing(row) for row in rows[:limit])
        return FiringPage(items=items, next_cursor=items[-1].fire_at.isoformat() if len(rows) > limit else None)

    async def upcoming(self, cron: str, time_zone: str) -> Upcoming:
        """Return when a checked line would fire next, whoever's it were."""
        after = await now(self._connection)
        return Upcoming(
            cron=cron, time_zone=time_zone, firings=tuple(islice(firings(cron, time_zone, after), SHOWN_FIRINGS))
        )

    async def _told(self, row: AnyRow) -> Schedule:
        last = (await self._firings(row.id, limit=1, before=None)).items
        upcoming = islice(firings(row.cron, row.time_zone, row.decided_until), SHOWN_FIRINGS)
        return Schedule(
            id=row.id,
            name=row.name,
            cron=row.cron,
            time_zone=row.time_zone,
            missed=row.missed,
            state=ScheduleState.PAUSED if row.next_at is None else ScheduleState.ACTIVE,
            created_by=row.created_by,
            created_at=row.created_at,
            **_work(row),
            next_firings=() if row.next_at is None else tuple(upcoming),
            last_firing=last[0] if last else None,
        )

    def _named(self, schedule_id: str) -> "sa.Select[Any]":
        return sa.select(schedules).where(
            _S.id == schedule_id, _S.tenant_id == self._tenant_id, _S.removed_at.is_(None)
        )

    async def _one(self, statement: "sa.Select[Any]", schedule_id: str) -> AnyRow:
        row: AnyRow | None = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no schedule {schedule_id[:60]!r}")
        return row


class ScheduleRepository(ScheduleReader):
    """What may be written of one tenant's schedules."""

    async def add(self, request: ScheduleRequest, runtimes: Sequence[str], subject: str, at: datetime) -> str:
        """Insert a schedule that fires from now on, and return its id."""
        schedule_id = new_identifier("sc")
        row = {
            "id": schedule_id,
            "tenant_id": self._tenant_id,
            **_asked(request, runtimes),
            "created_by": subject,
            "created_at": at,
            "decided_until": at,
            "next_at": next(firings(request.cron, request.time_zone, at)),
        }
        await self._connection.execute(schedules.insert(), row)
        return schedule_id

    async def hold(self, schedule_id: str) -> HeldSchedule:
        """Lock a schedule, so that nobody else fires or changes it. Raises NotFoundError."""
        row = await self._one(self._named(schedule_id).with_for_update(), schedule_id)
        return HeldSchedule(
            id=row.id,
            cron=row.cron,
            time_zone=row.time_zone,
            missed=row.missed,
            work=ScheduledWork(**_work(row)),
            runtimes=row.runtimes,
            decided_until=row.decided_until,
            next_at=row.next_at,
        )

    async def note_firings(
        self, held: HeldSchedule, decided: Sequence[tuple[datetime, StartedWork | None]], at: datetime
    ) -> None:
        """Write down what runs for each firing, or that nothing does. Raises DuplicateKeyError."""
        rows = [
            {
                "schedule_id": held.id,
                "tenant_id": self._tenant_id,
                "fire_at": fire_at,
                "decided_at": at,
                **asdict(started or StartedWork()),
            }
            for fire_at, started in decided
        ]
        if rows:
            await self._connection.execute(schedule_firings.insert(), rows)

    async def wait_for_next(self, held: HeldSchedule, decided_until: datetime) -> None:
        """Note that all up to this moment is decided, and when it fires next."""
        upcoming = next(firings(held.cron, held.time_zone, decided_until))
        await self._change(held, decided_until=decided_until, next_at=upcoming)

    async def replace(
        self, held: HeldSchedule, request: ScheduleRequest, runtimes: Sequence[str], decided_until: datetime
    ) -> None:
        """Have it be another; up to this moment all is decided. One that is paused stays so."""
        upcoming = next(firings(request.cron, request.time_zone, decided_until))
        await self._change(
            held,
            **_asked(request, runtimes),
            decided_until=decided_until,
            next_at=None if held.next_at is None else upcoming,
        )

    async def pause(self, held: HeldSchedule) -> None:
        """Have it fire no more."""
        await self._change(held, next_at=None)

    async def remove(self, held: HeldSchedule, at: datetime) -> None:
        """Hide it, and have it fire no more; its firings stay."""
        await self._change(held, next_at=None, removed_at=at)

    async def _change(self, held: HeldSchedule, **values: Any) -> None:
        await self._connection.execute(schedules.update().where(_S.id == held.id).values(**values))


class ScheduleLedger:
    """The schedules of every tenant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def due(self, *, at: datetime, limit: int) -> list[tuple[str, str, str]]:
        """Return schedules whose next time has come: each one's id, tenant, and who made it."""
        rows = await self._connection.execute(
            sa.select(_S.id, _S.tenant_id, _S.created_by).where(_S.next_at <= at).order_by(_S.next_at).limit(limit)
        )
        return [(row.id, row.tenant_id, row.created_by) for row in rows]


def _asked(request: ScheduleRequest, runtimes: Sequence[str]) -> dict[str, Any]:
    return {
        "name": request.name,
        "cron": request.cron,
        "time_zone": request.time_zone,
        "missed": request.missed,
        "runtimes": list(runtimes),
        "work": request.model_dump(mode="json", include=set(_WORK), exclude_defaults=True),
    }


def _work(row: AnyRow) -> dict[str, Any]:
    """Return the one of a schedule's fields that says what runs."""
    work = ScheduledWork.model_validate(row.work)
    return {name: value for name in _WORK if (value := getattr(work, name)) is not None}


def _firing(row: AnyRow) -> Firing:
    return Firing(
        fire_at=row.fire_at,
        decided_at=row.decided_at,
        evaluation_id=row.evaluation_id,
        batch_id=row.batch_id,
        pipeline_id=row.pipeline_id,
    )
