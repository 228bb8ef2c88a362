"""What each process counted, each in a row of its own: nobody waits for another's count."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import measures
from crucible.domain.measure import Measures

_M = measures.c


class MeasureRepository:
    """The counts of every process."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def write(self, process: str, measured: Measures, at: datetime) -> None:
        """Write down what a process counted up to now."""
        row = {"measured": measured.as_json(), "seen_at": at}
        changed = await self._connection.execute(measures.update().where(_M.process == process).values(**row))
        if not changed.rowcount:
            await self._connection.execute(measures.insert().values(process=process, **row))

    async def read(self) -> Sequence[tuple[str, Measures]]:
        """Return each process's counts."""
        rows = await self._connection.execute(sa.select(_M.process, _M.measured).order_by(_M.process))
        return [(row.process, Measures.of_json(row.measured)) for row in rows]

    async def forget(self, *, at: datetime, after: timedelta) -> None:
        """Forget processes that wrote nothing for so long."""
        await self._connection.execute(measures.delete().where(_M.seen_at <= at - after))
