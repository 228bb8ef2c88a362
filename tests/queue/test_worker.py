import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable

import pytest

from crucible.database.database import Database
from crucible.database.one_trip import OneTripConnection
from crucible.domain.errors import ExecutorUnavailableError, StorageUnavailableError
from crucible.domain.evaluation import INLINE_OUTPUT_BYTES, Evaluation, EvaluationFilter, Priority, Submission
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxEvent, SandboxSpec
from crucible.domain.sharing import Caps
from crucible.domain.status import Status
from crucible.evaluations.cancel import cancel
from crucible.evaluations.reap import Reaped, reap
from crucible.evaluations.requeue import Patience
from crucible.evaluations.submit import submit
from crucible.evaluations.wait import until_final
from crucible.queue.local import LocalDoorbell
from crucible.queue.terms import Terms
from crucible.queue.worker import Worker
from tests.database.lock import locked
from tests.database.test_transactions import count_commits
from tests.evaluations.steps import HELLO, get
from tests.fake_executor import (
    RUNTIMES,
    STARTED,
    SUCCEEDED,
    FakeExecutor,
    Gate,
    dies,
    hello,
    known_engines,
    says,
    stdout,
)
from tests.waiting import said, until

AT_ONCE = Patience(attempts=3, chance=lambda low, _high: low)


class Crew:
    """A worker at work, and the hands that it works with."""

    def __init__(self, database: Database, blobs, stream, doorbell, **how) -> None:
        self.database, self.blobs, self.stream, self.doorbell = database, blobs, stream, doorbell
        self.executor = FakeExecutor()
        self.worker = Worker(
            name="A",
            database=database,
            blobs=blobs,
            stream=stream,
            doorbell=doorbell,
            executor=self.executor,
            **{"slots": 2, "patience": AT_ONCE, **how},
        )
        self.running = asyncio.create_task(self.worker.run())

    async def submit(self, count: int = 1, submission: Submission = HELLO) -> list[str]:
        made = await submit(
            self.database,
            self.doorbell,
            LOCAL_OWNER,
            [submission] * count,
            runtimes=RUNTIMES,
            engines=known_engines,
        )
        return [evaluation.id for evaluation in made.what]

    async def end_of(self, evaluation_id: str) -> Evaluation:
        evaluation = await until_final(self.database, self.stream, LOCAL_OWNER, evaluation_id, 10)
        assert evaluation.status.is_final
        return evaluation

    async def is_busy(self) -> bool:
        return self.executor.running > 0

    async def is_idle(self) -> bool:
        return self.executor.running == 0

    async def ids(self) -> list[str]:
        async with self.database.read(LOCAL_OWNER) as view:
            page = await view.evaluations.page(EvaluationFilter(), limit=100, cursor=None)
        return [item.id for item in page.items]

    async def cancel(self, evaluation_id: str) -> Evaluation:
        return await cancel(self.database, self.doorbell, self.stream, LOCAL_OWNER, evaluation_id)


@pytest.fixture
async def hire(database, blobs, stream, doorbell) -> AsyncIterator[Callable[..., Crew]]:
    crews: list[Crew] = []

    def hire(**how) -> Crew:
        crews.append(Crew(database, blobs, stream, doorbell, **how))
        return crews[-1]

    yield hire
    for crew in crews:
        crew.running.cancel()
        await asyncio.gather(crew.running, return_exceptions=True)


async def test_what_is_submitted_is_run_and_finished(hire):
    crew = hire()
    ids = await crew.submit(20)
    ends = [await crew.end_of(one) for one in ids]
    assert {(end.outcome, end.stdout) for end in ends} == {(Outcome.SUCCEEDED, "hello\n")}
    assert len(crew.executor.specs) == 20
    assert crew.stream._channels == {}


@pytest.mark.sqlite
async def test_from_its_submission_to_its_end_an_evaluation_is_two_commits(hire, database):
    crew = hire()
    await crew.end_of(*await crew.submit())
    commits = count_commits(database)
    await crew.end_of(*await crew.submit())
    assert len(commits) == 2


class Disk:
    """What SQLite's commits wait for, and whether they come to anything."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers = asyncio.Event()
        self.answers.set()
        self.is_full = False
        commit = OneTripConnection.commit

        async def held_up(connection: OneTripConnection) -> None:
            await self.answers.wait()
            if self.is_full:
                await connection.rollback()  # as SQLite does by itself
                raise sqlite3.OperationalError("database or disk is full")
            await commit(connection)

        monkeypatch.setattr(OneTripConnection, "commit", held_up)


@pytest.fixture
async def at_work(hire, monkeypatch) -> AsyncIterator[tuple[Crew, Disk]]:
    """Yield a crew that waits for something to do, and the disk, which answers again at the test's end."""
    crew, disk = hire(), Disk(monkeypatch)
    await crew.end_of(*await crew.submit())
    crew.executor.specs.clear()
    yield crew, disk
    disk.answers.set()


@pytest.mark.sqlite
async def test_a_program_begins_while_its_claim_goes_to_the_disk_and_is_told_of_once_it_is_there(at_work):
    crew, disk = at_work
    disk.answers.clear()
    submitting = asyncio.create_task(crew.submit())
    await until(crew.is_busy)
    for _ in range(50):
        await asyncio.sleep(0)
    assert crew.stream._channels == {}
    assert not submitting.done()
    disk.answers.set()
    (one,) = await submitting
    end = await crew.end_of(one)
    assert (end.outcome, end.stdout) == (Outcome.SUCCEEDED, "hello\n")
    assert len(crew.executor.specs) == 1


@pytest.mark.sqlite
async def test_what_began_with_a_claim_that_never_reached_the_disk_is_ended_and_not_told(at_work):
    crew, disk = at_work
    before = await crew.ids()
    disk.answers.clear()
    disk.is_full = True
    submitting = asyncio.create_task(crew.submit())
    await until(crew.is_busy)
    disk.answers.set()
    with pytest.raises(StorageUnavailableError):
        await submitting
    await until(crew.is_idle)
    assert crew.stream._channels == {}
    assert await crew.ids() == before


@pytest.mark.sqlite
async def test_while_the_disk_takes_nothing_no_program_is_begun_again_and_again(at_work):
    crew, disk = at_work
    disk.is_full = True
    for _ in range(3):
        with pytest.raises(StorageUnavailableError):
            await crew.submit()
    assert len(crew.executor.specs) <= 1
    disk.is_full = False
    (one,) = await crew.submit()
    assert (await crew.end_of(one)).outcome is Outcome.SUCCEEDED


async def test_what_was_queued_before_the_start_is_found(hire, database, doorbell):
    made = await submit(database, doorbell, LOCAL_OWNER, [HELLO], runtimes=RUNTIMES, engines=known_engines)
    assert (await hire().end_of(made.what[0].id)).status is Status.COMPLETED


async def test_no_more_run_at_once_than_there_are_slots(hire):
    most = 0
    crew = hire(slots=3)

    async def watched(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        nonlocal most
        most = max(most, crew.executor.running)
        yield STARTED
        await asyncio.sleep(0.005)
        yield SUCCEEDED

    crew.executor.script = watched
    for one in await crew.submit(12):
        await crew.end_of(one)
    assert most == 3


async def test_a_slot_is_free_while_a_result_is_being_kept_and_results_do_not_pile_up(hire, blobs, monkeypatch):
    crew = hire(slots=1)
    kept = asyncio.Event()
    keep = blobs.put

    async def put(key: str, data: bytes) -> None:
        await kept.wait()
        await keep(key, data)

    async def large(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield stdout(b"#" * (INLINE_OUTPUT_BYTES + 1))
        yield SUCCEEDED

    monkeypatch.setattr(blobs, "put", put)
    crew.executor.script = large

    async def two_began() -> bool:
        return len(crew.executor.specs) == 2

    ids = await crew.submit(4)
    await until(two_began)
    await asyncio.sleep(0.3)
    assert await two_began()
    kept.set()
    assert {(await crew.end_of(one)).outcome for one in ids} == {Outcome.SUCCEEDED}


async def test_who_is_at_a_cap_is_served_again_once_a_result_is_kept(hire):
    crew = hire(slots=2, terms=Terms(cpus=2.0, caps=Caps(each=1)))
    for one in await crew.submit(5):
        assert (await crew.end_of(one)).outcome is Outcome.SUCCEEDED


async def test_a_cancellation_reaches_the_program_at_once_and_keeps_its_output(hire):
    crew = hire(lease_seconds=3600)
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    await crew.cancel(one)
    end = await crew.end_of(one)
    assert (end.status, end.outcome, end.stdout) == (Status.CANCELLED, Outcome.CANCELLED, "so far")
    assert crew.executor.running == 0


async def test_a_cancellation_whose_ring_was_lost_comes_with_the_heartbeat(hire):
    crew = hire(lease_seconds=0.15)
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    crew.doorbell._on_cancel = None
    await crew.cancel(one)
    assert (await crew.end_of(one)).outcome is Outcome.CANCELLED


async def test_a_heartbeat_keeps_the_lease_of_a_program_that_runs_longer(hire, database, blobs, stream):
    crew = hire(lease_seconds=0.3)
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    for _ in range(8):
        await asyncio.sleep(0.1)
        await reap(database, blobs, stream, patience=AT_ONCE)
    gate.opened.set()
    end = await crew.end_of(one)
    assert (end.outcome, end.infrastructure_attempts) == (Outcome.SUCCEEDED, 0)
    await crew.worker.drain(0)
    await crew.running


async def test_a_heartbeat_notes_how_far_a_program_says_it_is_and_its_end_the_last(hire, database):
    crew = hire(lease_seconds=0.3)
    opened = asyncio.Event()

    async def tells(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield says(3, 10, "so far")
        await opened.wait()
        yield says(10, 10)
        yield SUCCEEDED

    crew.executor.script = tells
    (one,) = await crew.submit()

    async def is_noted() -> bool:
        return (await get(database, one)).progress == says(3, 10, "so far")

    await until(is_noted)
    opened.set()
    assert (await crew.end_of(one)).progress == says(10, 10)


async def test_what_is_to_run_again_has_no_progress_any_more(hire, database):
    crew = hire(lease_seconds=0.3)

    async def tells_and_breaks(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield says(9, 10)
        await until(is_noted)
        raise ExecutorUnavailableError("gone")

    async def is_noted() -> bool:
        return (await get(database, one)).progress == says(9, 10)

    async def is_queued_again() -> bool:
        return (await get(database, one)).infrastructure_attempts == 1

    crew.executor.script = tells_and_breaks
    (one,) = await crew.submit()
    await until(is_queued_again)
    again = await get(database, one)
    assert (again.status, again.progress) == (Status.QUEUED, None)


async def test_a_worker_that_lost_its_lease_kills_the_program_and_says_nothing(hire, database, blobs, stream):
    crew = hire(lease_seconds=0.15)
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    crew.worker.draining = True  # it is not to claim it again
    await reap(database, blobs, stream, patience=Patience(first_seconds=1000), everything=True)
    crew.worker._look.set()
    await asyncio.wait_for(crew.running, 5)
    assert crew.executor.running == 0
    assert (await get(database, one)).status is Status.QUEUED
    assert stream._channels == {}


async def test_an_executor_that_dies_costs_an_attempt_and_the_program_runs_again(hire):
    crew = hire()
    attempts = 0

    async def dies_once(spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        nonlocal attempts
        attempts += 1
        async for event in dies(spec) if attempts == 1 else hello(spec):
            yield event

    crew.executor.script = dies_once
    (one,) = await crew.submit()
    await handed_back(crew.database, one)
    await crew.doorbell.ring([one])
    end = await crew.end_of(one)
    assert (end.outcome, end.infrastructure_attempts) == (Outcome.SUCCEEDED, 1)


async def handed_back(database: Database, one: str) -> None:
    async with asyncio.timeout(5):
        while not (await get(database, one)).infrastructure_attempts:  # noqa: ASYNC110 - a row tells nobody
            await asyncio.sleep(0.005)


async def test_an_executor_that_always_dies_fails_the_evaluation_with_the_reason(hire):
    crew = hire()
    crew.executor.script = dies
    (one,) = await crew.submit()
    ringing = asyncio.create_task(keep_ringing(crew))
    end = await crew.end_of(one)
    ringing.cancel()
    assert (end.status, end.outcome) == (Status.FAILED, Outcome.SANDBOX_ERROR)
    assert "3 attempts" in end.error
    assert "the executor went away during the run" in end.error


async def keep_ringing(crew: Crew) -> None:
    while True:
        await crew.doorbell.ring(["as the reaper does"])
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("ending", ["silent", "raising"])
async def test_a_run_that_ends_without_an_end_is_handed_back(hire, ending: str):
    crew = hire(patience=Patience(attempts=1))

    async def broken(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        if ending == "raising":
            raise ZeroDivisionError

    crew.executor.script = broken
    (one,) = await crew.submit()
    end = await crew.end_of(one)
    assert end.outcome is Outcome.SANDBOX_ERROR
    assert ("ZeroDivisionError" if ending == "raising" else "without saying how") in end.error


async def test_nothing_is_claimed_while_there_is_no_executor(hire):
    crew = hire()
    crew.executor.runtimes = ()
    (one,) = await crew.submit()
    await asyncio.sleep(0.02)
    assert (await get(crew.database, one)).status is Status.QUEUED
    crew.executor.runtimes = RUNTIMES
    await crew.doorbell.ring([one])
    assert (await crew.end_of(one)).status is Status.COMPLETED


async def test_a_result_is_not_lost_while_the_storage_is_locked(hire, database_file):
    crew = hire()
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    async with locked(database_file):
        async with said("storage_unavailable"):
            gate.opened.set()
        assert (await get(crew.database, one)).status is Status.RUNNING
    end = await crew.end_of(one)
    assert (end.outcome, end.stdout, end.infrastructure_attempts) == (Outcome.SUCCEEDED, "so far", 0)


async def test_a_claim_that_the_storage_refused_is_tried_again(hire, database_file, database, doorbell):
    made = await submit(database, doorbell, LOCAL_OWNER, [HELLO], runtimes=RUNTIMES, engines=known_engines)
    async with locked(database_file), said("claim_failed"):
        crew = hire()
    assert (await crew.end_of(made.what[0].id)).status is Status.COMPLETED


async def test_a_drained_worker_lets_what_runs_end_within_the_grace(hire):
    crew = hire()
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    draining = asyncio.create_task(crew.worker.drain(30))
    await asyncio.sleep(0.01)
    (later,) = await crew.submit()
    gate.opened.set()
    await draining
    await asyncio.wait_for(crew.running, 5)
    assert (await get(crew.database, one)).outcome is Outcome.SUCCEEDED
    assert (await get(crew.database, later)).status is Status.QUEUED


async def test_a_drained_worker_gives_back_what_does_not_end_and_counts_no_attempt(hire):
    crew = hire()
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    await crew.worker.drain(0.01)
    await asyncio.wait_for(crew.running, 5)
    assert crew.executor.running == 0
    evaluation = await get(crew.database, one)
    assert (evaluation.status, evaluation.infrastructure_attempts) == (Status.QUEUED, 0)
    again = hire()
    assert (await again.end_of(one)).outcome is Outcome.SUCCEEDED


async def test_an_idle_worker_drains_at_once(hire):
    crew = hire()
    await crew.worker.drain(30)
    await asyncio.wait_for(crew.running, 5)
    assert crew.worker.running == 0


async def test_a_drain_ends_though_the_storage_does_not_answer(hire, database_file, monkeypatch):
    monkeypatch.setattr("crucible.queue.worker._SETTLE_SECONDS", 0.1)
    crew = hire()
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    async with locked(database_file):
        await crew.worker.drain(0.01)
        await asyncio.wait_for(crew.running, 5)
    assert (await get(crew.database, one)).status is Status.RUNNING
    assert (await reap(crew.database, crew.blobs, crew.stream, patience=AT_ONCE, everything=True)).requeued == 1


async def test_a_worker_that_is_cancelled_leaves_its_work_to_the_reaper(hire):
    crew = hire()
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    crew.running.cancel()
    await asyncio.gather(crew.running, return_exceptions=True)
    assert crew.executor.running == 0
    assert (await get(crew.database, one)).status is Status.RUNNING


async def test_large_output_comes_through_whole(hire):
    crew = hire()

    async def large(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        for place in range(10):
            yield stdout(bytes([65 + place]) * 50_000)
        yield SUCCEEDED

    crew.executor.script = large
    (one,) = await crew.submit()
    end = await crew.end_of(one)
    assert end.stdout_bytes == 500_000
    assert end.stdout == "A" * 50_000 + "B" * 15_536


async def test_a_run_of_many_leases_is_one_run(hire):
    """Hours, in a lease's measure: it is renewed for as long as the program runs."""
    crew = hire(lease_seconds=0.3)
    crew.executor.script = gate = Gate()
    (one,) = await crew.submit()
    await gate.reached.wait()
    for _ in range(10):
        await asyncio.sleep(0.3)
        assert await reap(crew.database, crew.blobs, crew.stream, patience=AT_ONCE) == Reaped(0, 0)
    gate.opened.set()
    end = await crew.end_of(one)
    assert (end.outcome, end.infrastructure_attempts) == (Outcome.SUCCEEDED, 0)


async def test_poison_that_kills_its_worker_each_time_is_given_up_and_others_run(hire, database, blobs, stream):
    """A worker that is killed writes nothing: its lease runs out, and the reaper takes back what it held."""
    made = await submit(
        database,
        LocalDoorbell(),
        LOCAL_OWNER,
        [Submission(code="poison", priority=Priority.HIGH), HELLO],
        runtimes=RUNTIMES,
        engines=known_engines,
    )
    poison, harmless = (evaluation.id for evaluation in made.what)
    for _ in range(AT_ONCE.attempts):
        victim = hire(slots=1)
        victim.executor.script = gate = Gate()
        await gate.reached.wait()
        victim.running.cancel()
        await asyncio.gather(victim.running, return_exceptions=True)
        await reap(database, blobs, stream, patience=AT_ONCE, everything=True)
    end = await get(database, poison)
    assert (end.status, end.outcome, end.infrastructure_attempts) == (Status.FAILED, Outcome.SANDBOX_ERROR, 3)
    assert (await hire().end_of(harmless)).outcome is Outcome.SUCCEEDED
    async with database.read(LOCAL_OWNER) as view:
        assert (await view.dead_letters.get(poison)).infrastructure_attempts == 3
