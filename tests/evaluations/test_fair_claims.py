"""Claims as the database makes them: fair between tenants, weighted, capped, and within what a worker has."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa

from crucible.database.database import Database
from crucible.database.tables import evaluations, tenants
from crucible.domain.evaluation import Priority, Submission
from crucible.domain.limits import GIB, Limits
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.sandbox import DriverReport, Isolation
from crucible.domain.sharing import Caps, Shares
from crucible.evaluations.claim import KEEPS_ROOM_AFTER
from crucible.evaluations.claim import claim as claim_some
from crucible.evaluations.submit import submit
from crucible.queue.local import LocalDoorbell
from tests.evaluations.steps import HELLO, OFFER, claimed, submitted
from tests.fake_executor import RUNTIMES, known_engines

LARGE = Submission(code="x", limits=Limits(memory_bytes=3 * GIB))


@pytest.fixture
async def others(database: Database) -> list[Principal]:
    """Provide two more tenants."""
    names = ["tn_one", "tn_two"]
    async with database.system_unit_of_work() as work:
        at = await work.now()
        await work.lines._connection.execute(
            tenants.insert(), [{"id": name, "name": name, "created_at": at} for name in names]
        )
    return [Principal(tenant_id=name, subject=name, role=Role.OWNER) for name in names]


async def queued(database: Database, who: Principal, count: int = 1, submission: Submission = HELLO) -> list[str]:
    made = await submit(
        database, LocalDoorbell(), who, [submission] * count, runtimes=RUNTIMES, engines=known_engines
    )
    return [each.id for each in made.what]


async def ended(database: Database, *ids: str) -> None:
    """Have what was claimed run no more, without the rest of a finish."""
    async with database.system_unit_of_work() as work:
        await work.lines._connection.execute(
            evaluations.update()
            .where(evaluations.c.id.in_(ids))
            .values(status="completed", outcome="succeeded", worker=None, lease_until=None)
        )


async def test_one_tenants_hundreds_delay_anothers_one_by_a_slot_at_most(database, others):
    whale, minnow = others
    await queued(database, whale, 300)
    for one in await claimed(database, limit=7):
        await ended(database, one.evaluation_id)
    (wanted,) = await queued(database, minnow)
    served = []
    for _ in range(2):
        (one,) = await claimed(database)
        served.append(one.evaluation_id)
        await ended(database, one.evaluation_id)
    assert wanted in served


async def test_tenants_take_turns_however_many_each_has(database, others):
    first, second = others
    await queued(database, first, 40)
    await queued(database, LOCAL_OWNER, 5)
    await queued(database, second, 10)
    served = []
    for _ in range(15):
        (one,) = await claimed(database)
        served.append(one.tenant_id)
        await ended(database, one.evaluation_id)
    assert set(Counter(served).values()) == {5}
    assert all(set(served[place : place + 3]) == set(served) for place in range(0, 15, 3))


async def test_low_is_served_while_high_never_ends(database):
    shares = Shares({Priority.HIGH: 3, Priority.NORMAL: 2, Priority.LOW: 1})
    for priority in Priority:
        await queued(database, LOCAL_OWNER, 20, Submission(code="x", priority=priority))
    served = [(await claimed(database, shares=shares))[0].evaluation_id for _ in range(12)]
    assert Counter(await priorities(database, served)) == {Priority.HIGH: 6, Priority.NORMAL: 4, Priority.LOW: 2}


async def priorities(database: Database, ids: Sequence[str]) -> list[Priority]:
    async with database.read(LOCAL_OWNER) as view:
        return [(await view.evaluations.get(one)).priority for one in ids]


async def test_no_tenant_runs_more_than_its_cap_whoever_claims_at_once(database, others):
    await queued(database, others[0], 10)
    await queued(database, others[1], 10)
    caps = Caps(each=4, tenants={"tn_two": 1})
    taken = await asyncio.gather(
        *(claimed(database, worker=str(number), limit=3, caps=caps) for number in range(6))
    )
    assert Counter(one.tenant_id for each in taken for one in each) == {"tn_one": 4, "tn_two": 1}
    await ended(database, next(one.evaluation_id for each in taken for one in each if one.tenant_id == "tn_two"))
    assert [one.tenant_id for one in await claimed(database, limit=3, caps=caps)] == ["tn_two"]


async def test_a_worker_promises_no_more_than_it_has(database):
    await submitted(database, *[Submission(code="x", limits=Limits(memory_bytes=GIB, cpus=0.5))] * 6)
    small = replace(OFFER, memory_bytes=3 * GIB, cpus=8.0)
    assert len(await claimed(database, limit=6, offer=small)) == 3
    assert await claimed(database, limit=6, offer=small, promised_memory=3 * GIB) == []
    assert len(await claimed(database, limit=6, offer=replace(OFFER, cpus=1.0), promised_cpus=0.5)) == 1
    assert len(await claimed(database, limit=6)) == 2


async def test_a_large_one_holds_up_neither_other_lines_nor_other_workers(database):
    large, small = await submitted(database, LARGE, HELLO)
    beside = {"offer": replace(OFFER, memory_bytes=4 * GIB), "promised_memory": 2 * GIB}
    assert [one.evaluation_id for one in await claimed(database, limit=2, **beside)] == [small]
    assert [one.evaluation_id for one in await claimed(database, limit=2)] == [large]


async def test_room_is_kept_for_a_large_one_that_has_waited_long(database):
    large, small = await submitted(database, LARGE, HELLO)
    async with database.system_unit_of_work() as work:
        at = await work.now()
        await work.lines._connection.execute(
            evaluations.update().values(queued_at=at - KEEPS_ROOM_AFTER * 2).where(evaluations.c.id == large)
        )
    offer = replace(OFFER, memory_bytes=4 * GIB)
    found = await claim_some(database, "A", offer, limit=2, lease_seconds=30, promised_memory=2 * GIB)
    assert (found.evaluations, found.more) == ([], True)
    assert {one.evaluation_id for one in await claimed(database, limit=2, offer=offer)} == {large, small}


async def test_what_a_machine_can_never_hold_is_left_to_others(database):
    await submitted(database, *[LARGE] * 3)
    (small,) = await submitted(database, Submission(code="x", limits=Limits(memory_bytes=2 * GIB + 1)))
    offer = replace(OFFER, memory_bytes=2 * GIB + GIB // 2)
    assert [one.evaluation_id for one in await claimed(database, limit=4, offer=offer)] == [small]


ENGINES = (
    DriverReport(engine="namespaces", driver="f", available=True, isolation=Isolation.SHARED_KERNEL, default=True),
    DriverReport(engine="gvisor", driver="f", available=True, isolation=Isolation.USER_SPACE_KERNEL),
    DriverReport(engine="runc", driver="f", available=False, isolation=Isolation.SHARED_KERNEL),
)
GPU = Submission(code="x", worker_labels=("gpu",))


@pytest.mark.parametrize(
    ("submission", "offer", "taken"),
    [
        (GPU, {}, False),
        (GPU, {"labels": frozenset({"gpu", "fast"})}, True),
        (HELLO, {"labels": frozenset({"gpu"})}, True),
        (HELLO, {"labels": frozenset({"gpu"}), "dedicated": True}, False),
        (GPU, {"labels": frozenset({"gpu"}), "dedicated": True}, True),
        (Submission(code="x", worker_labels=("gpu", "fast")), {"labels": frozenset({"gpu"})}, False),
        (Submission(code="x", engine="gvisor"), {}, True),
        (Submission(code="x", engine="gvisor"), {"engines": ENGINES}, True),
        (Submission(code="x", engine="runc"), {"engines": ENGINES}, False),
        (Submission(code="x", minimum_isolation=Isolation.VIRTUAL_MACHINE), {"engines": ENGINES}, False),
        (Submission(code="x", engine="gvisor"), {"engines": ENGINES, "only_engines": frozenset({"runc"})}, False),
        (Submission(code="x", engine="gvisor"), {"engines": ENGINES, "only_engines": frozenset({"gvisor"})}, True),
        (HELLO, {"engines": ENGINES, "only_engines": frozenset({"gvisor"})}, False),
        (HELLO, {"engines": ENGINES, "only_engines": frozenset({"namespaces", "gvisor"})}, True),
        (
            Submission(code="x", engine="auto"),
            {"engines": ENGINES, "only_engines": frozenset({"namespaces"})},
            True,
        ),
        (
            Submission(code="x", minimum_isolation=Isolation.USER_SPACE_KERNEL),
            {"engines": ENGINES, "only_engines": frozenset({"namespaces"})},
            False,
        ),
    ],
)
async def test_a_specialised_worker_takes_only_its_own(database, submission, offer, taken):
    made = await submit(
        database, LocalDoorbell(), LOCAL_OWNER, [submission], runtimes=RUNTIMES, engines=nobody_told
    )
    assert made.what
    assert len(await claimed(database, offer=replace(OFFER, **offer))) == taken


async def nobody_told() -> tuple[DriverReport, ...]:
    return ()


async def test_what_is_not_for_a_worker_holds_nothing_up(database):
    await submitted(database, *[GPU] * 50)
    (ordinary,) = await submitted(database)
    assert [one.evaluation_id for one in await claimed(database, limit=5)] == [ordinary]


async def test_turns_are_written_only_where_tenants_compete(database, others):
    count = sa.select(sa.func.count()).select_from(sa.table("turns"))
    await queued(database, others[0], 3)
    await claimed(database, limit=2)
    async with database.system_unit_of_work() as work:
        assert (await work.lines._connection.execute(count)).scalar_one() == 0
    await queued(database, others[1])
    await claimed(database)
    async with database.system_unit_of_work() as work:
        assert (await work.lines._connection.execute(count)).scalar_one() == 1
