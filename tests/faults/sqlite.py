"""SQLite's calls go wrong where it is asked, in the driver: no file system can be told which one to fail."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Never

import pytest

from crucible.database.one_trip import OneTripConnection, OneTripCursor
from tests.faults.failures import Failures, How

_failing: ContextVar[Failures | None] = ContextVar("failing", default=None)
"""Of whoever is tried; who looks on, in tasks of their own, is answered as ever."""


@contextmanager
def failing(failures: Failures) -> Iterator[None]:
    """Have the calls of a block, and of the tasks that it begins, be counted and go wrong."""
    token = _failing.set(failures)
    try:
        yield
    finally:
        _failing.reset(token)


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every statement and commit ask whether it goes wrong."""
    perform, commit = OneTripCursor._perform, OneTripConnection.commit

    async def _perform(cursor: OneTripCursor, *arguments: Any) -> None:
        how = _next()
        if how is not None:
            _fail(cursor._connection, how)
        await perform(cursor, *arguments)

    async def _commit(connection: OneTripConnection) -> None:
        how = _next()
        if how is How.UNANSWERED:
            await commit(connection)
        if how is not None:
            _fail(connection, How.LOST)  # SQLite rolls back what it can't commit
        await commit(connection)

    monkeypatch.setattr(OneTripCursor, "_perform", _perform)
    monkeypatch.setattr(OneTripConnection, "commit", _commit)


def _next() -> How | None:
    failures = _failing.get()
    return failures.next() if failures else None


def _fail(connection: OneTripConnection, how: How) -> Never:
    if how is How.LOST and connection.driver.in_transaction:
        connection.driver.rollback()
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_IOERR, "SQLITE_IOERR"
    raise error
