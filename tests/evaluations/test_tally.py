import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crucible.database import statistics as reading
from crucible.database.tables import tallies
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.statistics import Statistics
from crucible.evaluations.delete import delete, restore
from crucible.evaluations.statistics import statistics
from crucible.evaluations.tally import tally
from tests.database.test_statistics import add, end

AT_ONCE = {"over_after": timedelta(0), "rests": timedelta(seconds=-1)}
DAYS = 7
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


async def tally_all(database) -> None:
    for _ in range(2):  # one fills what the one before has opened
        while await tally(database, **AT_ONCE):
            pass


async def rows(database) -> list[bool]:
    """Tell of each row that there is, in order, whether it is filled."""
    async with database.system_unit_of_work() as work:
        found = await work.tallies._connection.execute(sa.select(tallies.c.counts).order_by(tallies.c.start))
        return [counts is not None for (counts,) in found]


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
    before = await shown(database)
    assert sum(before.statuses.values()) == len(week)
    await tally_all(database)
    filled = await rows(database)
    assert all(filled)
    assert len(filled) > 20
    assert await shown(database) == before == await plainly(database, monkeypatch)


async def test_what_comes_later_counts_beside_what_is_tallied(database, week, monkeypatch):
    await tally_all(database)
    [late] = await add(database, 1)
    assert (await shown(database)).statuses["queued"] == 1
    await end(database, late, Outcome.SUCCEEDED, wall=99.0)
    found = await shown(database)
    assert sum(found.statuses.values()) == len(week) + 1
    assert found == await plainly(database, monkeypatch)


async def test_what_is_deleted_or_restored_is_counted_anew(database, week, monkeypatch):
    await tally_all(database)
    full = await shown(database)
    await delete(database, LOCAL_OWNER, week[0])
    assert (await rows(database)).count(False) <= 1
    less = await shown(database)
    assert sum(less.statuses.values()) == len(week) - 1
    await tally_all(database)
    assert await shown(database) == less == await plainly(database, monkeypatch)
    await restore(database, LOCAL_OWNER, week[0])
    assert await shown(database) == full
    await tally_all(database)
    assert await shown(database) == full


@pytest.mark.usefixtures("week")
async def test_a_half_hour_is_not_filled_before_all_of_it_has_ended(database, monkeypatch):
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
    assert (await rows(database)).count(False) == 1
    waiting = await shown(database)
    assert waiting.statuses["queued"] == 1
    assert waiting == await plainly(database, monkeypatch)
    await end(database, slow, Outcome.SUCCEEDED, wall=7.5)
    ended = await shown(database)
    await tally_all(database)
    assert all(await rows(database))
    assert await shown(database) == ended == await plainly(database, monkeypatch)


@pytest.mark.usefixtures("week")
async def test_a_row_rests_before_it_is_filled_and_what_is_young_has_none(database):
    await tally(database, rests=timedelta(minutes=2))
    opened = await rows(database)
    assert opened
    await tally(database, rests=timedelta(minutes=2))
    assert not any(await rows(database))
    await add(database, 1)
    assert not any(await rows(database))


@pytest.mark.usefixtures("week")
async def test_the_shorter_parts_of_a_day_are_counted_from_the_evaluations(database, monkeypatch):
    await tally_all(database)
    for hours in (1, 6, 24, 48):
        assert await shown(database, hours=hours) == await plainly(database, monkeypatch, hours=hours)
