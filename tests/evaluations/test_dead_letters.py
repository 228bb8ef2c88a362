"""What is given up is kept with its history, and decided about once."""

import asyncio
from dataclasses import replace

import pytest

from crucible.batches.cancel import cancel as cancel_batch
from crucible.batches.retry import retry
from crucible.batches.settle import count_ended
from crucible.domain.batch import BatchState, RetryRequest
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.errors import ConflictError, InvalidRequestError, NotFoundError, PermissionDeniedError
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import DriverReport
from crucible.domain.status import Status
from crucible.evaluations import find
from crucible.evaluations.cancel import cancel
from crucible.evaluations.delete import delete
from crucible.evaluations.discard import discard
from crucible.evaluations.reap import end_unrunnable, reap
from crucible.evaluations.replay import replay
from crucible.evaluations.requeue import hand_back
from tests.batches import steps as batches
from tests.evaluations.steps import HELLO, STRANGER, VIEWER, claimed, finished, get, held, submitted
from tests.evaluations.test_reap import AT_ONCE
from tests.evaluations.test_submit import NotingDoorbell
from tests.fake_executor import RUNTIMES, known_engines

WAITING = frozenset({DeadLetterState.WAITING})

OURS = RetryRequest(faults=frozenset({Fault.CRUCIBLE}))
HERE = {"runtimes": RUNTIMES, "engines": known_engines}


async def given_up(database, blobs, stream, *, count: int = 1) -> list[str]:
    """Submit some and lose a worker under each until nobody tries again."""
    ids = await submitted(database, *[HELLO] * count)
    for worker in ("A", "B", "C"):
        assert len(await claimed(database, limit=count, worker=worker, lease=0.0)) == count
        await reap(database, blobs, stream, patience=AT_ONCE)
    return ids


async def test_a_dead_letter_tells_of_every_loss_and_who_held_it(database, blobs, stream):
    (one,) = await given_up(database, blobs, stream)
    letter = await find.dead_letter(database, LOCAL_OWNER, one)
    assert (letter.state, letter.infrastructure_attempts) == (DeadLetterState.WAITING, 3)
    assert [(loss.attempt, loss.worker) for loss in letter.history] == [(1, "A"), (2, "B"), (3, "C")]
    assert {loss.reason for loss in letter.history} == {"its worker was not heard of for too long"}
    assert letter.history[-1].at == letter.died >= letter.history[0].at


async def test_what_was_given_back_without_a_fault_is_in_the_history_and_costs_nothing(database, blobs, stream):
    one = await held(database)
    await hand_back(database, stream, one, reason="its worker is shutting down", patience=AT_ONCE, counted=False)
    for _ in range(3):
        await claimed(database, lease=0.0)
        await reap(database, blobs, stream, patience=AT_ONCE)
    letter = await find.dead_letter(database, LOCAL_OWNER, one.evaluation_id)
    assert [loss.attempt for loss in letter.history] == [0, 1, 2, 3]


async def test_a_program_that_fails_and_one_that_is_cancelled_are_no_dead_letters(
    database, blobs, stream, doorbell
):
    failed, cancelled = await held(database), await held(database, lease=0.0)
    await finished(database, blobs, stream, failed)
    await cancel(database, doorbell, stream, LOCAL_OWNER, cancelled.evaluation_id)
    await reap(database, blobs, stream, patience=AT_ONCE)
    assert (await find.dead_letters(database, LOCAL_OWNER, frozenset(), limit=9)).items == ()


async def test_what_nobody_can_run_is_a_dead_letter_until_somebody_can(database, stream, doorbell):
    (one,) = await submitted(database)
    await end_unrunnable(database, stream, ["bash"])
    letter = await find.dead_letter(database, LOCAL_OWNER, one)
    assert "not there any more" in letter.reason
    bash = [runtime for runtime in RUNTIMES if runtime.name == "bash"]
    with pytest.raises(InvalidRequestError, match=r"'python3\.11' is not a runtime"):
        await replay(database, doorbell, LOCAL_OWNER, [one], runtimes=bash, engines=known_engines)
    (again,) = await replay(database, doorbell, LOCAL_OWNER, [one], **HERE)
    assert again.state is DeadLetterState.REPLAYED


async def test_a_replay_is_another_evaluation_of_the_same_program_and_rings(database, blobs, stream):
    ids = await given_up(database, blobs, stream, count=3)
    bell = NotingDoorbell()
    replayed = await replay(database, bell, LOCAL_OWNER, ids[:2], **HERE)
    assert [letter.evaluation_id for letter in replayed] == ids[:2]
    made = [letter.replayed_as for letter in replayed]
    assert bell.rung == [made]
    waiting = await find.dead_letters(database, LOCAL_OWNER, WAITING, limit=9)
    assert [letter.evaluation_id for letter in waiting.items] == ids[2:]
    again = await get(database, made[0])
    assert (again.status, again.infrastructure_attempts, again.code) == (Status.QUEUED, 0, HELLO.code)
    assert (await get(database, ids[0])).status is Status.FAILED


async def test_two_who_replay_at_once_run_it_once(database, blobs, stream, doorbell):
    ids = await given_up(database, blobs, stream, count=2)
    orders = [ids, ids[::-1], [*ids, *ids]]
    answers = await asyncio.gather(*(replay(database, doorbell, LOCAL_OWNER, order, **HERE) for order in orders))
    assert len({letter.replayed_as for answer in answers for letter in answer}) == 2
    assert len(await claimed(database, limit=9)) == 2


async def test_a_decision_stands(database, blobs, stream, doorbell):
    replayed, discarded = await given_up(database, blobs, stream, count=2)
    await replay(database, doorbell, LOCAL_OWNER, [replayed], **HERE)
    await discard(database, LOCAL_OWNER, [discarded])
    (again,) = await discard(database, LOCAL_OWNER, [discarded])
    assert (again.state, again.resolved_by) == (DeadLetterState.DISCARDED, "local")
    with pytest.raises(ConflictError, match="was replayed as"):
        await discard(database, LOCAL_OWNER, [replayed])
    with pytest.raises(ConflictError, match="was discarded"):
        await replay(database, doorbell, LOCAL_OWNER, [discarded], **HERE)


async def test_of_many_all_are_decided_about_or_none(database, blobs, stream, doorbell):
    (one,) = await given_up(database, blobs, stream)
    with pytest.raises(NotFoundError, match="no dead letter 'ev_missing'"):
        await replay(database, doorbell, LOCAL_OWNER, [one, "ev_missing"], **HERE)
    assert (await find.dead_letter(database, LOCAL_OWNER, one)).state is DeadLetterState.WAITING
    assert await claimed(database) == []


async def test_another_tenants_dead_letters_do_not_exist(database, blobs, stream, doorbell):
    (one,) = await given_up(database, blobs, stream)
    assert (await find.dead_letters(database, STRANGER, frozenset(), limit=9)).items == ()
    for ask in (
        find.dead_letter(database, STRANGER, one),
        replay(database, doorbell, STRANGER, [one], **HERE),
        discard(database, STRANGER, [one]),
    ):
        with pytest.raises(NotFoundError):
            await ask


async def test_who_only_looks_decides_nothing(database, blobs, stream, doorbell):
    (one,) = await given_up(database, blobs, stream)
    for ask in (replay(database, doorbell, VIEWER, [one], **HERE), discard(database, VIEWER, [one])):
        with pytest.raises(PermissionDeniedError):
            await ask


async def test_a_deleted_evaluation_takes_its_dead_letter_with_it(database, blobs, stream):
    (one,) = await given_up(database, blobs, stream)
    await delete(database, LOCAL_OWNER, one)
    with pytest.raises(NotFoundError):
        await find.dead_letter(database, LOCAL_OWNER, one)


async def test_pages_join_without_a_gap_or_a_repeat(database, blobs, stream):
    ids = await given_up(database, blobs, stream, count=5)
    found, cursor = [], None
    while True:
        page = await find.dead_letters(database, LOCAL_OWNER, WAITING, limit=2, cursor=cursor)
        found += [letter.evaluation_id for letter in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(found) == sorted(ids)
    assert len(set(found)) == 5


async def given_up_in_a_batch(database, blobs, stream) -> tuple[str, str]:
    """A batch of two, of which one succeeded and the other was given up; return its id and that one's."""
    batch = await batches.made(database, batches.programs(2))
    kept = await held_of(database)
    await finished(database, blobs, stream, kept)
    for worker in ("A", "B", "C"):
        (lost,) = await claimed(database, worker=worker, lease=0.0)
        await reap(database, blobs, stream, patience=AT_ONCE)
    assert await count_ended(database) == 1
    return batch.id, lost.evaluation_id


async def held_of(database):
    (one,) = await claimed(database)
    return one


async def test_a_replay_in_a_batch_takes_its_place_there(database, blobs, stream):
    batch_id, one = await given_up_in_a_batch(database, blobs, stream)
    bell = NotingDoorbell()
    (letter,) = await replay(database, bell, LOCAL_OWNER, [one], **HERE)
    batch = await batches.get(database, batch_id)
    assert (batch.state, batch.retried, batch.received, batch.ended) == (BatchState.RUNNING, 1, 2, 1)
    again, before = await get(database, letter.replayed_as), await get(database, one)
    assert (again.batch_id, again.batch_position) == (batch_id, before.batch_position)
    assert before.replaced_by == again.id
    assert bell.rung == [[again.id]]
    await finished(database, blobs, stream, await held_of(database))
    assert await count_ended(database) == 1
    assert (await batches.get(database, batch_id)).outcomes == {Outcome.SUCCEEDED: 2}
    await retry(database, bell, LOCAL_OWNER, batch_id, OURS)
    assert await claimed(database) == []


async def test_a_retry_of_the_batch_is_the_replay_of_what_was_given_up_in_it(database, blobs, stream, doorbell):
    batch_id, one = await given_up_in_a_batch(database, blobs, stream)
    await retry(database, doorbell, LOCAL_OWNER, batch_id, OURS)
    again = (await get(database, one)).replaced_by
    letter = await find.dead_letter(database, LOCAL_OWNER, one)
    assert (letter.state, letter.replayed_as) == (DeadLetterState.REPLAYED, again)
    assert letter.resolved_by == LOCAL_OWNER.subject
    (asked,) = await replay(database, doorbell, LOCAL_OWNER, [one], **HERE)
    assert asked.replayed_as == again
    assert [each.evaluation_id for each in await claimed(database, limit=9)] == [again]


async def test_a_replay_and_a_retry_at_once_are_one_run(database, blobs, stream, doorbell):
    batch_id, one = await given_up_in_a_batch(database, blobs, stream)
    await asyncio.gather(
        replay(database, doorbell, LOCAL_OWNER, [one], **HERE),
        retry(database, doorbell, LOCAL_OWNER, batch_id, OURS),
        replay(database, doorbell, LOCAL_OWNER, [one], **HERE),
    )
    (again,) = await claimed(database, limit=9)
    assert (await get(database, one)).replaced_by == again.evaluation_id
    assert (await find.dead_letter(database, LOCAL_OWNER, one)).replayed_as == again.evaluation_id
    assert (await batches.get(database, batch_id)).retried == 1


async def test_what_was_discarded_is_still_retried_with_its_batch(database, blobs, stream, doorbell):
    batch_id, one = await given_up_in_a_batch(database, blobs, stream)
    await discard(database, LOCAL_OWNER, [one])
    await retry(database, doorbell, LOCAL_OWNER, batch_id, OURS)
    assert len(await claimed(database, limit=9)) == 1
    assert (await find.dead_letter(database, LOCAL_OWNER, one)).state is DeadLetterState.DISCARDED


async def test_those_of_batches_and_those_alone_are_replayed_together(database, blobs, stream, doorbell):
    _, one = await given_up_in_a_batch(database, blobs, stream)
    (alone,) = await given_up(database, blobs, stream)
    letters = await replay(database, doorbell, LOCAL_OWNER, [alone, one], **HERE)
    assert [letter.evaluation_id for letter in letters] == [alone, one]
    made = {letter.replayed_as for letter in letters}
    assert {each.evaluation_id for each in await claimed(database, limit=9)} == made


async def test_what_is_of_a_batch_that_is_being_cancelled_is_not_replayed(database, blobs, stream, doorbell):
    batch = await batches.made(database, batches.programs(2))
    running = await held_of(database)
    for worker in ("A", "B", "C"):
        (lost,) = await claimed(database, worker=worker, lease=0.0)
        await reap(database, blobs, stream, patience=AT_ONCE)
    await cancel_batch(database, doorbell, stream, LOCAL_OWNER, batch.id)
    with pytest.raises(ConflictError, match="is being cancelled"):
        await replay(database, doorbell, LOCAL_OWNER, [lost.evaluation_id], **HERE)
    await finished(database, blobs, stream, running)
    assert await count_ended(database) == 1
    (letter,) = await replay(database, doorbell, LOCAL_OWNER, [lost.evaluation_id], **HERE)
    assert (await get(database, letter.replayed_as)).status is Status.QUEUED


async def test_a_replay_is_refused_where_no_engine_gives_what_it_asks_for(database, stream, doorbell):
    """What could be had when it was submitted need not be there any more."""
    (one,) = await submitted(database, HELLO.model_copy(update={"engine": "fake"}))
    await end_unrunnable(database, stream, ["bash"])

    async def others() -> list[DriverReport]:
        return [replace(report, engine="other") for report in await known_engines() if report.engine == "fake"]

    with pytest.raises(InvalidRequestError, match="'fake' is not an engine of this server") as refused:
        await replay(database, doorbell, LOCAL_OWNER, [one], runtimes=RUNTIMES, engines=others)
    assert [error.field for error in refused.value.errors] == ["engine"]
    (again,) = await replay(database, doorbell, LOCAL_OWNER, [one], **HERE)
    assert again.state is DeadLetterState.REPLAYED
