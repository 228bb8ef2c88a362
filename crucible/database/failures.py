"""What a database driver's errors mean to the rest of Crucible.

A full disk, a lock that somebody else holds and a server that restarts pass; the caller is told to come back.
Everything else that a driver raises is a defect of ours and stays what it is. What PostgreSQL's driver says may
name hosts and users, so it goes to the log, and a reason of ours to whoever asked.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from crucible.domain.errors import StorageUnavailableError

T = TypeVar("T")

RETRY_AFTER_SECONDS = 2
ATTEMPTS_AT_CONFLICTS = 4

_SQLITE_PASSING = {
    sqlite3.SQLITE_BUSY: "another process holds its lock",
    sqlite3.SQLITE_LOCKED: "another connection holds a lock",
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_IOERR: "its disk does not answer",
    sqlite3.SQLITE_READONLY: "its file or disk is read-only",
    sqlite3.SQLITE_CANTOPEN: "its file can't be opened",
}
PRIMARY_CODE = 0xFF
"""SQLite's extended codes carry the primary one in their lowest byte (https://sqlite.org/rescode.html)."""
_POSTGRES_PASSING = {
    "08": "the connection to it was lost",
    "25006": "it takes no writes",
    "53": "its server is out of something that it needs",
    "53100": "its disk is full",
    "53300": "it has no connection left",
    "55P03": "another transaction holds a lock",
    "57": "its server is stopping or starting",
    "57014": "a statement took too long",
    "58": "its disk does not answer",
}
"""By SQLSTATE, or its class where all of that pass (https://www.postgresql.org/docs/15/errcodes-appendix.html)."""
_POSTGRES_CONFLICTS = frozenset({"40001", "40P01"})
_POSTGRES_DUPLICATE = "23505"

_log = structlog.stdlib.get_logger(__name__)


class DuplicateKeyError(Exception):
    """A row with this unique key was there before; somebody else was first."""


class TransactionConflictError(StorageUnavailableError):
    """The database broke this transaction off in favour of another; the same again may well succeed."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn a driver's error into StorageUnavailableError or DuplicateKeyError where it means that."""
    try:
        yield
    except IntegrityError as error:
        if _is_duplicate(error):
            raise DuplicateKeyError(str(error.orig)) from error
        raise
    except DBAPIError as error:
        if _state(error) in _POSTGRES_CONFLICTS:
            raise TransactionConflictError(
                "the database can't answer now: another transaction was in the way",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            ) from error
        if reason := _passing(error):
            raise unavailable(reason) from error
        raise
    except PoolTimeoutError as error:
        raise unavailable("too many requests wait for it") from error


async def repeated(step: Callable[[], Awaitable[T]]) -> T:
    """Return what a whole transaction returns, beginning it anew where another one was in its way."""
    for _ in range(ATTEMPTS_AT_CONFLICTS - 1):
        try:
            return await step()
        except TransactionConflictError as error:
            _log.info("transaction_repeated", reason=str(error.__cause__))
    return await step()


def unavailable(reason: str) -> StorageUnavailableError:
    """Return the error that tells of this reason, and when to come back."""
    return StorageUnavailableError(
        f"the database can't answer now: {reason}", retry_after_seconds=RETRY_AFTER_SECONDS
    )


def _passing(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_PASSING.get(code & PRIMARY_CODE)
    if isinstance(error.orig, sqlite3.OperationalError):
        return str(error.orig)
    state = _state(error)
    reason = _POSTGRES_PASSING.get(state) or _POSTGRES_PASSING.get(state[:2])
    if reason is None and (error.connection_invalidated or _has_no_answer(error, state)):
        reason = "there is no connection to its server"
    if reason:
        _log.warning("database_unavailable", reason=reason, error=str(error.orig).strip())
    return reason


def _has_no_answer(error: DBAPIError, state: str) -> bool:
    """Whether it is the driver that complains, and no server that told it why."""
    return not state and isinstance(error, OperationalError | InterfaceError)


def _state(error: DBAPIError) -> str:
    """Return PostgreSQL's SQLSTATE, empty where the driver got none."""
    return getattr(error.orig, "sqlstate", None) or ""


def _is_duplicate(error: IntegrityError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code in {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
    return _state(error) == _POSTGRES_DUPLICATE
