import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from crucible.database.database import Database
from crucible.database.tables import evaluation_labels, evaluations
from crucible.database.transactions import AfterCommit
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.evaluation import EvaluationFilter, Submission
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from tests.database.lock import locked

SUBMISSION = Submission(code="print('hello')")
LABEL_OF_NOTHING = {"evaluation_id": "ev_none", "tenant_id": LOCAL_OWNER.tenant_id, "key": "a", "value": "b"}


async def add(
    database: Database, *, barrier: asyncio.Barrier | None = None, submission: Submission = SUBMISSION
) -> str:
    if barrier:
        await barrier.wait()
    async with database.unit_of_work(LOCAL_OWNER) as work:
        (evaluation,) = await work.evaluations.add([submission], ["python3.11"], await work.now())
    return evaluation.id


async def add_and_fail(database: Database, *, after_commit: AfterCommit | None = None) -> None:
    async with database.unit_of_work(LOCAL_OWNER) as work:
        if after_commit:
            work.after_commit(after_commit)
        await work.evaluations.add([SUBMISSION], ["python3.11"], await work.now())
        raise ZeroDivisionError


async def ids(database: Database) -> set[str]:
    async with database.read(LOCAL_OWNER) as view:
        page = await view.evaluations.page(EvaluationFilter(), limit=100, cursor=None)
    return {item.id for item in page.items}


def count_commits(database: Database) -> list[None]:
    commits: list[None] = []

    def note(_connection: object) -> None:
        commits.append(None)

    sa.event.listen(database._writer.sync_engine, "commit", note)
    return commits


async def test_what_is_committed_is_there_and_what_raised_is_not(database):
    kept = await add(database)
    with pytest.raises(ZeroDivisionError):
        await add_and_fail(database)
    assert await ids(database) == {kept}


@pytest.mark.sqlite
async def test_work_that_waits_for_the_writer_shares_a_commit(database):
    commits = count_commits(database)
    barrier = asyncio.Barrier(20)
    added = await asyncio.gather(*(add(database, barrier=barrier) for _ in range(20)))
    assert await ids(database) == set(added)
    assert len(commits) <= 2


async def test_one_that_fails_takes_nobody_of_its_group_with_it(database):
    barrier = asyncio.Barrier(9)

    async def fail() -> None:
        await barrier.wait()
        await add_and_fail(database)

    results = await asyncio.gather(
        *(fail() if place % 3 == 0 else add(database, barrier=barrier) for place in range(9)),
        return_exceptions=True,
    )
    assert await ids(database) == {result for result in results if isinstance(result, str)}
    assert sum(isinstance(result, ZeroDivisionError) for result in results) == 3


@pytest.mark.sqlite
async def test_one_that_is_cancelled_takes_nobody_of_its_group_with_it(database):
    barrier = asyncio.Barrier(6)
    tasks = [asyncio.create_task(add(database, barrier=barrier)) for _ in range(6)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        if database._transactions._group is not None and not tasks[1].done():
            tasks[1].cancel()
    added = {task.result() for task in tasks if not task.cancelled()}
    assert added <= await ids(database)
    assert len(added) >= 5
    assert await add(database) in await ids(database)


@pytest.mark.sqlite
async def test_when_sqlite_drops_the_whole_transaction_nobody_in_it_is_told_of_success(database):
    barrier = asyncio.Barrier(3)

    async def break_off() -> None:
        await barrier.wait()
        async with database.unit_of_work(LOCAL_OWNER) as work:
            await work.evaluations._connection.exec_driver_sql("ROLLBACK")  # as SQLite may on a full disk
            raise ZeroDivisionError

    first, broken, later = await asyncio.gather(
        add(database, barrier=barrier), break_off(), add(database, barrier=barrier), return_exceptions=True
    )
    assert isinstance(broken, ZeroDivisionError)
    outcomes = (first, later)
    assert any(isinstance(outcome, StorageUnavailableError) for outcome in outcomes)
    assert await ids(database) == {outcome for outcome in outcomes if isinstance(outcome, str)}


@pytest.mark.sqlite
async def test_a_commit_of_what_sqlite_dropped_is_an_error(database):
    async def drop() -> None:
        async with database.unit_of_work(LOCAL_OWNER) as work:
            await work.evaluations._connection.exec_driver_sql("ROLLBACK")

    with pytest.raises(StorageUnavailableError, match="rolled back"):
        await drop()
    assert await add(database) in await ids(database)


@pytest.mark.sqlite
async def test_a_commit_that_sqlite_refuses_leaves_the_one_writer_free(database):
    async def break_a_foreign_key() -> None:
        async with database.system_unit_of_work() as work:
            connection = work.leases._connection
            await connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            await connection.execute(evaluation_labels.insert(), LABEL_OF_NOTHING)

    with pytest.raises(DBAPIError, match="FOREIGN KEY"):
        await break_a_foreign_key()
    assert await add(database) in await ids(database)


async def add_and_wake(database: Database, woken: asyncio.Event) -> str:
    async with database.unit_of_work(LOCAL_OWNER) as work:
        work.once_seen(woken.set)
        (evaluation,) = await work.evaluations.add([SUBMISSION], ["python3.11"], await work.now())
    return evaluation.id


async def test_who_is_woken_once_it_can_be_seen_sees_it(database):
    woken = asyncio.Event()

    async def look() -> Status:
        await woken.wait()
        async with database.unit_of_work(LOCAL_OWNER) as work:
            page = await work.evaluations.page(EvaluationFilter(), limit=1, cursor=None)
            return page.items[0].status

    looking = asyncio.create_task(look())
    await asyncio.sleep(0)
    await add_and_wake(database, woken)
    assert await looking is Status.QUEUED


@pytest.mark.sqlite
async def test_who_is_woken_once_it_can_be_seen_shares_its_commit(database):
    woken = asyncio.Event()

    async def follow() -> str:
        await woken.wait()
        return await add(database)

    await add(database)
    commits = count_commits(database)
    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    first = await add_and_wake(database, woken)
    assert {first, await following} <= await ids(database)
    assert len(commits) == 1


async def test_steps_after_the_commit_see_it_and_never_happen_without_it(database):
    seen: list[set[str]] = []

    async def look() -> None:
        seen.append(await ids(database))

    async with database.unit_of_work(LOCAL_OWNER) as work:
        work.after_commit(look)
        (evaluation,) = await work.evaluations.add([SUBMISSION], ["python3.11"], await work.now())
    with pytest.raises(ZeroDivisionError):
        await add_and_fail(database, after_commit=look)
    assert seen == [{evaluation.id}]


async def test_a_step_after_the_commit_that_fails_does_not_undo_it(database):
    def fail() -> None:
        raise ZeroDivisionError

    seen: list[str] = []
    async with database.unit_of_work(LOCAL_OWNER) as work:
        work.after_commit(fail)
        work.after_commit(lambda: seen.append("the next"))
        (evaluation,) = await work.evaluations.add([SUBMISSION], ["python3.11"], await work.now())
    assert seen == ["the next"]
    assert await ids(database) == {evaluation.id}


async def test_a_lock_that_another_process_holds_is_said_and_passes(database, database_file):
    async with locked(database_file):
        with pytest.raises(StorageUnavailableError, match="another process holds its lock") as refusal:
            await add(database)
        assert refusal.value.retry_after_seconds
    assert await add(database) in await ids(database)


async def test_those_who_wait_behind_a_refused_one_are_refused_with_it(database, database_file):
    async with locked(database_file):
        async with asyncio.timeout(3):  # one after the other, they would take ten seconds
            results = await asyncio.gather(*(add(database) for _ in range(50)), return_exceptions=True)
        assert all(isinstance(result, StorageUnavailableError) for result in results)
    assert await add(database) in await ids(database)


async def test_readers_go_on_while_somebody_writes(database):
    async with database.unit_of_work(LOCAL_OWNER) as work:
        await work.evaluations.add([SUBMISSION], ["python3.11"], await work.now())
        assert await ids(database) == set()


async def test_a_view_can_not_write(database):
    async with database.read(LOCAL_OWNER) as view:
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await view.evaluations._connection.execute(evaluations.delete())
