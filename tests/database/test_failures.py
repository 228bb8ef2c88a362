import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from crucible.database.failures import DuplicateKeyError, translated
from crucible.domain.errors import StorageUnavailableError


def sqlite_error(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("as SQLite says")
    error.sqlite_errorcode = code
    return error


def fail(error: Exception) -> None:
    with translated():
        raise error


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "lock"),
        (sqlite3.SQLITE_FULL, "full"),
        (sqlite3.SQLITE_IOERR_FSYNC, "does not answer"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "read-only"),
    ],
)
def test_what_passes_is_told_with_its_reason_and_when_to_come_back(code: int, reason: str):
    with pytest.raises(StorageUnavailableError, match=reason) as refusal:
        fail(OperationalError("INSERT", {}, sqlite_error(code)))
    assert refusal.value.retry_after_seconds


def test_a_defect_of_ours_is_not_called_a_full_disk():
    with pytest.raises(OperationalError):
        fail(OperationalError("SELEC", {}, sqlite_error(sqlite3.SQLITE_ERROR)))


def test_a_taken_key_is_told_apart_from_other_broken_constraints():
    with pytest.raises(DuplicateKeyError):
        fail(IntegrityError("INSERT", {}, sqlite_error(sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)))
    with pytest.raises(IntegrityError):
        fail(IntegrityError("INSERT", {}, sqlite_error(sqlite3.SQLITE_CONSTRAINT_CHECK)))


def test_other_databases_say_it_in_their_own_way():
    class RefusedError(Exception):
        sqlstate = "23505"

    with pytest.raises(DuplicateKeyError):
        fail(IntegrityError("INSERT", {}, RefusedError()))
    with pytest.raises(StorageUnavailableError, match="could not connect"):
        fail(OperationalError("SELECT", {}, Exception("could not connect")))
    with pytest.raises(StorageUnavailableError):
        fail(DBAPIError("SELECT", {}, Exception("gone"), connection_invalidated=True))
    with pytest.raises(StorageUnavailableError, match="too many"):
        fail(PoolTimeoutError())
