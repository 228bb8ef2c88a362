from datetime import timedelta

import sqlalchemy as sa

from crucible.database.tables import evaluations
from crucible.domain.evaluation import Priority, Submission
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.statistics import Percentiles
from crucible.domain.status import Lifecycle, Status
from crucible.operations.statistics import interval_seconds, statistics

STRANGER = Principal(tenant_id="tn_other", subject="stranger", role=Role.OWNER)


async def add(
    database, count: int, *, runtime: str = "python3.11", priority: Priority = Priority.NORMAL
) -> list[str]:
    submissions = [Submission(code="1", priority=priority)] * count
    async with database.unit_of_work(LOCAL_OWNER) as work:
        added = await work.evaluations.add(submissions, [runtime] * count, await work.now())
    return [evaluation.id for evaluation in added]


async def end(
    database, evaluation_id: str, outcome: Outcome, *, wall: float = 1.0, waited: float = 0.0, **more
) -> None:
    async with database.unit_of_work(LOCAL_OWNER) as work:
        connection = work._transaction.connection
        row = (await connection.execute(sa.select(evaluations).where(evaluations.c.id == evaluation_id))).one()
        started = row.queued_at + timedelta(seconds=waited)
        await connection.execute(
            sa.update(evaluations)
            .where(evaluations.c.id == evaluation_id)
            .values(
                status=outcome.status,
                outcome=outcome,
                wall_seconds=wall,
                started_at=started,
                finished_at=started + timedelta(seconds=wall),
                **more,
            )
        )


async def test_percentiles_are_of_all_that_ran(database):
    for number, evaluation_id in enumerate(await add(database, 100), start=1):
        await end(database, evaluation_id, Outcome.SUCCEEDED, wall=number, waited=number / 100)
    found = await statistics(database, LOCAL_OWNER, hours=1)
    assert found.duration == Percentiles(p50=50.0, p95=95.0, p99=99.0)
    assert found.wait is not None
    assert [round(value, 2) for value in (found.wait.p50, found.wait.p95, found.wait.p99)] == [0.5, 0.95, 0.99]


async def test_one_alone_is_each_percentile_and_none_is_none(database):
    assert (await statistics(database, LOCAL_OWNER, hours=1)).duration is None
    [evaluation_id] = await add(database, 1)
    await end(database, evaluation_id, Outcome.SUCCEEDED, wall=2.5)
    assert (await statistics(database, LOCAL_OWNER, hours=1)).duration == Percentiles(p50=2.5, p95=2.5, p99=2.5)


async def test_outcomes_stand_in_the_interval_in_which_they_were_queued(database):
    ids = await add(database, 4)
    await end(database, ids[0], Outcome.SUCCEEDED)
    await end(database, ids[1], Outcome.SUCCEEDED)
    await end(database, ids[2], Outcome.TIMED_OUT)
    async with database.unit_of_work(LOCAL_OWNER) as work:
        now = await work.now()
    await end(database, ids[3], Outcome.NONZERO_EXIT, queued_at=now - timedelta(minutes=30))
    found = await statistics(database, LOCAL_OWNER, hours=1)
    assert found.interval_seconds == 60
    assert all(interval.start.timestamp() % 60 == 0 for interval in found.intervals)
    assert found.intervals[0].outcomes == {Outcome.NONZERO_EXIT: 1}
    assert (found.until - found.intervals[0].start).total_seconds() > 25 * 60
    late = [interval.outcomes for interval in found.intervals[1:]]
    assert sum(outcomes.get(Outcome.SUCCEEDED, 0) for outcomes in late) == 2
    assert sum(outcomes.get(Outcome.TIMED_OUT, 0) for outcomes in late) == 1


async def test_what_was_queued_before_or_was_deleted_does_not_count(database):
    old, deleted, _ = await add(database, 3)
    async with database.unit_of_work(LOCAL_OWNER) as work:
        now = await work.now()
    await end(database, old, Outcome.SUCCEEDED, queued_at=now - timedelta(hours=3))
    await end(database, deleted, Outcome.SUCCEEDED, lifecycle=Lifecycle.DELETED)
    found = await statistics(database, LOCAL_OWNER, hours=1)
    assert found.statuses == {Status.QUEUED: 1}
    assert found.intervals == ()


async def test_the_queue_is_told_by_priority_and_the_busiest_runtimes_first(database):
    await add(database, 2, runtime="bash", priority=Priority.HIGH)
    await add(database, 3)
    found = await statistics(database, LOCAL_OWNER, hours=1)
    assert [(waiting.priority, waiting.count) for waiting in found.queue] == [
        (Priority.HIGH, 2),
        (Priority.NORMAL, 3),
        (Priority.LOW, 0),
    ]
    assert found.queue[0].oldest is not None
    assert found.queue[2].oldest is None
    assert [(one.runtime, one.count) for one in found.runtimes] == [("python3.11", 3), ("bash", 2)]


async def test_workers_are_told_with_what_they_hold(database):
    held, _ = await add(database, 2)
    async with database.unit_of_work(LOCAL_OWNER) as work:
        until = await work.now() + timedelta(seconds=30)
        await work._transaction.connection.execute(
            sa.update(evaluations)
            .where(evaluations.c.id == held)
            .values(status=Status.RUNNING, worker="w-1", lease_until=until)
        )
    [worker] = (await statistics(database, LOCAL_OWNER, hours=1)).workers
    assert (worker.name, worker.running, worker.lease_until) == ("w-1", 1, until)


async def test_another_tenant_counts_nothing_of_it(database):
    for evaluation_id in await add(database, 3):
        await end(database, evaluation_id, Outcome.SUCCEEDED)
    found = await statistics(database, STRANGER, hours=1)
    assert (found.statuses, found.intervals, found.duration, found.runtimes) == ({}, (), None, ())


def test_there_are_some_dozens_of_intervals_however_far_back():
    assert [interval_seconds(hours) for hours in (1, 24, 24 * 7, 24 * 90)] == [60, 1800, 10_800, 86_400]
