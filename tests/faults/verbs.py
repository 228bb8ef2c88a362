"""Each verb that writes, as whoever asks for it asks: again, where the database did not answer.

`prepare` makes what the verb is done to, while nothing goes wrong, and returns what does it.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from crucible.batches import cancel as cancel_batch
from crucible.batches import create as create_batch
from crucible.batches import receive, retry
from crucible.batches.settle import count_ended
from crucible.blobs.store import prefix_of
from crucible.database.bulk import FEWEST_COPIED
from crucible.domain.batch import BatchRequest, RetryRequest
from crucible.domain.evaluation import Annotation, Submission
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.pipeline import PipelineRequest
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFile, SandboxFinished
from crucible.domain.schedule import ScheduledBatch, ScheduleRequest
from crucible.evaluations import cancel, delete, rerun, submit
from crucible.evaluations.annotate import annotate
from crucible.evaluations.discard import discard
from crucible.evaluations.finish import finish
from crucible.evaluations.heartbeat import heartbeat
from crucible.evaluations.reap import end_unrunnable, reap
from crucible.evaluations.replay import replay
from crucible.evaluations.requeue import hand_back
from crucible.pipelines import cancel as cancel_pipeline
from crucible.pipelines import create as create_pipeline
from crucible.pipelines.settle import advance_undecided
from crucible.schedules import change
from crucible.schedules import create as create_schedule
from crucible.schedules.fire import fire_due
from tests.batches import steps as batches
from tests.evaluations.steps import HELLO, claimed, finished, held, relayed, submitted
from tests.evaluations.test_dead_letters import given_up
from tests.fake_executor import RUNTIMES, STARTED, SUCCEEDED, known_engines, says, stdout
from tests.faults.world import PATIENT, World
from tests.pipelines import steps as pipelines
from tests.pipelines.steps import stage

HERE = {"runtimes": RUNTIMES, "engines": known_engines}
LARGE = b"x" * 70_000
FAILED = SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error="it broke")
Step = Callable[[], Awaitable[object]]
Verb = Callable[[World], Awaitable[Step]]


def _submit(count: int) -> Verb:
    async def prepare(world: World) -> Step:
        key = world.key()
        program = Submission(code="1", labels={"a": "b"})
        return lambda: world.told(
            lambda: submit.submit(
                world.database, world.doorbell, LOCAL_OWNER, [program] * count, **HERE, idempotency_key=key
            )
        )

    return prepare


async def _claim(world: World) -> Step:
    await submitted(world.calm, HELLO, HELLO)
    return lambda: world.told(lambda: claimed(world.database, limit=5))


async def _claim_from_two_lines(world: World) -> Step:
    await submitted(world.calm, HELLO, Submission(code="1", runtime="bash"))
    return lambda: world.told(lambda: claimed(world.database, limit=5))


async def _heartbeat(world: World) -> Step:
    one = await held(world.calm)
    hold = (one.evaluation_id, one.fence)

    async def step() -> None:
        beat = heartbeat(world.database, [hold], lease_seconds=30.0, progress={hold: says(1.0)})
        assert hold in await beat

    return lambda: world.told(step)


def _finish(size: int, end: SandboxFinished = SUCCEEDED) -> Verb:
    async def prepare(world: World) -> Step:
        one = await held(world.calm)
        data = LARGE[:size]
        relay = relayed(world.stream, one, STARTED, stdout(data), SandboxFile(path="left", data=data), end)

        async def act() -> None:
            assert await world.told(lambda: finish(world.database, world.blobs, world.stream, relay, end))

        return act

    return prepare


async def _finish_too_late(world: World) -> Step:
    one = await held(world.calm)
    relay = relayed(world.stream, one, STARTED, stdout(LARGE), SUCCEEDED)
    await reap(world.calm, world.blobs, world.stream, patience=PATIENT, everything=True)

    async def act() -> None:
        assert not await world.told(lambda: finish(world.database, world.blobs, world.stream, relay, SUCCEEDED))

    return act


async def _hand_back(world: World) -> Step:
    one = await held(world.calm)
    relayed(world.stream, one, STARTED)
    return lambda: world.told(
        lambda: hand_back(world.database, world.stream, one, reason="it stops", patience=PATIENT)
    )


async def _reap(world: World) -> Step:
    one = await held(world.calm, lease=0.0)
    relayed(world.stream, one, STARTED)
    await world.blobs.put(f"{prefix_of(one.evaluation_id, one.fence)}/stdout", LARGE)
    return lambda: world.told(lambda: reap(world.database, world.blobs, world.stream, patience=PATIENT))


async def _give_up(world: World) -> Step:
    await submitted(world.calm)
    return lambda: world.told(lambda: end_unrunnable(world.database, world.stream, ["bash"]))


async def _cancel_queued(world: World) -> Step:
    (one,) = await submitted(world.calm)
    return lambda: world.told(
        lambda: cancel.cancel(world.database, world.doorbell, world.stream, LOCAL_OWNER, one)
    )


async def _cancel_running(world: World) -> Step:
    one = (await held(world.calm)).evaluation_id
    return lambda: world.told(
        lambda: cancel.cancel(world.database, world.doorbell, world.stream, LOCAL_OWNER, one)
    )


async def _ended(world: World) -> str:
    one = await held(world.calm)
    await finished(world.calm, world.blobs, world.stream, one)
    return one.evaluation_id


async def _rerun(world: World) -> Step:
    one, key = await _ended(world), world.key()
    return lambda: world.told(
        lambda: rerun.rerun(world.database, world.doorbell, LOCAL_OWNER, one, **HERE, idempotency_key=key)
    )


async def _delete(world: World) -> Step:
    one = await _ended(world)
    return lambda: world.told(lambda: delete.delete(world.database, LOCAL_OWNER, one), or_gone=True)


async def _restore(world: World) -> Step:
    one = await _ended(world)
    await delete.delete(world.calm, LOCAL_OWNER, one)
    return lambda: world.told(lambda: delete.restore(world.database, LOCAL_OWNER, one))


async def _annotate(world: World) -> Step:
    one = await _ended(world)
    said = Annotation(note="odd", labels={"seen": "yes"})
    return lambda: world.told(lambda: annotate(world.database, LOCAL_OWNER, one, said))


def _batch(*counts: int) -> Verb:
    async def prepare(world: World) -> Step:
        key = world.key()
        request = BatchRequest(name="study")

        async def act() -> None:
            create = create_batch.create
            made = await world.told(lambda: create(world.database, LOCAL_OWNER, request, idempotency_key=key))
            assert made
            for offset, count in enumerate(counts):
                chunk = batches.programs(count, offset)
                hand_in = partial(batches.handed_in, world.database, made.what.id, chunk, offset=offset)
                await world.told(hand_in)
            await world.told(lambda: receive.close(world.database, LOCAL_OWNER, made.what.id))

        return act

    return prepare


async def _retry_batch(world: World) -> Step:
    batch = await batches.made(world.calm, batches.programs(3))
    await batches.all_ended(world.calm, world.blobs, world.stream, batches.failed(), SUCCEEDED)
    await count_ended(world.calm)
    key, request = world.key(), RetryRequest(faults=frozenset({Fault.PROGRAM}))
    return lambda: world.told(
        lambda: retry.retry(world.database, world.doorbell, LOCAL_OWNER, batch.id, request, idempotency_key=key)
    )


async def _cancel_batch(world: World) -> Step:
    batch = await batches.made(world.calm, batches.programs(3))
    await claimed(world.calm)
    return lambda: world.told(
        lambda: cancel_batch.cancel(world.database, world.doorbell, world.stream, LOCAL_OWNER, batch.id)
    )


async def _count_batch(world: World) -> Step:
    await batches.made(world.calm, batches.programs(3))
    await batches.all_ended(world.calm, world.blobs, world.stream)
    return lambda: world.told(lambda: count_ended(world.database))


STAGES = {"stages": (stage("one", on_failure="continue"), stage("two", "one"), stage("three", "two"))}


async def _pipeline(world: World) -> Step:
    key = world.key()
    request = PipelineRequest.model_validate(STAGES)
    return lambda: world.told(
        lambda: create_pipeline.create(
            world.database, world.doorbell, LOCAL_OWNER, request, **HERE, idempotency_key=key
        )
    )


async def _advance(world: World) -> Step:
    await pipelines.made(world.calm, *STAGES["stages"])
    hand = pipelines.Hand(world.calm, world.blobs, world.stream)
    await hand.take()
    await hand.end("one", tell=False)
    return lambda: world.told(lambda: advance_undecided(world.database, world.blobs, world.stream, world.doorbell))


async def _cancel_pipeline(world: World) -> Step:
    made = await pipelines.made(world.calm, *STAGES["stages"])
    return lambda: world.told(
        lambda: cancel_pipeline.cancel(
            world.database, world.blobs, world.stream, world.doorbell, LOCAL_OWNER, pipeline_id=made.id
        )
    )


YEARLY = ScheduleRequest(name="n", cron="0 0 1 1 *", submission=HELLO)


async def _schedule(world: World) -> Step:
    key = world.key()
    return lambda: world.told(
        lambda: create_schedule.create(world.database, LOCAL_OWNER, YEARLY, **HERE, idempotency_key=key)
    )


def _fire(request: ScheduleRequest) -> Verb:
    async def prepare(world: World) -> Step:
        made = (await create_schedule.create(world.calm, LOCAL_OWNER, request, **HERE)).what
        await world.lay_back(made.id, timedelta(days=3 * 366))

        return lambda: world.told(lambda: fire_due(world.database, world.doorbell))

    return prepare


async def _change_schedule(world: World) -> Step:
    made = (await create_schedule.create(world.calm, LOCAL_OWNER, YEARLY, **HERE)).what
    other = YEARLY.model_copy(update={"cron": "1 0 1 1 *"})

    async def act() -> None:
        database = world.database
        await world.told(lambda: change.pause(database, LOCAL_OWNER, made.id))
        await world.told(lambda: change.replace(database, LOCAL_OWNER, made.id, other, **HERE))
        await world.told(lambda: change.resume(database, LOCAL_OWNER, made.id))
        await world.told(lambda: change.remove(database, LOCAL_OWNER, made.id), or_gone=True)

    return act


async def _replay(world: World) -> Step:
    letters = await given_up(world.calm, world.blobs, world.stream, count=2)
    return lambda: world.told(lambda: replay(world.database, world.doorbell, LOCAL_OWNER, letters, **HERE))


async def _discard(world: World) -> Step:
    letters = await given_up(world.calm, world.blobs, world.stream, count=2)
    return lambda: world.told(lambda: discard(world.database, LOCAL_OWNER, letters))


VERBS: dict[str, Verb] = {
    "submit": _submit(2),
    "submit many": _submit(FEWEST_COPIED),
    "claim": _claim,
    "claim from two lines": _claim_from_two_lines,
    "heartbeat": _heartbeat,
    "finish": _finish(10),
    "finish with blobs": _finish(len(LARGE)),
    "finish as failed": _finish(len(LARGE), FAILED),
    "finish too late": _finish_too_late,
    "hand back": _hand_back,
    "reap": _reap,
    "give up": _give_up,
    "cancel what is queued": _cancel_queued,
    "cancel what runs": _cancel_running,
    "rerun": _rerun,
    "delete": _delete,
    "restore": _restore,
    "annotate": _annotate,
    "hand in a batch": _batch(1, 1),
    "hand in a large batch": _batch(FEWEST_COPIED),
    "retry a batch": _retry_batch,
    "cancel a batch": _cancel_batch,
    "count a batch": _count_batch,
    "make a pipeline": _pipeline,
    "advance a pipeline": _advance,
    "cancel a pipeline": _cancel_pipeline,
    "make a schedule": _schedule,
    "change a schedule": _change_schedule,
    "fire": _fire(YEARLY),
    "fire a batch": _fire(
        ScheduleRequest(name="n", cron="0 0 1 1 *", batch=ScheduledBatch(name="b", evaluations=(HELLO,) * 2))
    ),
    "replay": _replay,
    "discard": _discard,
}
