import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from crucible.database.at_once import MOST_BYTES
from crucible.database.one_trip import WRITE, OneTripConnection, perform
from crucible.domain.evaluation import EvaluationFilter, Submission
from crucible.domain.principal import LOCAL_OWNER
from tests.database.lock import locked
from tests.database.test_transactions import add, ids

pytestmark = pytest.mark.sqlite

LONG = 1_000_000
COUNT_UP = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT count(*) FROM n"
)


def count_connections(database) -> list[None]:
    made: list[None] = []

    def note(_connection: object, _record: object) -> None:
        made.append(None)

    for engine in (database._writer, database._reader):
        sa.event.listen(engine.sync_engine, "connect", note)
    return made


async def test_a_cancellation_waits_for_the_statement_and_costs_no_connection(database):
    await add(database)
    made = count_connections(database)
    for steps in range(60):
        task = asyncio.create_task(add(database) if steps % 2 else ids(database))
        for _ in range(steps // 2):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await add(database) in await ids(database)
    assert made == []


async def test_a_cancelled_task_is_cancelled_all_the_same(database):
    task = asyncio.create_task(forever(database))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def forever(database) -> None:
    while True:
        async with database.read(LOCAL_OWNER) as view:
            await view.evaluations.get_all(["ev_x"])


async def test_a_timeout_around_statements_is_a_timeout(database, database_file):
    async with locked(database_file):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await add(database)
    assert await add(database) in await ids(database)


@pytest.fixture
def trips(monkeypatch) -> list[object]:
    made: list[object] = []
    usual = OneTripConnection.trip

    async def trip(self, function):
        made.append(function)
        return await usual(self, function)

    monkeypatch.setattr(OneTripConnection, "trip", trip)
    return made


async def test_of_a_small_write_only_the_commit_goes_to_the_drivers_thread(database, trips):
    await add(database)
    trips.clear()
    await add(database)
    assert len(trips) == 1


async def test_a_commit_lets_others_in_so_that_no_statement_behind_it_has_to(database, trips):
    await add(database)
    trips.clear()
    for _ in range(40):
        await add(database)
    assert len(trips) == 40


async def test_who_reads_on_and_on_goes_to_the_drivers_thread_once_in_sixteen_times(database, trips):
    await ids(database)
    trips.clear()
    for _ in range(320):
        async with database.read(LOCAL_OWNER) as view:
            await view.evaluations.get_all(["ev_x"])
    assert len(trips) == pytest.approx(20, abs=1)


async def test_a_reading_that_takes_long_is_read_on_the_drivers_thread(database, trips):
    async with database._reader.connect() as connection:
        trips.clear()
        assert (await connection.execute(COUNT_UP, {"most": LONG})).scalar_one() == LONG
    assert len(trips) == 1


async def test_a_search_is_made_on_the_drivers_thread_at_once(database, trips):
    async with database.read(LOCAL_OWNER) as view:
        await view.evaluations.page(EvaluationFilter(), limit=1, cursor=None)
        trips.clear()
        await view.evaluations.page(EvaluationFilter(text="x"), limit=1, cursor=None)
    assert len(trips) == 1


@pytest.mark.parametrize(
    "large",
    [Submission(code="#" * (MOST_BYTES + 1)), Submission(code="pass", stdin="x" * (MOST_BYTES + 1))],
    ids=["text", "bytes"],
)
async def test_a_large_write_goes_to_the_drivers_thread_at_once(database, trips, large: Submission):
    await add(database)
    trips.clear()
    await add(database, submission=large)
    assert len(trips) > 1


async def test_sqlalchemy_is_asked_to_begin_and_for_none_of_the_rows(database):
    asked: list[str] = []

    @sa.event.listens_for(database._writer.sync_engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    barrier = asyncio.Barrier(2)
    added = await asyncio.gather(add(database, barrier=barrier), add(database, barrier=barrier))
    assert asked == [WRITE]
    assert await ids(database) == set(added)


async def test_what_sqlite_refuses_is_raised_as_sqlalchemy_raises_it(database):
    async with database._writer.connect() as connection:
        await connection.begin()
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            await perform(connection, "INSERT INTO turns (tenant_id, rank, turn) VALUES (?, ?, ?)", [("x", 0, 1)])


async def test_the_event_loop_does_not_wait_for_a_lock(database, database_file):
    turns = 0
    async with locked(database_file):
        adding = asyncio.create_task(add(database))
        while turns < 20 and not adding.done():
            await asyncio.sleep(0.005)
            turns += 1
    assert turns == 20
    assert await adding in await ids(database)


async def test_what_is_read_is_of_one_moment(database):
    earlier = await add(database)
    async with database.read(LOCAL_OWNER) as view:
        assert len(await view.evaluations.get_all([earlier])) == 1
        later = await add(database)
        assert await view.evaluations.get_all([later]) == []
    assert later in await ids(database)
