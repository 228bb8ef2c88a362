"""SQLite's asyncio driver, with one trip to its thread per statement.

aiosqlite goes there four times: to make a cursor, to execute, to fetch, to close. A trip costs about 70 µs, more
than many a statement itself, and an evaluation takes some twenty statements from submission to result. So here a
cursor is made, emptied and closed where its statement runs, and what SQLAlchemy asks of it afterwards is at hand.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Self

import aiosqlite

Parameters = Sequence[Any]


class OneTripCursor:
    """What SQLAlchemy needs of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: aiosqlite.Connection) -> None:
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
        await self._trip(lambda cursor: cursor.execute(sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Sequence[Parameters]) -> Self:
        """Execute a statement once for each set of parameters."""
        await self._trip(lambda cursor: cursor.executemany(sql, parameters))
        return self

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """Drop the rows; the driver's cursor is closed already."""
        self._rows.clear()

    async def _trip(self, statement: Callable[[sqlite3.Cursor], sqlite3.Cursor]) -> None:
        # aiosqlite's `_execute` is how it runs a function on its thread; it offers no public one.
        await self._connection._execute(self._run, statement)  # type: ignore[no-untyped-call]  # noqa: SLF001 - so

    def _run(self, statement: Callable[[sqlite3.Cursor], sqlite3.Cursor]) -> None:
        cursor = self._connection._conn.cursor()  # noqa: SLF001 - the connection that the thread owns
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

    def cursor(self) -> OneTripCursor:  # type: ignore[override]  # aiosqlite's has to be awaited
        """Return a cursor, at once."""
        return OneTripCursor(self)


def connect(path: str, **options: Any) -> OneTripConnection:
    """Return a connection to be awaited, as SQLAlchemy's `async_creator_fn` is to."""
    connection = OneTripConnection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy has it: a forgotten one must not hold up the exit
    return connection
