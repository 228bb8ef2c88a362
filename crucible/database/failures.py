"""What a database driver's errors mean to the rest of Crucible.

A full disk and a lock that somebody else holds pass; the caller is told to come back. Everything else that a
driver raises is a defect of ours and stays what it is.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from crucible.domain.errors import StorageUnavailableError

RETRY_AFTER_SECONDS = 2

_SQLITE_PASSING = {
    sqlite3.SQLITE_BUSY: "another process holds its lock",
    sqlite3.SQLITE_LOCKED: "another connection holds a lock",
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_IOERR: "its disk does not answer",
    sqlite3.SQLITE_READONLY: "its file or disk is read-only",
    sqlite3.SQLITE_CANTOPEN: "its file can't be opened",
}
_PRIMARY_CODE = 0xFF
"""SQLite's extended codes carry the primary one in their lowest byte (https://sqlite.org/rescode.html)."""


class DuplicateKeyError(Exception):
    """A row with this unique key was there before; somebody else was first."""


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
        if reason := _passing(error):
            raise unavailable(reason) from error
        raise
    except PoolTimeoutError as error:
        raise unavailable("too many requests wait for it") from error


def unavailable(reason: str) -> StorageUnavailableError:
    """Return the error that tells of this reason, and when to come back."""
    return StorageUnavailableError(
        f"the database can't answer now: {reason}", retry_after_seconds=RETRY_AFTER_SECONDS
    )


def _passing(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_PASSING.get(code & _PRIMARY_CODE)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return str(error.orig).strip()
    return None


def _is_duplicate(error: IntegrityError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code in {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
    return getattr(error.orig, "sqlstate", None) == "23505"
