"""The lines in which evaluations wait, and which of them is first in one.

A line is a tenant's, of one priority and one need. To find all of them the index is walked in leaps, one for each
line however long it is. Whatever has finished is in neither index.

Whose turn it is must not be decided twice at once: where it matters, PostgreSQL lets one claim in at a time
(SQLite has one writer anyway). Who stops in there is thrown out after a moment, so that a worker that was paused
makes nobody deaf.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import evaluations, is_queued, is_running, tenants, turns
from crucible.domain.evaluation import Priority
from crucible.domain.need import need_of
from crucible.domain.ring import Ring
from crucible.domain.sharing import Line
from crucible.domain.status import Status

_E = evaluations.c
_T = turns.c
RANK = {priority: place for place, priority in enumerate(Priority)}
_CLAIMING = 0x436C6169  # any number will do, as long as everybody who claims takes the same
_ONE_AT_A_TIME = sa.text(
    f"SELECT set_config('idle_in_transaction_session_timeout', '2s', true), pg_advisory_xact_lock({_CLAIMING})"
)


def _heads() -> sa.CTE:
    """Return the query for the first evaluation of each line: it leaps from one line to the next."""
    here, there = evaluations.alias("here"), evaluations.alias("there")
    place = (there.c.rank, there.c.tenant_id, there.c.needs)

    def leap(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
        is_there = there.c.status == sa.literal_column(f"'{Status.QUEUED.value}'")
        order = (*place, there.c.queued_at, there.c.id)
        return sa.select(there.c.id).where(is_there, *conditions).order_by(*order).limit(1).scalar_subquery()

    same = [mine == other for mine, other in zip((here.c.rank, here.c.tenant_id), place, strict=False)]
    # One condition for the whole place would do; SQLite reads a line to its end for that, and leaps for these.
    following = sa.func.coalesce(
        leap(*same, there.c.needs > here.c.needs),
        leap(same[0], there.c.tenant_id > here.c.tenant_id),
        leap(there.c.rank > here.c.rank),
    )
    heads = sa.select(leap().label("id")).cte("heads", recursive=True)
    return heads.union_all(sa.select(following).select_from(heads.join(here, here.c.id == heads.c.id)))


# Statements of every evaluation's way are built once: building one costs as much as SQLite takes to execute it.
_HEADS = _heads()
_LINES = (
    sa.select(
        _E.tenant_id,
        _E.priority,
        _E.needs,
        _E.queued_at,
        sa.func.coalesce(_T.turn, 0).label("turn"),
        tenants.c.cap,
        tenants.c.weight,
    )
    .select_from(_HEADS)
    .join(evaluations, _E.id == _HEADS.c.id)
    .join(tenants, tenants.c.id == _E.tenant_id)
    .outerjoin(turns, sa.and_(_T.tenant_id == _E.tenant_id, _T.rank == _E.rank))
    .order_by(_E.rank, _E.tenant_id, _E.needs)
)
_RUNNING = (
    sa.select(_E.tenant_id, _E.rank, sa.func.count().label("number"))
    .where(is_running)
    .group_by(_E.tenant_id, _E.rank)
)
_IN_LINE = sa.and_(
    is_queued,
    _E.rank == sa.bindparam("line_rank", type_=_E.rank.type),
    _E.tenant_id == sa.bindparam("line_tenant", type_=_E.tenant_id.type),
    _E.needs == sa.bindparam("line_needs", type_=_E.needs.type),
)
NOW = sa.bindparam("now", type_=_E.not_before.type)


def first_due(now: sa.ColumnElement[datetime]) -> sa.Select[str, datetime]:
    """Return the query for the first of a line that are due and that an otherwise idle worker has room for."""
    return (
        sa.select(_E.id, _E.queued_at)
        .where(
            _IN_LINE,
            _E.not_before <= now,
            _E.memory_bytes <= sa.bindparam("whole_memory", type_=sa.BigInteger),
            _E.cpus <= sa.bindparam("whole_cpus", type_=sa.Double),
        )
        .order_by(_E.queued_at, _E.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )


_FIRST_DUE = first_due(NOW)
_RINGS = (
    sa.select(_E.id)
    .where(_IN_LINE, _E.not_before <= NOW)
    .order_by(_E.queued_at, _E.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_NEXT_TURN = sa.select(sa.func.coalesce(sa.func.max(_T.turn), 0) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a worker may promise: over all that it runs, and beside what it runs now."""

    whole_memory: int
    whole_cpus: float
    free_memory: int
    free_cpus: float


class LineRepository:
    """The lines of every tenant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Line]:
        """Return every line in which something waits."""
        rows = await self._connection.execute(_LINES)
        return [
            Line(
                tenant_id=row.tenant_id,
                priority=row.priority,
                need=need_of(row.needs),
                oldest=row.queued_at,
                turn=row.turn,
                cap=row.cap,
                weight=row.weight,
            )
            for row in rows
        ]

    async def one_at_a_time(self) -> None:
        """Wait until nobody else decides whose turn it is, and have all others wait until this is committed."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(_ONE_AT_A_TIME)

    async def running(self) -> Mapping[tuple[str, Priority], int]:
        """Return how many evaluations of each tenant and priority run."""
        rows = await self._connection.execute(_RUNNING)
        return {(row.tenant_id, list(Priority)[row.rank]): row.number for row in rows}

    async def waits_for_room(self, line: Line, room: Room, *, at: datetime) -> datetime | None:
        """Return since when the first of a line waits that is due; None where there is none."""
        found = await self._connection.execute(
            _FIRST_DUE,
            {
                **named(line),
                "now": at,
                "most": 1,
                "whole_memory": room.whole_memory,
                "whole_cpus": room.whole_cpus,
            },
        )
        row = found.one_or_none()
        return row.queued_at if row else None

    async def served(self, tenants: Iterable[tuple[str, Priority]]) -> None:
        """Take note of who was served, in this order."""
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        turn = (await self._connection.execute(_NEXT_TURN)).scalar_one()
        last = {key: turn + place for place, key in enumerate(tenants)}
        statement = insert(turns)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[_T.tenant_id, _T.rank], set_={"turn": statement.excluded.turn}
            ),
            [
                {"tenant_id": tenant_id, "rank": RANK[priority], "turn": number}
                for (tenant_id, priority), number in last.items()
            ],
        )

    async def due(self, lines: Sequence[Line], *, at: datetime, limit: int) -> list[Ring]:
        """Return some evaluations of each line that could be claimed now."""
        each = max(1, limit // max(1, len(lines)))
        return [
            Ring(row.id, line.need, line.priority)
            for line in lines
            for row in await self._connection.execute(_RINGS, {**named(line), "now": at, "most": each})
        ]


def is_in(line: Line) -> sa.ColumnElement[bool]:
    """Return the condition that an evaluation waits in this line."""
    return sa.and_(
        is_queued, _E.rank == RANK[line.priority], _E.tenant_id == line.tenant_id, _E.needs == line.need.word
    )


def named(line: Line) -> dict[str, object]:
    """Return the parameters that say which line."""
    return {"line_rank": RANK[line.priority], "line_tenant": line.tenant_id, "line_needs": line.need.word}
