"""Why an evaluation waits, as whoever asks for it is told."""

from dataclasses import replace

import pytest

from crucible.database.database import Database
from crucible.database.tables import workers as workers_table
from crucible.domain.evaluation import Priority, Submission
from crucible.domain.limits import GIB, Limits
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import DriverReport, Isolation
from crucible.domain.sharing import NO_CAPS, Caps
from crucible.domain.waiting import MOST_COUNTED_AHEAD, Wait, WaitReason
from crucible.domain.worker import ALIVE_FOR, WorkerReport, WorkerState
from crucible.evaluations import find
from crucible.evaluations.requeue import Patience, hand_back
from crucible.evaluations.submit import submit
from crucible.queue.local import LocalDoorbell
from crucible.roles.known_workers import KnownWorkers
from tests.evaluations.steps import HELLO, OFFER, STRANGER, claimed, held, submitted
from tests.fake_executor import RUNTIMES

WORKER = WorkerReport(
    name="a", host="here", version="1", state=WorkerState.WORKING, slots=2, running=0, offer=OFFER
)
GPU = Submission(code="x", worker_labels=("gpu",))
GVISOR = DriverReport(engine="gvisor", driver="f", available=True, isolation=Isolation.USER_SPACE_KERNEL)


async def nobody_told() -> tuple[DriverReport, ...]:
    return ()


async def present(database: Database, *reports: WorkerReport) -> None:
    async with database.system_unit_of_work() as work:
        for report in reports:
            await work.workers.report(report, await work.now())


async def wait_of(database: Database, submission: Submission = HELLO, *, caps: Caps = NO_CAPS) -> Wait:
    made = await submit(
        database, LocalDoorbell(), LOCAL_OWNER, [submission], runtimes=RUNTIMES, engines=nobody_told
    )
    found = await find.get(database, LOCAL_OWNER, made.what[0].id, caps=caps)
    assert found.waiting
    return found.waiting


async def test_an_engine_that_fails_stands_in_for_nobody_who_named_none(database):
    usual = DriverReport(
        engine="usual",
        driver="f",
        available=False,
        isolation=Isolation.SHARED_KERNEL,
        missing={"engine": "no sandbox can be made: no room"},
        default=True,
    )
    worker = replace(WORKER, offer=replace(OFFER, engines=(GVISOR, usual)))
    await present(database, worker)
    known = KnownWorkers(database)
    await known.read()
    assert known.standstill == "a: usual: no sandbox can be made: no room"
    wait = await wait_of(database)
    assert wait.reason is WaitReason.NO_CAPABILITY
    assert wait.detail == "no worker offers engine usual, which is not available now"
    strong = Submission(code="x", minimum_isolation=Isolation.USER_SPACE_KERNEL)
    assert (await wait_of(database, strong)).reason is WaitReason.SLOT
    await present(
        database, replace(worker, name="b", offer=replace(OFFER, engines=(replace(usual, available=True),)))
    )
    await known.read()
    assert known.standstill is None
    assert (await wait_of(database)).reason is not WaitReason.NO_CAPABILITY


async def test_no_worker_is_alive(database):
    assert await wait_of(database) == Wait(reason=WaitReason.NO_WORKER, detail="no worker is alive", ahead=0)
    await present(database, WORKER, replace(WORKER, name="b", state=WorkerState.STOPPED))
    async with database.system_unit_of_work() as work:
        long_ago = await work.now() - ALIVE_FOR
        await work.workers._connection.execute(
            workers_table.update().values(seen_at=long_ago).where(workers_table.c.name == "a")
        )
    assert (await wait_of(database)).reason is WaitReason.NO_WORKER


@pytest.mark.parametrize(
    ("submission", "offers", "says"),
    [
        (GPU, [{}], "no worker offers label gpu"),
        (GPU, [{}, {"labels": frozenset({"fast"})}], "no worker offers label gpu"),
        (
            Submission(code="x", engine="gvisor"),
            [{"only_engines": frozenset({"runc"})}],
            "no worker offers engine gvisor",
        ),
        (
            Submission(code="x", engine="gvisor"),
            [{"engines": (replace(GVISOR, available=False),)}],
            "no worker offers engine gvisor",
        ),
        (
            Submission(code="x", minimum_isolation=Isolation.VIRTUAL_MACHINE),
            [{"engines": (GVISOR,)}],
            "no worker offers isolation virtual-machine",
        ),
        (HELLO, [{"engines": (GVISOR,), "only_engines": frozenset({"gvisor"})}], "programs that name no engine"),
        (HELLO, [{"labels": frozenset({"gpu"}), "dedicated": True}], "ask for none of its labels (gpu)"),
        (HELLO, [{"runtimes": RUNTIMES[1:]}], "no worker offers runtime python3.11"),
        (
            Submission(code="x", worker_labels=("gpu", "fast")),
            [{"labels": frozenset({"gpu"})}, {"labels": frozenset({"fast"})}],
            "no worker offers all of it: label fast, label gpu",
        ),
    ],
)
async def test_what_nobody_offers_is_named(database, submission, offers, says):
    await present(
        database,
        *(replace(WORKER, name=str(n), offer=replace(OFFER, **offer)) for n, offer in enumerate(offers)),
    )
    wait = await wait_of(database, submission)
    assert wait.reason is WaitReason.NO_CAPABILITY
    assert says in wait.detail


async def test_what_is_too_large_for_every_machine_says_how_large_one_may_be(database):
    await present(database, replace(WORKER, offer=replace(OFFER, memory_bytes=GIB, cpus=1.5)))
    wait = await wait_of(database, Submission(code="x", limits=Limits(memory_bytes=2 * GIB, cpus=2)))
    assert wait.reason is WaitReason.TOO_LARGE
    assert wait.detail == "no worker may promise 2048 MiB and 2 processors: the most is 1024 MiB and 1.5"


@pytest.mark.parametrize("state", [WorkerState.PAUSED, WorkerState.DRAINING])
async def test_a_pause_is_said(database, state):
    await present(
        database, replace(WORKER, state=state), replace(WORKER, name="b", offer=replace(OFFER, cpus=0.1))
    )
    wait = await wait_of(database)
    assert wait.reason is WaitReason.PAUSED
    assert wait.detail.startswith("paused")


async def test_a_tenant_at_its_cap_is_told_so(database):
    await present(database, WORKER)
    await held(database)
    wait = await wait_of(database, caps=Caps(each=1))
    assert (wait.reason, wait.detail) == (WaitReason.TENANT_CAP, "tenant at its cap of 1")


async def test_those_ahead_at_its_priority_are_counted(database):
    await present(database, WORKER)
    await submitted(database, *[HELLO] * 3, *[Submission(code="x", priority=Priority.HIGH)] * 2)
    wait = await wait_of(database)
    assert wait == Wait(reason=WaitReason.BEHIND, detail="3 ahead of it in normal", ahead=3)
    assert (await wait_of(database, GPU)).ahead == 0
    await claimed(database, limit=6)
    last = await wait_of(database)
    assert (last.reason, last.ahead) == (WaitReason.SLOT, 0)


async def test_those_ahead_are_counted_up_to_a_bound(database, monkeypatch):
    monkeypatch.setattr("crucible.database.waits.MOST_COUNTED_AHEAD", 5)
    monkeypatch.setattr("crucible.evaluations.waiting.MOST_COUNTED_AHEAD", 5)
    await present(database, WORKER)
    await submitted(database, *[HELLO] * 9)
    assert (await wait_of(database)).detail == "5 or more ahead of it in normal"
    assert MOST_COUNTED_AHEAD == 1000


async def test_what_was_lost_says_when_it_is_tried_again(database, stream):
    await present(database, WORKER)
    one = await held(database)
    later = Patience(first_seconds=60, chance=lambda _low, high: high)
    await hand_back(database, stream, one, reason="lost", patience=later)
    found = await find.get(database, LOCAL_OWNER, one.evaluation_id)
    assert found.waiting
    assert found.waiting.reason is WaitReason.RETRY
    assert "tried again at" in found.waiting.detail


async def test_what_waits_no_more_and_what_is_anothers_say_nothing(database):
    one = await held(database)
    assert (await find.get(database, LOCAL_OWNER, one.evaluation_id)).waiting is None
    (queued,) = await submitted(database)
    for who, evaluation_id in ((STRANGER, queued), (LOCAL_OWNER, one.evaluation_id)):
        async with database.read(who) as view:
            assert await view.waits.standing(evaluation_id) is None
