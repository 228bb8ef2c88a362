"""The one clock: the database's. No worker's own clock decides about a lease.

A transaction asks once and reckons with the answer, so that everything that it writes happened at one moment.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware on the way in and out whatever the database keeps."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Send it in UTC; SQLite has no zones and gets the bare digits."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back what was stored, with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


ARRIVED = sa.func.statement_timestamp(type_=Moment)
"""When a statement came to PostgreSQL, for one that is a transaction by itself."""
_NOW = sa.select(sa.func.clock_timestamp(type_=Moment))


async def now(connection: AsyncConnection) -> datetime:
    """Return the present moment by the database's clock, not the transaction's start.

    SQLite's `now` is a call for this machine's clock, which is as well read without asking SQLite to.
    """
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = (await connection.execute(_NOW)).scalar_one()
    return moment
