"""What every process is to write to its log for a while: one row, which each of them reads."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import log_orders
from crucible.domain.log_level import Level

_L = log_orders.c
_THE_ONE = 1


@dataclass(frozen=True, slots=True)
class LogOrder:
    """From which level on to write, until when, and who asked for it."""

    level: Level
    until: datetime
    asked_by: str


class LogOrderRepository:
    """The order that is in force, if there is one."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def current(self, at: datetime) -> LogOrder | None:
        """Return what is in force at that moment."""
        rows = await self._connection.execute(sa.select(log_orders).where(_L.until > at))
        row = rows.one_or_none()
        return LogOrder(row.level, row.until, row.asked_by) if row else None

    async def give(self, order: LogOrder) -> None:
        """Have this be in force instead of what was."""
        await self.withdraw()
        await self._connection.execute(
            log_orders.insert().values(id=_THE_ONE, level=order.level, until=order.until, asked_by=order.asked_by)
        )

    async def withdraw(self) -> None:
        """Have nothing be in force."""
        await self._connection.execute(log_orders.delete())
