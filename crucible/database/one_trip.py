"""SQLite's asyncio driver, with at most one trip to its thread per statement, and none broken off.

aiosqlite goes there four times: to make a cursor, to execute, to fetch, to close. A trip costs about 70 µs, more
than many a statement itself, and an evaluation takes some twenty statements from submission to result. So here a
cursor is made, emptied and closed where its statement runs, and what SQLAlchemy asks of it afterwards is at hand;
and where it runs is the event loop, unless it may wait or is large (`at_once`).

Of transactions, a commit is a trip. To roll back what only read is none: it has no lock that somebody else may
wait for, and doesn't touch the disk. What is no transaction any more needs no rollback.

Nor does every statement need SQLAlchemy: to look up what it compiled, to arrange parameters for that and to switch
greenlets takes it ten times as long as the driver takes for a row. `perform` is for what is written out anyway.

A statement takes less time than what a broken-off one costs: SQLAlchemy, not knowing how far it came, throws the
connection away, and with it the work of all who share its transaction. So a cancellation waits for the trip's end.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Self

import aiosqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.at_once import AtOnce, Parameters, would_wait

WRITE = "BEGIN IMMEDIATE"
"""What begins a transaction that writes; it takes the lock."""
_READ = "BEGIN"
_IMPATIENT = "busy_timeout=0"


class _Trip(asyncio.Future[Any]):
    """A wait that a cancellation does not break off; it is remembered."""

    interrupted = False

    def cancel(self, msg: Any | None = None) -> bool:
        del msg
        self.interrupted = True
        return True


def _cancel_again() -> None:
    """Have a cancellation that came during a trip meet the task at its next wait."""
    task = asyncio.current_task()
    if task:
        task.uncancel()  # `asyncio.timeout` counts cancellations, and this one was counted
        task.cancel()


class OneTripCursor:
    """What SQLAlchemy needs of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        """Be there; the driver's own cursor is made with the statement."""
        return self

    async def execute(self, sql: str, parameters: Parameters = ()) -> Self:
        """Execute a statement and fetch all that it returns."""
        await self._perform(sql, (parameters,), lambda cursor: cursor.execute(sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Sequence[Parameters]) -> Self:
        """Execute a statement once for each set of parameters."""
        await self._perform(sql, parameters, lambda cursor: cursor.executemany(sql, parameters))
        return self

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """Drop the rows; the driver's cursor is closed already."""
        self._rows.clear()

    async def _perform(
        self, sql: str, rows: Sequence[Parameters], statement: Callable[[sqlite3.Cursor], sqlite3.Cursor]
    ) -> None:
        self._connection.begin_reading()
        at_once = self._connection.at_once
        if at_once.may_try(sql, rows):
            try:
                with at_once.bounded(sql):
                    self._run(statement)
            except sqlite3.OperationalError as error:
                if not would_wait(error):
                    raise
            else:
                return
        await self._connection.trip(lambda: self._connection.patiently(lambda: self._run(statement)))

    def _run(self, statement: Callable[[sqlite3.Cursor], sqlite3.Cursor]) -> None:
        cursor = self._connection.driver.cursor()
        try:
            statement(cursor)
            self.description = cursor.description
            self._rows = deque(cursor.fetchall() if cursor.description else ())
            self.rowcount = cursor.rowcount
            self.lastrowid = cursor.lastrowid
        finally:
            cursor.close()


class OneTripConnection(aiosqlite.Connection):
    """A connection with such cursors."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        *,
        pragmas: Sequence[str],
        reads: bool,
        patience_seconds: float,
    ) -> None:
        """Take how SQLite is connected to, what it is told first, and how long to wait for locks.

        `reads`: it does nothing else, and so begins a transaction with whatever statement comes outside of one.
        """
        self.at_once = AtOnce()
        self._reads = reads
        self._patience_milliseconds = round(patience_seconds * 1000)

        def prepared() -> sqlite3.Connection:
            driver = connect()
            for pragma in (*pragmas, _IMPATIENT):
                driver.execute(f"PRAGMA {pragma}").close()
            self.at_once.watch(driver)
            return driver

        super().__init__(prepared, iter_chunk_size=64)

    @property
    def driver(self) -> sqlite3.Connection:
        """The connection that the thread owns. Raises ValueError where it is closed."""
        return self._conn

    def begin_reading(self) -> None:
        """Begin a transaction where this connection only reads and is in none."""
        if self._reads and not self.driver.in_transaction:
            self.driver.execute(_READ).close()

    async def trip(self, function: Callable[[], Any]) -> Any:
        """Return what a function returns on the connection's thread."""
        if self._connection is None:
            raise ValueError("Connection closed")
        self.at_once.let_others_in()
        trip = _Trip()
        self._tx.put_nowait((trip, function))
        try:
            return await trip
        finally:
            if trip.interrupted:
                _cancel_again()

    def patiently(self, function: Callable[[], None]) -> None:
        """Call a function, on the connection's thread, whose statement waits for a lock that somebody holds."""
        self.driver.execute(f"PRAGMA busy_timeout={self._patience_milliseconds}").close()
        try:
            function()
        finally:
            self.driver.execute(f"PRAGMA {_IMPATIENT}").close()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make every other trip of aiosqlite's such a one."""
        return await self.trip(lambda: fn(*args, **kwargs))

    async def rollback(self) -> None:
        """Roll back what there is to be rolled back."""
        if not self.driver.in_transaction:
            return
        if self._reads:
            self.driver.rollback()
        else:
            await self.trip(self.driver.rollback)

    async def commit(self) -> None:
        """Commit, or roll back what can't be. Raises OperationalError where SQLite has rolled back by itself.

        SQLite leaves some transactions open whose commit it refuses; SQLAlchemy takes them to be over.
        """
        await self.trip(self._commit)

    def _commit(self) -> None:
        if not self.driver.in_transaction:
            raise sqlite3.OperationalError("the transaction was rolled back")
        try:
            self.driver.commit()
        except sqlite3.Error:
            self.driver.rollback()
            raise

    def cursor(self) -> OneTripCursor:  # type: ignore[override]  # aiosqlite's has to be awaited
        """Return a cursor, at once."""
        return OneTripCursor(self)


async def perform(connection: AsyncConnection, sql: str, rows: Sequence[Parameters] = ((),)) -> None:
    """Execute a statement that returns nothing, once for each set of parameters, within a transaction that began.

    Raises what SQLAlchemy does where SQLite refuses it.
    """
    assert connection.sync_connection  # noqa: S101 - it is in a transaction
    driver: Any = connection.sync_connection.connection.driver_connection
    try:
        if len(rows) == 1:
            await driver.cursor().execute(sql, rows[0])
        else:
            await driver.cursor().executemany(sql, rows)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            sql, None, error, sqlite3.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def connect(
    path: str, *, pragmas: Sequence[str], reads: bool, timeout: float, **options: Any
) -> OneTripConnection:
    """Return a connection to be awaited, as SQLAlchemy's `async_creator_fn` is to.

    `timeout`: how many seconds a statement waits for a lock; otherwise see `OneTripConnection`.
    """
    options["check_same_thread"] = False  # what is done without a trip is done between two
    connection = OneTripConnection(
        lambda: sqlite3.connect(path, timeout=timeout, **options),
        pragmas=pragmas,
        reads=reads,
        patience_seconds=timeout,
    )
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy has it: a forgotten one must not hold up the exit
    return connection
