"""What Crucible says to PostgreSQL's driver itself, past SQLAlchemy, so as to wait for the server less often.

A round trip costs both sides more than most statements, and an evaluation's way takes some twenty. So a
transaction begins with one that tells its moment as well, where the driver would begin it with one and the clock
would be asked with another; and a connection that comes from the pool is asked whether it lives only where there
is doubt.
"""

import select
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

if TYPE_CHECKING:
    import psycopg

LONGEST_TRUST_SECONDS = 10.0
"""After a longer rest a connection is asked: a network that is gone says nothing."""
_BEGIN = "BEGIN; SELECT clock_timestamp()"
_SEEN = "crucible_seen"


@contextmanager
def as_sqlalchemys(connection: AsyncConnection, statement: str) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy would have done."""
    import psycopg  # noqa: PLC0415 - of the extra `scaled`, and some 100 ms that an embedded Crucible doesn't need

    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


async def driver_of(connection: AsyncConnection) -> "psycopg.AsyncConnection[Any]":
    """Return the driver's connection."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    return driver  # type: ignore[no-any-return]


async def begin(connection: AsyncConnection) -> datetime:
    """Begin a transaction on a connection that leaves this to us; return its moment by the database's clock."""
    driver = await driver_of(connection)
    with as_sqlalchemys(connection, _BEGIN):
        cursor = await driver.execute(_BEGIN, prepare=False)
        cursor.nextset()
        row = await cursor.fetchone()
    moment: datetime = row[0]  # type: ignore[index]  # a SELECT without a FROM has one row
    return moment.astimezone(UTC)


@asynccontextmanager
async def together(connection: AsyncConnection) -> AsyncIterator[None]:
    """Send the statements of a block without waiting for each one's answer; what was wrong is raised at its end.

    None of them may return rows. Where the database is another, each is waited for.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    driver = await driver_of(connection)
    with as_sqlalchemys(connection, "several statements"):
        async with driver.pipeline():
            yield


def ask_where_in_doubt(engine: AsyncEngine) -> None:
    """Have the pool hand out no connection that is known to be gone, and ask those that may be.

    A server that ended or threw a connection out has closed it, so that there is something to be read: its end.
    """
    import psycopg  # noqa: PLC0415 - as above

    dialect = engine.dialect

    @sa.event.listens_for(engine.sync_engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info[_SEEN] = time.monotonic()

    @sa.event.listens_for(engine.sync_engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        seen = record.info.get(_SEEN)
        if seen is None or (time.monotonic() - seen < LONGEST_TRUST_SECONDS and _says_nothing(connection)):
            return
        try:
            dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError("the connection was lost while nobody used it") from error


def _says_nothing(connection: Any) -> bool:
    driver = connection.driver_connection
    if driver.closed:
        return False
    looking = select.poll()
    looking.register(driver.fileno(), select.POLLIN)
    return not looking.poll(0)
