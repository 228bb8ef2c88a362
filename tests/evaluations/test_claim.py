from dataclasses import replace

from crucible.domain.evaluation import Priority, Submission
from crucible.domain.status import Status
from crucible.evaluations.heartbeat import heartbeat
from tests.evaluations.steps import HELLO, OFFER, claimed, get, held, submitted
from tests.fake_executor import BASH, PYTHON


async def test_the_highest_priority_goes_first_and_then_the_oldest(database):
    batch = [
        Submission(code="x", priority=priority) for priority in (Priority.LOW, Priority.NORMAL, Priority.HIGH)
    ]
    low, normal, high = await submitted(database, *batch)
    later_low, later_normal, later_high = await submitted(database, *batch)
    first = await claimed(database, limit=2)
    rest = await claimed(database, limit=10)
    assert [one.evaluation_id for one in first + rest] == [
        high,
        later_high,
        normal,
        later_normal,
        low,
        later_low,
    ]


async def test_each_is_claimed_once(database):
    await submitted(database, *[HELLO] * 5)
    one, two = await claimed(database, limit=3), await claimed(database, limit=3, worker="B")
    assert (len(one), len(two)) == (3, 2)
    assert not {each.evaluation_id for each in one} & {each.evaluation_id for each in two}
    assert await claimed(database) == []


async def test_a_claim_moves_the_fence_and_starts_the_clock(database):
    one = await held(database)
    assert one.fence == 1
    evaluation = await get(database, one.evaluation_id)
    assert evaluation.status is Status.RUNNING
    assert evaluation.timing.started == one.claimed_at


async def test_a_worker_gets_only_what_it_can_run(database):
    await submitted(database, Submission(code="x", runtime="bash"))
    assert await claimed(database, limit=5, offer=replace(OFFER, runtimes=(PYTHON,))) == []
    assert len(await claimed(database, limit=5, offer=replace(OFFER, runtimes=(BASH,)))) == 1


async def test_a_heartbeat_answers_for_what_is_still_held(database):
    one, other = await held(database), await held(database)
    stale = (other.evaluation_id, other.fence + 5)
    answer = await heartbeat(database, [(one.evaluation_id, one.fence), stale], lease_seconds=30)
    assert answer == {(one.evaluation_id, one.fence): None}


async def test_a_heartbeat_extends_the_lease(database):
    one = await held(database, lease=0.0)
    await heartbeat(database, [(one.evaluation_id, one.fence)], lease_seconds=30)
    async with database.system_unit_of_work() as work:
        assert await work.leases.expired(at=await work.now(), everything=False, limit=5) == []
