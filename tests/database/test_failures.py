import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from crucible.database.failures import DuplicateKeyError, TransactionConflictError, repeated, translated
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


class PostgresError(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("host lab, user me")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("53100", "its disk is full"),
        ("53300", "no connection left"),
        ("53200", "out of something"),
        ("57P01", "stopping or starting"),
        ("57014", "took too long"),
        ("08006", "connection to it was lost"),
        ("25006", "takes no writes"),
        (None, "no connection to its server"),
    ],
)
def test_what_passes_on_postgresql_is_told_in_our_words(state: str | None, reason: str):
    with pytest.raises(StorageUnavailableError, match=reason) as refusal:
        fail(OperationalError("INSERT", {}, PostgresError(state)))
    assert "lab" not in refusal.value.detail


def test_a_taken_key_of_postgresqls_is_one_too():
    with pytest.raises(DuplicateKeyError):
        fail(IntegrityError("INSERT", {}, PostgresError("23505")))
    with pytest.raises(IntegrityError):
        fail(IntegrityError("INSERT", {}, PostgresError("23514")))


def test_a_statement_that_postgresql_does_not_understand_is_a_defect():
    with pytest.raises(OperationalError):
        fail(OperationalError("SELEC", {}, PostgresError("42601")))


def test_a_lost_connection_and_a_full_pool_pass():
    with pytest.raises(StorageUnavailableError):
        fail(DBAPIError("SELECT", {}, Exception("gone"), connection_invalidated=True))
    with pytest.raises(StorageUnavailableError, match="too many"):
        fail(PoolTimeoutError())


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_a_transaction_that_was_in_anothers_way_is_repeated(state: str):
    attempts: list[None] = []

    async def step() -> str:
        attempts.append(None)
        if len(attempts) < 3:
            fail(OperationalError("UPDATE", {}, PostgresError(state)))
        return "done"

    assert await repeated(step) == "done"
    assert len(attempts) == 3


async def test_a_conflict_that_never_ends_is_told():
    async def step() -> None:
        fail(OperationalError("UPDATE", {}, PostgresError("40001")))

    with pytest.raises(TransactionConflictError):
        await repeated(step)
