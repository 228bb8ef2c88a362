import pytest
from sqlalchemy.exc import IntegrityError

from crucible.database.bulk import FEWEST_COPIED
from crucible.database.failures import DuplicateKeyError
from crucible.domain.evaluation import Submission
from crucible.domain.event import Queued
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from tests.database.test_submissions import ELABORATE, FILES_ONLY
from tests.database.test_transactions import ids
from tests.evaluations.steps import submitted

NOBODYS = Principal(tenant_id="tn_that_is_not", subject="stranger", role=Role.OWNER)


async def add_many(database, submissions: list[Submission], principal: Principal = LOCAL_OWNER) -> list[str]:
    async with database.unit_of_work(principal) as work:
        runtimes = [submission.runtime for submission in submissions]
        added = await work.evaluations.add(submissions, runtimes, await work.now())
        at = await work.now()
        await work.events.add([Queued(evaluation_id=one.id, fence=0, sequence=0, at=at) for one in added])
        await work.audit.add("submit", [one.id for one in added], at)
    return [one.id for one in added]


@pytest.mark.parametrize("count", [1, FEWEST_COPIED - 1, FEWEST_COPIED, 100])
async def test_many_come_back_as_they_were(database, count: int):
    submissions = [
        (ELABORATE, FILES_ONLY)[place % 2].model_copy(update={"labels": {"place": f"{place}\t\\N"}})
        for place in range(count)
    ]
    added = await add_many(database, submissions)
    async with database.read(LOCAL_OWNER) as view:
        assert [await view.evaluations.submission(one) for one in added] == submissions
        for one in added:
            [queued] = await view.events.after(one, (-1, -1), limit=10)
            assert queued.kind == "queued"


async def test_a_place_that_is_taken_is_said_and_none_of_the_others_is_filled(database):
    taken = await add_many(database, [ELABORATE])

    async def add_more() -> None:
        async with database.unit_of_work(LOCAL_OWNER) as work:
            at = await work.now()
            more = await work.evaluations.add([ELABORATE] * 20, ["bash"] * 20, at)
            places = [*(one.id for one in more), *taken]
            await work.events.add([Queued(evaluation_id=one, fence=0, sequence=0, at=at) for one in places])

    with pytest.raises(DuplicateKeyError):
        await add_more()
    assert await ids(database) == set(taken)


async def test_a_few_with_many_labels_come_back_as_they_were(database):
    labelled = ELABORATE.model_copy(update={"labels": {f"key{place}": "é" for place in range(32)}})
    added = await submitted(database, labelled, labelled)
    async with database.read(LOCAL_OWNER) as view:
        assert [await view.evaluations.submission(one) for one in added] == [labelled] * 2


async def test_what_is_wrong_with_one_of_several_statements_is_told_at_their_end(database):
    taken = await add_many(database, [ELABORATE])

    async def add_together() -> None:
        async with database.unit_of_work(LOCAL_OWNER) as work, work.together(2):
            at = await work.now()
            await work.events.add([Queued(evaluation_id=taken[0], fence=0, sequence=0, at=at)])
            await work.audit.add("submit", taken, at)

    with pytest.raises(DuplicateKeyError):
        await add_together()
    assert await ids(database) == set(taken)
    await add_many(database, [ELABORATE])


@pytest.mark.parametrize("count", [1, 20])
async def test_what_belongs_to_nobody_is_refused(database, count: int):
    with pytest.raises(IntegrityError):
        await add_many(database, [ELABORATE] * count, NOBODYS)
    assert await ids(database) == set()
