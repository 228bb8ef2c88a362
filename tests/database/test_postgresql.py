"""What PostgreSQL does that SQLite can't: many writers at once, a server that goes away, statements that wait."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from private_servers import UNSAFE_AND_FAST, Postgres, free_port
from sqlalchemy.exc import DBAPIError

from crucible.database.database import Database
from crucible.database.failures import TransactionConflictError, repeated, translated
from crucible.database.lines import Room
from crucible.database.migrate import migrate
from crucible.database.postgres import begin
from crucible.database.tables import evaluations
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.limits import GIB
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations import find
from tests.database.fixtures import Cluster
from tests.evaluations.steps import HELLO, claimed, finished, get, held, submitted


@pytest.fixture
def url(postgres: Cluster) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
async def many(url: str) -> AsyncIterator[list[Database]]:
    """As many processes would have it open."""
    opened = [await Database.open(url, connections=2, role=f"worker {number}") for number in range(4)]
    yield opened
    for database in opened:
        await database.close()


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """A server that the test may kill."""
    with Postgres(*UNSAFE_AND_FAST) as server:
        migrate(server.url)
        yield server


async def test_workers_that_claim_at_once_share_the_queue_without_waiting_for_each_other(many):
    ids = await submitted(many[0], *[HELLO] * 40)
    async with many[0].system_unit_of_work() as work:
        (line,) = await work.lines.all()
        room = Room(whole_memory=GIB, whole_cpus=1, free_memory=GIB, free_cpus=1)
        await work.claims.take(line, "A", room, most=3, ttl=timedelta(seconds=30))
        # The first three are locked by a transaction that is still open; nobody waits for it, nobody gets them.
        others = await asyncio.gather(*(claimed(database, limit=5) for database in many[1:]))
    taken = [one.evaluation_id for each in others for one in each]
    assert len(taken) == len(set(taken)) == 15
    assert not set(taken) & set(ids[:3])


async def test_two_finishes_under_one_fence_are_one_result(many, blobs, stream):
    one = await held(many[0])
    assert await asyncio.gather(*(finished(database, blobs, stream, one) for database in many)) == [True] * 4
    assert (await get(many[0], one.evaluation_id)).status is Status.COMPLETED


async def test_transactions_in_each_others_way_both_succeed(many):
    one, other = await submitted(many[0], HELLO, HELLO)
    both = asyncio.Barrier(2)

    async def lock(database: Database, *ids: str) -> int:
        attempts = 0

        async def step() -> None:
            nonlocal attempts
            attempts += 1
            async with database.system_unit_of_work() as work:
                for evaluation_id in ids:
                    await work.leases._connection.execute(
                        evaluations.update().where(evaluations.c.id == evaluation_id).values(worker="x")
                    )
                    if attempts == 1 and evaluation_id == ids[0]:
                        await both.wait()

        await repeated(step)
        return attempts

    attempts = await asyncio.gather(lock(many[0], one, other), lock(many[1], other, one))
    assert max(attempts) == 2  # of both, where both found out at once that they wait for each other


async def test_a_conflict_is_told_as_one(many):
    with pytest.raises(TransactionConflictError), translated():
        async with many[0]._writer.connect() as connection:
            await connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$")


async def test_a_view_is_of_one_moment(many):
    async with many[0].read(LOCAL_OWNER) as view:
        assert (await view.evaluations.page(EvaluationFilter(), limit=5, cursor=None)).items == ()
        await submitted(many[1])
        assert (await view.evaluations.page(EvaluationFilter(), limit=5, cursor=None)).items == ()
    assert len((await find.page(many[0], LOCAL_OWNER, EvaluationFilter(), limit=5)).items) == 1


async def test_a_server_that_was_killed_is_told_of_at_once_and_forgotten_when_it_is_back(own_server):
    database = await Database.open(own_server.url)
    (one,) = await submitted(database)
    own_server.stop(signal.SIGKILL)
    async with asyncio.timeout(5):
        for _ in range(3):
            with pytest.raises(StorageUnavailableError) as refusal:
                await submitted(database)
            assert refusal.value.retry_after_seconds
            assert str(own_server.port) not in refusal.value.detail
            with pytest.raises(StorageUnavailableError):
                await get(database, one)
    own_server.start()
    assert (await get(database, one)).status is Status.QUEUED
    await submitted(database)
    await database.close()


async def test_a_restart_between_two_requests_costs_neither(own_server):
    database = await Database.open(own_server.url)
    await submitted(database)
    own_server.restart()
    await submitted(database)
    await database.close()


async def test_a_connection_that_rested_is_asked_and_one_that_did_not_is_not(url, monkeypatch):
    database = await Database.open(url, connections=1)
    asked: list[object] = []
    dialect = database._writer.dialect
    ask = dialect.do_ping
    monkeypatch.setattr(dialect, "do_ping", lambda connection: asked.append(connection) or ask(connection))
    await submitted(database)
    await submitted(database)
    assert asked == []
    monkeypatch.setattr("crucible.database.postgres.LONGEST_TRUST_SECONDS", 0.0)
    await submitted(database)
    assert len(asked) == 1
    await database.close()


async def test_a_moment_is_the_databases_and_is_later_with_each_transaction(many):
    moments = []
    for database in many[:2] * 2:
        async with database.system_unit_of_work() as work:
            moments.append(await work.now())
    assert moments == sorted(set(moments))


async def test_a_claim_is_two_messages_and_a_result_one(many, blobs, stream, monkeypatch):
    await submitted(many[0])
    said = []
    sa.event.listen(many[0]._writer.sync_engine, "before_cursor_execute", lambda *about: said.append(about[2]))

    async def refuse(_connection):
        pytest.fail("a transaction was begun")

    monkeypatch.setattr("crucible.database.postgres.begin", refuse)
    (one,) = await claimed(many[0])
    assert len(said) == 2
    assert await finished(many[0], blobs, stream, one)
    assert len(said) == 3


async def test_what_is_more_than_a_statement_is_kept_whole_or_not_at_all(many):
    (one,) = await submitted(many[0])

    async def broken_off() -> None:
        async with many[0].system_steps() as work:
            await work.as_one()
            (line,) = await work.lines.all()
            room = Room(whole_memory=GIB, whole_cpus=1, free_memory=GIB, free_cpus=1)
            assert await work.claims.take(line, "A", room, most=1, ttl=timedelta(seconds=30))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken_off()
    assert (await get(many[0], one)).status is Status.QUEUED


async def test_a_server_that_is_not_there_is_said(caplog):
    with pytest.raises(StorageUnavailableError, match="no connection to its server"):
        await Database.open(f"postgresql://me:hunter2@127.0.0.1:{free_port()}/crucible")
    assert "hunter2" not in caplog.text


async def test_a_wrong_password_is_said_and_not_shown(url, capsys):
    with pytest.raises(StorageUnavailableError, match="no connection to its server"):
        await Database.open(url.replace("postgres:", "postgres:hunter2"))
    assert "hunter2" not in capsys.readouterr().out


async def test_a_statement_has_its_time(many):
    async with many[0]._writer.connect() as connection:
        await begin(connection)
        settings = {
            name: (await connection.exec_driver_sql(f"SHOW {name}")).scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
        assert settings == {
            "statement_timeout": "30s",
            "lock_timeout": "10s",
            "idle_in_transaction_session_timeout": "1min",
        }
        await connection.exec_driver_sql("SET LOCAL statement_timeout = 20")
        with pytest.raises(StorageUnavailableError, match="took too long"), translated():
            await connection.exec_driver_sql("SELECT pg_sleep(10)")


async def test_a_role_holds_no_more_connections_than_it_may(url):
    database = await Database.open(url, connections=2, role="scheduler")
    await asyncio.gather(*(submitted(database) for _ in range(20)))
    with psycopg.connect(url) as connection:
        named = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crucible scheduler'"
        assert connection.execute(named).fetchone() == (2,)
    await database.close()


async def test_an_error_shows_no_program(many):
    with pytest.raises(DBAPIError) as refusal:
        async with many[0]._writer.begin() as connection:
            await connection.execute(
                sa.text("INSERT INTO evaluations (id) VALUES (:secret)"), {"secret": "hunter2"}
            )
    assert "hunter2" not in str(refusal.value).partition("DETAIL")[0]
