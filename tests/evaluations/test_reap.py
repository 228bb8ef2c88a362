import asyncio

import pytest

from crucible.blobs.store import prefix_of
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFinished
from crucible.domain.status import Status
from crucible.evaluations import find
from crucible.evaluations.cancel import cancel
from crucible.evaluations.heartbeat import heartbeat
from crucible.evaluations.reap import Reaped, end_unrunnable, reap, ring_again
from crucible.evaluations.requeue import Patience, hand_back
from tests.evaluations.steps import HELLO, claimed, finished, get, held, history, submitted
from tests.evaluations.test_submit import NotingDoorbell
from tests.fake_executor import STARTED, stdout

AT_ONCE = Patience(attempts=3, chance=lambda low, _high: low)


async def test_a_stale_worker_cannot_finish(database, blobs, stream, tmp_path):
    """A pauses past its lease, B claims and finishes, A comes back with another result."""
    barrier = asyncio.Barrier(2)
    a = await held(database, lease=0.0)

    async def paused() -> bool:
        await barrier.wait()  # the lease is over
        await barrier.wait()  # B has claimed
        failed = SandboxFinished(outcome=Outcome.NONZERO_EXIT, exit_code=1)
        return await finished(database, blobs, stream, a, STARTED, stdout(b"A" * 100_000), failed)

    late = asyncio.create_task(paused())
    await barrier.wait()
    assert await reap(database, blobs, stream, patience=AT_ONCE) == Reaped(requeued=1, ended=0)
    (b,) = await claimed(database, worker="B")
    await barrier.wait()
    assert not await late
    evaluation = await get(database, a.evaluation_id)
    assert (evaluation.status, evaluation.stdout) == (Status.RUNNING, "")
    assert not list((tmp_path / "blobs" / "evaluations").iterdir())
    assert await finished(database, blobs, stream, b)
    evaluation = await get(database, a.evaluation_id)
    assert (evaluation.outcome, evaluation.stdout) == (Outcome.SUCCEEDED, "hello\n")
    assert b.fence == a.fence + 2
    assert await history(database, a.evaluation_id) == [
        ("queued", (0, 0)),
        ("requeued", (2, 0)),
        ("started", (3, 0)),
        ("output", (3, 1)),
        ("finished", (3, 2)),
    ]
    assert await heartbeat(database, [(a.evaluation_id, a.fence)], lease_seconds=30) == {}


async def test_a_lease_that_stands_is_left_alone(database, blobs, stream):
    await held(database)
    assert await reap(database, blobs, stream, patience=AT_ONCE) == Reaped(0, 0)


async def test_a_start_takes_back_whatever_runs(database, blobs, stream):
    await submitted(database, *[HELLO] * 250)
    assert len(await claimed(database, limit=250)) == 250
    assert await reap(database, blobs, stream, patience=AT_ONCE, everything=True) == Reaped(requeued=250, ended=0)
    assert len(await claimed(database, limit=250)) == 250


async def test_when_the_attempts_are_spent_it_fails_and_says_why(database, blobs, stream):
    (one,) = await submitted(database)
    for attempt in range(1, 4):
        assert len(await claimed(database, lease=0.0)) == 1
        reaped = await reap(database, blobs, stream, patience=AT_ONCE)
        assert reaped == (Reaped(requeued=1, ended=0) if attempt < 3 else Reaped(requeued=0, ended=1))
        assert (await get(database, one)).infrastructure_attempts == attempt
    evaluation = await get(database, one)
    assert (evaluation.status, evaluation.outcome) == (Status.FAILED, Outcome.SANDBOX_ERROR)
    assert "3 attempts" in evaluation.error
    assert "worker was not heard of" in evaluation.error
    assert await claimed(database) == []
    wanted = EvaluationFilter(text="not heard of")
    assert [item.id for item in (await find.page(database, LOCAL_OWNER, wanted, limit=5)).items] == [one]


async def test_one_whose_end_was_asked_for_is_not_run_again(database, blobs, doorbell, stream):
    one = await held(database, lease=0.0)
    await cancel(database, doorbell, stream, LOCAL_OWNER, one.evaluation_id)
    assert await reap(database, blobs, stream, patience=AT_ONCE) == Reaped(requeued=0, ended=1)
    assert (await get(database, one.evaluation_id)).status is Status.CANCELLED


async def test_each_loss_makes_the_wait_longer_up_to_a_ceiling():
    patience = Patience(first_seconds=2, longest_seconds=20, chance=lambda _low, high: high)
    waits = [patience.delay(losses).total_seconds() for losses in (1, 2, 3, 4, 5, 1000)]
    assert waits == [2, 4, 8, 16, 20, 20]
    assert 0 <= Patience().delay(3).total_seconds() <= 4


async def test_one_that_waits_for_its_next_attempt_is_not_claimed(database, stream):
    one = await held(database)
    long = Patience(first_seconds=1000, longest_seconds=1000, chance=lambda _low, high: high)
    await hand_back(database, stream, one, reason="the executor went away", patience=long)
    assert (await get(database, one.evaluation_id)).status is Status.QUEUED
    assert await claimed(database) == []


async def test_what_is_handed_back_without_a_fault_costs_no_attempt(database, stream):
    one = await held(database)
    await hand_back(database, stream, one, reason="shutting down", patience=AT_ONCE, counted=False)
    (again,) = await claimed(database)
    assert (again.infrastructure_attempts, again.fence) == (0, one.fence + 2)


async def test_what_is_held_no_more_can_not_be_handed_back(database, blobs, stream):
    one = await held(database)
    await finished(database, blobs, stream, one)
    await hand_back(database, stream, one, reason="too late", patience=AT_ONCE)
    assert (await get(database, one.evaluation_id)).status is Status.COMPLETED


async def test_a_ring_that_was_lost_is_repeated(database):
    bell = NotingDoorbell()
    await ring_again(database, bell)
    assert bell.rung == []
    ids = await submitted(database, HELLO, HELLO)
    await ring_again(database, bell)
    assert bell.rung == [ids]


async def test_what_nobody_can_run_any_more_fails_with_the_reason(database, stream):
    ids = await submitted(database, HELLO, HELLO)
    assert await end_unrunnable(database, stream, ["python3.11", "bash"]) == 0
    assert await end_unrunnable(database, stream, ["bash"]) == 2
    evaluation = await get(database, ids[0])
    assert (evaluation.status, evaluation.outcome) == (Status.FAILED, Outcome.SANDBOX_ERROR)
    assert "'python3.11' is not there any more; there are: bash" in evaluation.error


@pytest.mark.parametrize("everything", [False, True])
async def test_nothing_to_take_back_is_no_error(database, blobs, stream, everything: bool):
    assert await reap(database, blobs, stream, patience=AT_ONCE, everything=everything) == Reaped(0, 0)


async def test_what_a_lost_attempt_wrote_goes_with_it(database, blobs, stream, tmp_path):
    one = await held(database, lease=0.0)
    await blobs.put(f"{prefix_of(one.evaluation_id, one.fence)}/stdout", b"written before the crash")
    await reap(database, blobs, stream, patience=AT_ONCE)
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
