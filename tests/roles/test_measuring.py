"""What a worker and a reaper count is what happened, and is written down."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from crucible.domain.measure import Count, Duration, Measures
from crucible.domain.outcome import Outcome
from crucible.ending import ended
from crucible.evaluations.requeue import Patience
from crucible.queue.reaper import keep_reaping
from crucible.roles.measuring import keep_measuring, process_name
from tests.evaluations.steps import get, held
from tests.fake_executor import Gate, dies, hello
from tests.queue.test_worker import hire

__all__ = ["hire"]


async def until(is_so: Callable[[], bool]) -> None:
    while True:
        if is_so():
            return
        await asyncio.sleep(0.01)


async def test_a_worker_times_each_evaluation_and_counts_what_it_lost(hire) -> None:
    measures = Measures()
    crew = hire(measures=measures)
    (one,) = await crew.submit()
    await crew.end_of(one)
    for what, engine in ((Duration.WAIT, ""), (Duration.COLD_START, "fake"), (Duration.EXECUTION, "fake")):
        assert sum(measures.durations[what, engine].counts) == 1
    assert measures.durations[Duration.EXECUTION, "fake"].total_seconds == 0.5
    crew.executor.script = dies
    (lost,) = await crew.submit()
    await until(lambda: measures.counts[Count.RETRIES] == 1)
    crew.executor.script = hello
    await crew.submit()
    assert (await crew.end_of(lost)).outcome is Outcome.SUCCEEDED


async def test_a_result_that_comes_too_late_is_counted(hire, database) -> None:
    measures = Measures()
    crew = hire(measures=measures, lease_seconds=1000.0)
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    async with database.system_unit_of_work() as work:
        at = await work.now() + timedelta(hours=1)
        (lost,) = await work.leases.expired(at=at, everything=False, limit=1)
        await work.leases.requeue(lost, reason="taken back", attempts=1, at=at, not_before=at)
    gate.opened.set()
    await until(lambda: measures.counts[Count.STALE_RESULTS] == 1)
    assert (await get(database, one)).outcome is None


async def test_a_reaper_counts_the_leases_that_it_takes_back(database, blobs, stream, doorbell) -> None:
    await held(database, lease=0.0)
    measures = Measures()
    at_once = Patience(chance=lambda low, _high: low)
    rounds = asyncio.create_task(
        keep_reaping(
            database,
            blobs,
            stream,
            doorbell,
            lambda: (),
            patience=at_once,
            measures=measures,
            interval_seconds=0.01,
        )
    )
    await until(lambda: measures.counts[Count.LEASE_EXPIRIES] == 1)
    await ended(rounds)
    assert measures.counts[Count.RETRIES] == 1


async def test_counts_are_written_when_they_change_and_forgotten_with_their_process(database) -> None:
    measures = Measures()
    writing = asyncio.create_task(keep_measuring(database, measures, process_name("worker"), seconds=0.01))

    async def written(counts: list[int]) -> None:
        while True:
            async with database.system_unit_of_work() as work:
                read = await work.measures.read()
            if [found.counts[Count.RETRIES] for _, found in read] == counts:
                return
            await asyncio.sleep(0.01)

    await written([0])
    measures.count(Count.RETRIES)
    await written([1])
    await ended(writing)
    async with database.system_unit_of_work() as work:
        await work.measures.forget(at=await work.now(), after=timedelta(0))
        assert await work.measures.read() == []
