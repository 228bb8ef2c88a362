import asyncio
import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crucible.database import statistics as reading
from crucible.database.sketches import LEAST_SECONDS, RELATIVE_ERROR
from crucible.database.tables import tallies
from crucible.database.tallies import DAY, HALF_HOUR
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.statistics import Percentiles, Statistics
from crucible.evaluations.delete import delete, restore
from crucible.operations.statistics import statistics
from crucible.operations.tally import tally
from tests.database.test_statistics import add, end

AT_ONCE = {"over_after": timedelta(0), "rests": timedelta(seconds=-1)}
DAYS = 7
OF_A_DAY_THAT_IS_OVER = 1
"""Which of the week's."""
OUTCOMES = (Outcome.SUCCEEDED, Outcome.NONZERO_EXIT, Outcome.TIMED_OUT, Outcome.SANDBOX_ERROR)


async def shown(database, *, hours: int = DAYS * 24) -> Statistics:
    """Return what is told of them, but for the moment at which it is."""
    found = await statistics(database, LOCAL_OWNER, hours=hours)
    return found.model_copy(update={"until": found.since})


async def plainly(database, monkeypatch, *, hours: int = DAYS * 24) -> Statistics:
    """Return the same, read from the evaluations alone."""
    with monkeypatch.context() as patch:
        patch.setattr(reading, "MOST_OPEN", 0)
        return await shown(database, hours=hours)


async def both(database, monkeypatch, *, hours: int = DAYS * 24) -> tuple[Statistics, Statistics]:
    """Return what is told, and the same from the evaluations alone; no interval ended between the two."""
    while True:
        found, exact = await shown(database, hours=hours), await plainly(database, monkeypatch, hours=hours)
        if found.since == exact.since:
            return found, exact


def counted(found: Statistics) -> Statistics:
    """Return what has no error."""
    return found.model_copy(update={"duration": None, "wait": None})


def is_about(found: Percentiles | None, exact: Percentiles | None) -> bool:
    """Whether percentiles are as near to exact ones as they say, and that is near enough."""
    assert found is not None
    assert exact is not None
    assert (found.relative_error, exact.relative_error) == (RELATIVE_ERROR, 0)
    return all(
        abs(one - max(other, LEAST_SECONDS)) <= RELATIVE_ERROR * max(other, LEAST_SECONDS)
        for one, other in ((found.p50, exact.p50), (found.p95, exact.p95), (found.p99, exact.p99))
    )


def is_like(found: Statistics, exact: Statistics) -> bool:
    """Whether counts are what the evaluations say, and percentiles within the error."""
    return (
        counted(found) == counted(exact)
        and is_about(found.duration, exact.duration)
        and is_about(found.wait, exact.wait)
    )


async def tally_all(database) -> None:
    for _ in range(2):  # one fills what the one before has opened
        while await tally(database, **AT_ONCE):
            pass


async def rows(database, grain: timedelta) -> list[bool]:
    """Tell of each half hour's row that there is, or of each day's, in order, whether it is filled."""
    async with database.system_unit_of_work() as work:
        found = await work.tallies._connection.execute(
            sa.select(tallies.c.counted).where(tallies.c.grain == grain).order_by(tallies.c.start)
        )
        return [counted is not None for (counted,) in found]


async def forget_half_hours(database) -> None:
    """Leave of what is tallied only the days."""
    async with database.system_unit_of_work() as work:
        await work.tallies._connection.execute(tallies.delete().where(tallies.c.grain == HALF_HOUR))


@pytest.fixture
async def week(database) -> list[str]:
    """Evaluations of the last seven days, each of which ended in one way or another."""
    chance = random.Random(7)  # noqa: S311 - for a test
    ids = [*await add(database, 60), *await add(database, 20, runtime="bash")]
    async with database.unit_of_work(LOCAL_OWNER) as work:
        now = await work.now()
    for one in ids:
        await end(
            database,
            one,
            chance.choice(OUTCOMES),
            wall=chance.random() * 10,
            waited=chance.random(),
            cpu_seconds=0.5,
            peak_memory_bytes=1024,
            queued_at=now - timedelta(hours=chance.random() * 24 * DAYS),
        )
    return ids


async def test_what_is_tallied_is_told_as_if_it_were_counted_anew(database, week, monkeypatch):
    before = await plainly(database, monkeypatch)
    assert sum(before.statuses.values()) == len(week)
    await tally_all(database)
    half_hours, days = await rows(database, HALF_HOUR), await rows(database, DAY)
    assert all(half_hours + days)
    assert len(half_hours) > 20
    assert len(days) >= DAYS - 1
    found, exact = await both(database, monkeypatch)
    assert is_like(found, exact)
    assert exact.statuses == before.statuses


@pytest.mark.usefixtures("week")
async def test_a_day_is_told_without_its_half_hours(database, monkeypatch):
    await tally_all(database)
    await forget_half_hours(database)
    assert is_like(*await both(database, monkeypatch, hours=30 * 24))


async def test_what_comes_later_counts_beside_what_is_tallied(database, week, monkeypatch):
    await tally_all(database)
    [late] = await add(database, 1)
    assert (await shown(database)).statuses["queued"] == 1
    await end(database, late, Outcome.SUCCEEDED, wall=99.0)
    found, exact = await both(database, monkeypatch)
    assert sum(found.statuses.values()) == len(week) + 1
    assert is_like(found, exact)


async def test_what_is_deleted_or_restored_is_counted_anew(database, week, monkeypatch):
    await tally_all(database)
    for change, count in ((delete, len(week) - 1), (restore, len(week))):
        await change(database, LOCAL_OWNER, week[OF_A_DAY_THAT_IS_OVER])
        for grain in (HALF_HOUR, DAY):
            assert (await rows(database, grain)).count(False) == 1
        for _ in range(2):  # while they are open, and filled again
            found, exact = await both(database, monkeypatch)
            assert sum(found.statuses.values()) == count
            assert is_like(found, exact)
            await tally_all(database)
        assert all(await rows(database, HALF_HOUR) + await rows(database, DAY))


async def test_what_changes_while_its_day_is_being_filled_opens_it_again(database, week, monkeypatch):
    await tally_all(database)
    await delete(database, LOCAL_OWNER, week[OF_A_DAY_THAT_IS_OVER])
    async with database.system_unit_of_work() as work:
        at = await work.now()
        assert await work.tallies.fill(opened_before=at, at=at, limit=10) == 2
        restoring = asyncio.create_task(restore(database, LOCAL_OWNER, week[OF_A_DAY_THAT_IS_OVER]))
        ended, _ = await asyncio.wait({restoring}, timeout=0.1)
        assert not ended
    await restoring
    for grain in (HALF_HOUR, DAY):
        assert (await rows(database, grain)).count(False) == 1
    assert is_like(*await both(database, monkeypatch))


@pytest.mark.usefixtures("week")
async def test_a_half_hour_is_not_filled_before_all_of_it_has_ended_nor_is_its_day(database, monkeypatch):
    [slow] = await add(database, 1)
    await end(database, slow, Outcome.SUCCEEDED)
    async with database.unit_of_work(LOCAL_OWNER) as work:
        long_ago = await work.now() - timedelta(hours=50)
        await work._transaction.connection.execute(
            sa.text(
                "UPDATE evaluations SET queued_at = :at, status = 'queued', outcome = NULL WHERE id = :id"
            ).bindparams(sa.bindparam("at", type_=tallies.c.start.type)),
            {"at": long_ago, "id": slow},
        )
    await tally_all(database)
    for grain in (HALF_HOUR, DAY):
        assert (await rows(database, grain)).count(False) == 1
    waiting, exact = await both(database, monkeypatch)
    assert waiting.statuses["queued"] == 1
    assert is_like(waiting, exact)
    await end(database, slow, Outcome.SUCCEEDED, wall=7.5)
    assert is_like(*await both(database, monkeypatch))
    await tally_all(database)
    assert all(await rows(database, HALF_HOUR) + await rows(database, DAY))
    assert is_like(*await both(database, monkeypatch))


@pytest.mark.usefixtures("week")
async def test_a_row_rests_before_it_is_filled_and_what_is_young_has_none(database):
    await tally(database, rests=timedelta(minutes=2))
    opened = await rows(database, HALF_HOUR)
    assert opened
    await tally(database, rests=timedelta(minutes=2))
    assert not any(await rows(database, HALF_HOUR) + await rows(database, DAY))
    await add(database, 1)
    assert not any(await rows(database, HALF_HOUR))


@pytest.mark.usefixtures("week")
async def test_every_time_that_can_be_asked_for_is_counted_like_its_evaluations(database, monkeypatch):
    await tally_all(database)
    for hours in (24, 48, 7 * 24, 15 * 24, 30 * 24, 90 * 24):
        assert is_like(*await both(database, monkeypatch, hours=hours))
    for hours in (1, 6):  # shown in parts shorter than a half hour, so read from the evaluations
        found, exact = await both(database, monkeypatch, hours=hours)
        assert found == exact
