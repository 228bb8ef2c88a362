"""What there is to do and who is there to do it, across tenants, counted: by this one decides how many work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import (
    dead_letters,
    deliveries,
    evaluations,
    is_pending,
    is_queued,
    is_running,
)
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.evaluation import Priority
from crucible.domain.operation import PriorityLoad

_E = evaluations.c


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queued evaluations of one priority and runtime."""

    priority: Priority
    runtime: str
    count: int
    oldest_seconds: float
    """How long the first of them has been due."""


class SignalReader:
    """Counts over all tenants."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def waiting(self, at: datetime) -> Sequence[Waiting]:
        """Return what is queued, by priority and runtime."""
        rows = await self._connection.execute(
            sa.select(
                _E.priority,
                _E.runtime,
                sa.func.count().label("number"),
                sa.func.min(_E.not_before, type_=_E.not_before.type).label("since"),
            )
            .where(is_queued)
            .group_by(_E.priority, _E.runtime)
            .order_by(_E.priority, _E.runtime)
        )
        return [
            Waiting(row.priority, row.runtime, row.number, max(0.0, (at - row.since).total_seconds()))
            for row in rows
        ]

    async def load(self, at: datetime) -> tuple[PriorityLoad, ...]:
        """Return what waits and runs at each priority."""
        due = sa.case((_E.not_before <= at, 1), else_=0)
        waiting = await self._connection.execute(
            sa.select(
                _E.priority,
                sa.func.count().label("number"),
                sa.func.sum(due).label("due"),
                sa.func.min(_E.not_before, type_=_E.not_before.type).label("since"),
            )
            .where(is_queued)
            .group_by(_E.priority)
        )
        running = await self._connection.execute(
            sa.select(_E.priority, sa.func.count().label("number")).where(is_running).group_by(_E.priority)
        )
        found = {row.priority: row for row in waiting}
        held = {row.priority: row.number for row in running}
        return tuple(
            PriorityLoad(
                priority=priority,
                waiting=found[priority].due if priority in found else 0,
                delayed=found[priority].number - found[priority].due if priority in found else 0,
                oldest_seconds=(
                    max(0.0, (at - found[priority].since).total_seconds()) if priority in found else 0.0
                ),
                running=held.get(priority, 0),
            )
            for priority in Priority
        )

    async def dead_letters(self) -> dict[DeadLetterState, int]:
        """Return how many evaluations were given up, by what was decided about them."""
        rows = await self._connection.execute(
            sa.select(dead_letters.c.state, sa.func.count().label("number")).group_by(dead_letters.c.state)
        )
        return dict.fromkeys(DeadLetterState, 0) | {row.state: row.number for row in rows}

    async def undelivered(self) -> int:
        """Return how many notifications have still to be taken by their receivers."""
        found = await self._connection.execute(
            sa.select(sa.func.count()).select_from(deliveries).where(is_pending)
        )
        return int(found.scalar_one())

    async def running(self) -> int:
        """Return how many evaluations run."""
        found = await self._connection.execute(
            sa.select(sa.func.count()).select_from(evaluations).where(is_running)
        )
        return int(found.scalar_one())
