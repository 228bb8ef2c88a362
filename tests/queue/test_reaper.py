import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database import transactions
from crucible.domain.evaluation import Submission
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.ending import ended
from crucible.evaluations.requeue import Patience
from crucible.evaluations.wait import until_final
from crucible.queue.reaper import WatchedClock, keep_reaping
from tests.database.lock import locked
from tests.evaluations.steps import HELLO, get, held, submitted
from tests.fake_executor import FakeExecutor
from tests.waiting import said, until


async def until_rung(doorbell) -> None:
    rung = asyncio.Event()
    doorbell.listen(on_ring=rung.set, on_cancel=lambda: None)
    await asyncio.wait_for(rung.wait(), 5)


def start(database, blobs, stream, doorbell, executor: FakeExecutor) -> asyncio.Task[None]:
    at_once = Patience(chance=lambda low, _high: low)
    return asyncio.create_task(
        keep_reaping(
            database, blobs, stream, doorbell, lambda: executor.runtimes, patience=at_once, interval_seconds=0.01
        )
    )


async def test_its_rounds_take_back_what_was_lost_and_announce_it(database, blobs, stream, doorbell):
    one = await held(database, lease=0.0)
    rounds = start(database, blobs, stream, doorbell, FakeExecutor())
    await until_rung(doorbell)
    rounds.cancel()
    assert (await get(database, one.evaluation_id)).status is Status.QUEUED


@pytest.mark.usefixtures("database_file")  # PostgreSQL's clock is not ours to move
async def test_a_clock_that_leaps_ahead_ends_no_lease_that_is_being_renewed(
    database, blobs, stream, doorbell, monkeypatch
):
    """A machine that slept, and one whose clock is put right: every lease is over, and nobody was silent."""
    one = await held(database, lease=30.0)
    usual = transactions.now
    leap, asked = timedelta(), 0

    async def now(connection: AsyncConnection) -> datetime:
        nonlocal asked
        asked += 1
        return await usual(connection) + leap

    async def some_rounds() -> None:
        before = asked

        async def were_made() -> bool:
            return asked > before + 5

        await until(were_made)

    monkeypatch.setattr(transactions, "now", now)
    rounds = start(database, blobs, stream, doorbell, FakeExecutor())
    await some_rounds()
    leap = timedelta(hours=9)
    await some_rounds()
    await ended(rounds)
    assert (await get(database, one.evaluation_id)).status is Status.RUNNING


def test_a_clock_is_not_believed_for_one_leases_life_after_it_leapt_and_then_again(monkeypatch):
    steady = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: steady)
    clock = WatchedClock(30.0)
    at = datetime(2026, 11, 26, tzinfo=UTC)
    assert clock.tells(at)
    steady += 1
    assert clock.tells(at + timedelta(seconds=2))
    steady += 1
    assert not clock.tells(at + timedelta(hours=1))
    steady += 29
    assert not clock.tells(at + timedelta(hours=1, seconds=29))
    steady += 1
    assert clock.tells(at + timedelta(hours=1, seconds=30))


async def test_it_ends_what_nobody_can_run_but_not_while_the_executor_is_away(database, blobs, stream, doorbell):
    executor = FakeExecutor()
    executor.runtimes = ()
    (one,) = await submitted(database, Submission(code="x", runtime="bash"))
    rounds = start(database, blobs, stream, doorbell, executor)
    await until_rung(doorbell)
    assert (await get(database, one)).status is Status.QUEUED
    executor.runtimes = FakeExecutor().runtimes[:1]
    end = await until_final(database, stream, LOCAL_OWNER, one, 5)
    rounds.cancel()
    assert end.status is Status.FAILED


async def test_a_round_that_the_storage_refused_is_not_the_last(database, database_file, blobs, stream, doorbell):
    await submitted(database, HELLO)
    async with locked(database_file), said("reaper_round_failed"):
        rounds = start(database, blobs, stream, doorbell, FakeExecutor())
    await until_rung(doorbell)
    rounds.cancel()
