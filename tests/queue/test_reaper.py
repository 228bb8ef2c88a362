import asyncio

from crucible.domain.evaluation import Submission
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.evaluations.requeue import Patience
from crucible.evaluations.wait import until_final
from crucible.queue.reaper import keep_reaping
from tests.database.lock import locked
from tests.evaluations.steps import HELLO, get, held, submitted
from tests.fake_executor import FakeExecutor
from tests.waiting import said


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
