"""Each firing once: whoever looks, and whatever clocks do."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crucible.batches import find as find_batches
from crucible.database import database as database_module
from crucible.database.database import Database
from crucible.domain.batch import BatchState
from crucible.domain.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from crucible.domain.evaluation import EvaluationFilter, Submission
from crucible.domain.pipeline import PipelineRequest, StageStatus
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.schedule import MissedRuns, Schedule, ScheduledBatch, ScheduleRequest, ScheduleState
from crucible.domain.status import Status
from crucible.evaluations import find as evaluations
from crucible.pipelines import find as find_pipelines
from crucible.queue.local import LocalDoorbell
from crucible.schedules import change, create, find, fire
from crucible.schedules.fire import fire_due, wanted
from tests.evaluations.steps import STRANGER, VIEWER
from tests.fake_executor import RUNTIMES, known_engines

START = datetime(2026, 10, 24, 12, 0, 30, tzinfo=UTC)


class Clock:
    """Stands in the database's clock's place, which no test can set: it says what it was last told."""

    def __init__(self) -> None:
        self.moment = START

    async def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(database_module.SystemWork, "now", clock)
    monkeypatch.setattr(database_module.TenantWork, "now", clock)
    return clock


PROGRAM = {"submission": Submission(code="1", labels={"a": "b"})}
BATCH = {"batch": ScheduledBatch(name="b", labels={"a": "b"}, evaluations=(Submission(code="1"),) * 2)}


async def made(
    database, cron: str = "* * * * *", *, zone: str = "UTC", missed=MissedRuns.ONCE, work: dict[str, Any] = PROGRAM
) -> Schedule:
    request = ScheduleRequest(name="n", cron=cron, time_zone=zone, missed=missed, **work)
    created = await create.create(database, LOCAL_OWNER, request, runtimes=RUNTIMES, engines=known_engines)
    return created.what


async def fired(database, schedule_id: str) -> list[tuple[datetime, bool]]:
    """Each firing, the first one first, and whether something ran for it."""
    page = await find.firings(database, LOCAL_OWNER, schedule_id, limit=200)
    return [(one.fire_at, one.started is not None) for one in reversed(page.items)]


async def at_each(database, clock: Clock, *moments: datetime) -> None:
    for moment in moments:
        clock.moment = moment
        await fire_due(database, LocalDoorbell())


async def test_a_schedule_runs_its_program_when_its_time_has_come(database, clock):
    schedule = await made(database)
    assert await fire_due(database, LocalDoorbell()) == 0
    clock.moment = START + timedelta(seconds=31)
    assert await fire_due(database, LocalDoorbell()) == 1
    assert await fire_due(database, LocalDoorbell()) == 0
    shown = await find.get(database, LOCAL_OWNER, schedule.id)
    assert shown.last_firing is not None
    assert shown.last_firing.fire_at == datetime(2026, 10, 24, 12, 1, tzinfo=UTC) == schedule.next_firings[0]
    started = await evaluations.get(database, LOCAL_OWNER, shown.last_firing.evaluation_id or "")
    assert (started.code, started.labels) == ("1", {"a": "b", "schedule": schedule.id})
    assert shown.next_firings[0] == datetime(2026, 10, 24, 12, 2, tzinfo=UTC)


async def test_a_schedule_of_a_batch_hands_it_in_whole_each_time(database, clock):
    schedule = await made(database, work=BATCH)
    await at_each(database, clock, *(START + timedelta(minutes=minute) for minute in (1, 2)))
    firings = (await find.firings(database, LOCAL_OWNER, schedule.id, limit=200)).items
    assert [one.evaluation_id or one.pipeline_id for one in firings] == [None, None]
    batches = [await find_batches.get(database, LOCAL_OWNER, one.batch_id or "") for one in firings]
    assert len({batch.id for batch in batches}) == 2
    for batch in batches:
        assert (batch.name, batch.labels) == ("b", {"a": "b", "schedule": schedule.id})
        assert (batch.state, batch.received, batch.statuses) == (BatchState.RUNNING, 2, {Status.QUEUED: 2})
    assert (await find.get(database, LOCAL_OWNER, schedule.id)).batch == BATCH["batch"]


async def test_a_schedule_of_a_pipeline_begins_what_needs_no_other(database, clock):
    stages = ({"name": "one", "code": "1"}, {"name": "two", "code": "2", "needs": ["one"]})
    schedule = await made(database, work={"pipeline": PipelineRequest.model_validate({"stages": stages})})
    await at_each(database, clock, START + timedelta(minutes=1))
    (firing,) = (await find.firings(database, LOCAL_OWNER, schedule.id, limit=200)).items
    pipeline = await find_pipelines.get(database, LOCAL_OWNER, firing.pipeline_id or "")
    assert pipeline.labels == {"schedule": schedule.id}
    assert [stage.status for stage in pipeline.stages] == [StageStatus.QUEUED, StageStatus.WAITING]


async def test_what_is_caught_up_of_batches_is_a_few_in_each_transaction(database, clock, monkeypatch):
    monkeypatch.setattr(fire, "_MOST_PROGRAMS", 5)
    schedule = await made(database, "0 * * * *", missed=MissedRuns.ALL, work=BATCH)
    clock.moment = START + timedelta(hours=5, minutes=20)
    assert [await fire_due(database, LocalDoorbell()) for _ in range(4)] == [2, 2, 1, 0]
    hours = [time.hour for time, ran in await fired(database, schedule.id) if ran]
    assert hours == [13, 14, 15, 16, 17]


async def test_one_that_was_made_another_fires_by_its_new_line_from_then_on(database, clock):
    schedule = await made(database)
    clock.moment = START + timedelta(minutes=10)
    request = ScheduleRequest(name="m", cron="15 * * * *", submission=Submission(code="2"))
    changed = await change.replace(
        database, LOCAL_OWNER, schedule.id, request, runtimes=RUNTIMES, engines=known_engines
    )
    assert changed.next_firings[0] == datetime(2026, 10, 24, 12, 15, tzinfo=UTC)
    assert await fire_due(database, LocalDoorbell()) == 0
    await at_each(database, clock, START + timedelta(minutes=14, seconds=31))
    assert await fired(database, schedule.id) == [(datetime(2026, 10, 24, 12, 15, tzinfo=UTC), True)]
    for asker, error in ((VIEWER, PermissionDeniedError), (STRANGER, NotFoundError)):
        with pytest.raises(error):
            await change.replace(database, asker, schedule.id, request, runtimes=RUNTIMES, engines=known_engines)


async def test_two_schedulers_at_once_fire_each_once(database, database_url, clock):
    schedules = [await made(database) for _ in range(5)]
    other = await Database.open(database_url, busy_timeout_seconds=5)
    for minute in range(1, 4):
        clock.moment = START + timedelta(minutes=minute)
        counts = await asyncio.gather(*(fire_due(each, LocalDoorbell()) for each in (database, other) * 3))
        assert sum(counts) == 5
    await other.close()
    for schedule in schedules:
        assert len(await fired(database, schedule.id)) == 3
    ran = await evaluations.page(database, LOCAL_OWNER, EvaluationFilter(), limit=200)
    assert len(ran.items) == 15


async def test_a_clock_that_is_put_back_repeats_nothing(database, clock):
    schedule = await made(database, "0 * * * *")
    times = [START + timedelta(hours=hour) for hour in (1, 2, 0, 1, 2, 3)]
    await at_each(database, clock, *times)
    assert [time.hour for time, _ in await fired(database, schedule.id)] == [13, 14, 15]
    assert all(ran for _, ran in await fired(database, schedule.id))


@pytest.mark.parametrize(
    ("missed", "ran"),
    [
        (MissedRuns.SKIP, [False, False, False, False]),
        (MissedRuns.ONCE, [False, False, False, True]),
        (MissedRuns.ALL, [True, True, True, True]),
    ],
)
async def test_a_clock_that_leaps_forward_leaves_the_missed_to_the_policy(database, clock, missed, ran):
    schedule = await made(database, "0 * * * *", missed=missed)
    await at_each(database, clock, START + timedelta(hours=4, minutes=20))
    assert [ran for _, ran in await fired(database, schedule.id)] == ran
    await at_each(database, clock, START + timedelta(hours=5))
    assert (await fired(database, schedule.id))[-1] == (datetime(2026, 10, 24, 17, tzinfo=UTC), True)


async def test_what_is_caught_up_has_a_bound(database, clock):
    schedule = await made(database, missed=MissedRuns.ALL)
    await at_each(database, clock, START + timedelta(days=400))
    assert len((await evaluations.page(database, LOCAL_OWNER, EvaluationFilter(), limit=200)).items) == 100 + 1
    times = [time for time, _ in await fired(database, schedule.id)]
    assert times == sorted(set(times))
    rare = await made(database, "0 0 * * *", missed=MissedRuns.ALL)
    await at_each(database, clock, clock.moment + timedelta(days=30))
    assert len(await fired(database, rare.id)) == 30


def test_what_is_punctual_runs_whatever_the_policy():
    at = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
    times = [at - timedelta(minutes=2, seconds=30), at - timedelta(seconds=30)]
    assert wanted(times, MissedRuns.SKIP, at) == times[1:]
    assert wanted(times, MissedRuns.ONCE, at) == times


@pytest.mark.parametrize(
    ("line", "from_day", "hours"),
    [
        ("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), ["02:30+0200", "02:30+0100"]),
        ("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["03:00+0200", "02:30+0200"]),
        ("0 1-3 * * *", datetime(2026, 10, 24, 22, tzinfo=UTC), ["01:00+0200", "02:00+0200", "03:00+0100"]),
    ],
)
async def test_where_clocks_change_each_firing_happens_once(database, clock, line, from_day, hours):
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - of this test alone

    clock.moment = from_day
    schedule = await made(database, line, zone="Europe/Berlin")
    days = 2 if line.startswith("30") else 0.25
    minutes = int(days * 24 * 60) + 60
    for passed in range(0, minutes, 10):
        clock.moment = from_day + timedelta(minutes=passed)
        await fire_due(database, LocalDoorbell())
    zone = ZoneInfo("Europe/Berlin")
    assert [f"{time.astimezone(zone):%H:%M%z}" for time, _ in await fired(database, schedule.id)] == hours


async def test_a_paused_schedule_rests_and_has_missed_nothing(database, clock):
    schedule = await made(database, missed=MissedRuns.ALL)
    paused = await change.pause(database, LOCAL_OWNER, schedule.id)
    assert (paused.state, paused.next_firings) == (ScheduleState.PAUSED, ())
    await at_each(database, clock, START + timedelta(minutes=10))
    assert await fired(database, schedule.id) == []
    resumed = await change.resume(database, LOCAL_OWNER, schedule.id)
    assert resumed.next_firings[0] == datetime(2026, 10, 24, 12, 11, tzinfo=UTC)
    assert await change.resume(database, LOCAL_OWNER, schedule.id) == resumed
    await at_each(database, clock, START + timedelta(minutes=11))
    assert len(await fired(database, schedule.id)) == 1


async def test_a_removed_schedule_is_gone_and_fires_no_more(database, clock):
    schedule = await made(database)
    await change.remove(database, LOCAL_OWNER, schedule.id)
    await at_each(database, clock, START + timedelta(minutes=2))
    with pytest.raises(NotFoundError):
        await find.get(database, LOCAL_OWNER, schedule.id)
    assert (await find.page(database, LOCAL_OWNER, limit=10)).items == ()


async def test_a_schedule_is_its_tenants_alone(database, clock):
    schedule = await made(database)
    for asking in (
        find.get(database, STRANGER, schedule.id),
        find.firings(database, STRANGER, schedule.id, limit=1),
        change.pause(database, STRANGER, schedule.id),
        change.remove(database, STRANGER, schedule.id),
    ):
        with pytest.raises(NotFoundError):
            await asking
    with pytest.raises(PermissionDeniedError):
        await change.pause(database, VIEWER, schedule.id)
    assert clock.moment == START


async def test_lists_are_cut_into_pages(database, clock):
    first, second, third = [await made(database) for _ in range(3)]
    page = await find.page(database, LOCAL_OWNER, limit=2)
    rest = await find.page(database, LOCAL_OWNER, limit=2, cursor=page.next_cursor)
    assert {one.id for one in (*page.items, *rest.items)} == {first.id, second.id, third.id}
    await at_each(database, clock, *(START + timedelta(minutes=minute) for minute in (1, 2, 3)))
    late = await find.firings(database, LOCAL_OWNER, first.id, limit=2)
    early = await find.firings(database, LOCAL_OWNER, first.id, limit=2, cursor=late.next_cursor)
    assert [one.fire_at.minute for one in (*late.items, *early.items)] == [3, 2, 1]
    for asking in (
        find.page(database, LOCAL_OWNER, limit=2, cursor="x"),
        find.firings(database, LOCAL_OWNER, first.id, limit=2, cursor="2026"),
    ):
        with pytest.raises(InvalidRequestError):
            await asking
