"""A worker that is told to pause, to drain and to go on."""

import asyncio

import pytest

from crucible.domain.errors import ConflictError, NotFoundError, PermissionDeniedError
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.status import Status
from crucible.domain.worker import WorkerState
from crucible.ending import ended
from crucible.operations.queue import queue
from crucible.operations.workers import order, workers
from crucible.roles.presence import keep_reporting
from tests.evaluations.steps import STRANGER, VIEWER, get
from tests.fake_executor import Gate, hello
from tests.queue.test_worker import Crew, hire

__all__ = ["hire"]


class Link:
    """Stands for the link to an executor that is there."""

    is_connected = True

    def __init__(self, crew: Crew) -> None:
        self.known_runtimes = crew.executor.runtimes
        self.drivers = crew.executor.drivers


class Present:
    """A crew whose worker says what it does, and reads what it is told."""

    def __init__(self, crew: Crew, grace_seconds: float) -> None:
        self.crew = crew
        self.reporting = asyncio.create_task(
            keep_reporting(crew.database, crew.worker, Link(crew), grace_seconds=grace_seconds, seconds=0.02)
        )

    async def told(self, wanted: WorkerState) -> None:
        """Tell the worker, and wait until it says that it does."""
        await order(self.crew.database, LOCAL_OWNER, "A", wanted)
        while True:
            (shown,) = (await workers(self.crew.database, LOCAL_OWNER)).items
            if shown.state is wanted:
                return
            await asyncio.sleep(0.01)


@pytest.fixture
async def present(hire):
    made: list[Present] = []

    async def begin(grace_seconds: float = 60.0) -> Present:
        made.append(Present(hire(), grace_seconds))
        while True:
            if (await workers(made[-1].crew.database, LOCAL_OWNER)).items:
                return made[-1]
            await asyncio.sleep(0.01)

    yield begin
    for each in made:
        await ended(each.reporting)


async def test_a_paused_worker_takes_nothing_and_goes_on_with_what_it_runs(present) -> None:
    one = await present()
    one.crew.executor.script = gate = Gate()
    (running,) = await one.crew.submit()
    await gate.reached.wait()
    await one.told(WorkerState.PAUSED)
    (waiting,) = await one.crew.submit()
    gate.opened.set()
    assert (await one.crew.end_of(running)).outcome is Outcome.SUCCEEDED
    assert (await get(one.crew.database, waiting)).status is Status.QUEUED
    await one.told(WorkerState.WORKING)
    assert (await one.crew.end_of(waiting)).outcome is Outcome.SUCCEEDED


async def test_a_drained_worker_hands_back_what_its_grace_did_not_suffice_for(present) -> None:
    one = await present(grace_seconds=0.05)
    one.crew.executor.script = gate = Gate()
    (running,) = await one.crew.submit()
    await gate.reached.wait()
    await one.told(WorkerState.DRAINING)
    while True:
        found = await get(one.crew.database, running)
        if found.status is Status.QUEUED:
            break
        await asyncio.sleep(0.01)
    assert found.infrastructure_attempts == 0
    one.crew.executor.script = hello
    await one.told(WorkerState.WORKING)
    assert (await one.crew.end_of(running)).outcome is Outcome.SUCCEEDED


async def test_who_is_resumed_within_the_grace_hands_nothing_back(present) -> None:
    one = await present(grace_seconds=0.3)
    one.crew.executor.script = gate = Gate()
    (running,) = await one.crew.submit()
    await gate.reached.wait()
    await one.told(WorkerState.DRAINING)
    await one.told(WorkerState.WORKING)
    await asyncio.sleep(0.4)  # longer than the grace
    gate.opened.set()
    assert (await one.crew.end_of(running)).outcome is Outcome.SUCCEEDED


async def test_the_queue_and_the_workers_are_counted_and_only_ones_own_are_named(present) -> None:
    one = await present()
    database = one.crew.database
    one.crew.executor.script = gate = Gate()
    ids = await one.crew.submit(3)  # into two slots
    await gate.reached.wait()
    while True:
        found = await queue(database, LOCAL_OWNER)
        if found.slots_used == 2:
            break
        await asyncio.sleep(0.01)
    load = {each.priority: each for each in found.priorities}
    assert (found.slots, found.dead_letters) == (2, 0)
    assert (load["normal"].waiting, load["normal"].delayed, load["normal"].running) == (1, 0, 2)
    assert (load["high"].waiting, load["high"].oldest_seconds) == (0, 0)
    (mine,) = (await workers(database, LOCAL_OWNER)).items
    (theirs,) = (await workers(database, STRANGER)).items
    assert [run.evaluation_id for run in mine.runs] == ids[:2]
    assert (theirs.running, theirs.runs) == (2, ())
    assert (mine.is_alive, mine.wanted, mine.runtimes) == (True, None, ("python3.11", "bash"))
    gate.opened.set()
    await one.crew.end_of(ids[2])


async def test_an_order_is_for_a_worker_that_is_there_by_who_may_give_it(present) -> None:
    one = await present()
    database = one.crew.database
    with pytest.raises(NotFoundError, match="no worker 'B'; there are: A"):
        await order(database, LOCAL_OWNER, "B", WorkerState.PAUSED)
    with pytest.raises(PermissionDeniedError, match="may not administer"):
        await order(database, VIEWER, "A", WorkerState.PAUSED)
    await ended(one.reporting)
    async with database.system_unit_of_work() as work:
        await work.workers.leave("A")
    with pytest.raises(ConflictError, match="'A' has ended"):
        await order(database, LOCAL_OWNER, "A", WorkerState.PAUSED)
