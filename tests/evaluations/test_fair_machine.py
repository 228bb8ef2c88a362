"""Any order of submissions, claims, ends and losses by tenants that share two workers: sharing does as promised.

The database is the real one, and each claim reads anew what the one before it wrote.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.database.tables import tenants
from crucible.domain.evaluation import Priority, Submission
from crucible.domain.limits import GIB, Limits
from crucible.domain.principal import Principal, Role
from crucible.domain.sandbox import DriverReport
from crucible.domain.sharing import Caps, Shares
from crucible.evaluations.requeue import hand_back
from crucible.evaluations.submit import submit
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream
from tests.database.fixtures import Cluster
from tests.evaluations.steps import OFFER, claimed, finished
from tests.evaluations.test_reap import AT_ONCE
from tests.fake_executor import RUNTIMES

TENANTS = {name: Principal(tenant_id=name, subject=name, role=Role.OWNER) for name in ("tn_a", "tn_b", "tn_c")}
CAPS = Caps(each=4, tenants={"tn_c": 2})
MEMORY, SLOTS = 3 * GIB, 4
OFFERS = {
    "plain": replace(OFFER, memory_bytes=MEMORY, cpus=8.0),
    "gpu": replace(OFFER, memory_bytes=MEMORY, cpus=8.0, labels=frozenset({"gpu"})),
}


class Fair(RuleBasedStateMachine):
    """What tenants and workers may do, in any order."""

    migrated: Path
    cluster: Cluster

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.resources = ExitStack()
        self.loop = self.resources.enter_context(asyncio.Runner())
        self.database: Database = self.loop.run(Database.open(self.url()))
        self.blobs, self.stream = FileBlobs(self.folder / "blobs"), InProcessEventStream()
        self.shares = {worker: Shares() for worker in OFFERS}
        self.held: list[tuple[str, Claimed]] = []
        self.queued: dict[str, tuple[str, Submission]] = {}

    def url(self) -> str:
        return f"sqlite+aiosqlite:///{shutil.copy(self.migrated, self.folder)}"

    @initialize()
    def tenants(self) -> None:
        self.loop.run(self._add_tenants())

    async def _add_tenants(self) -> None:
        async with self.database.system_unit_of_work() as work:
            at = await work.now()
            rows = [{"id": name, "name": name, "created_at": at} for name in TENANTS]
            await work.lines._connection.execute(tenants.insert(), rows)

    def teardown(self) -> None:
        self.loop.run(self.everybody_is_served_in_the_end())
        self.loop.run(self.database.close())
        self.resources.close()
        shutil.rmtree(self.folder)

    @rule(
        tenant=st.sampled_from(sorted(TENANTS)),
        count=st.integers(1, 6),
        priority=st.sampled_from(list(Priority)),
        memory=st.sampled_from((GIB // 2, 2 * GIB)),
        labels=st.sampled_from(((), ("gpu",))),
    )
    def submit(self, tenant: str, count: int, priority: Priority, memory: int, labels: tuple[str, ...]) -> None:
        submission = Submission(
            code="x", priority=priority, limits=Limits(memory_bytes=memory), worker_labels=labels
        )
        made = self.loop.run(
            submit(
                self.database,
                LocalDoorbell(),
                TENANTS[tenant],
                [submission] * count,
                runtimes=RUNTIMES,
                engines=nobody_told,
            )
        )
        self.queued |= {each.id: (tenant, submission) for each in made.evaluations}

    @rule(worker=st.sampled_from(sorted(OFFERS)), limit=st.integers(1, SLOTS))
    def claim(self, worker: str, limit: int) -> None:
        free = min(limit, SLOTS - len(self._of(worker)))
        if free:
            self._take(worker, free)

    def _take(self, worker: str, limit: int) -> int:
        running, waiting = self._running(), dict(self.queued)
        found = self.loop.run(
            claimed(
                self.database,
                worker=worker,
                limit=limit,
                offer=OFFERS[worker],
                shares=self.shares[worker],
                caps=CAPS,
                promised_memory=sum(one.spec.limits.memory_bytes for one in self._of(worker)),
            )
        )
        for one in found:
            tenant, submission = self.queued.pop(one.evaluation_id)
            assert tenant == one.tenant_id
            assert "gpu" not in submission.worker_labels or worker == "gpu"
            self.held.append((worker, one))
        if limit == 1 and found:
            self._was_its_turn(found[0], running, waiting)
        return len(found)

    def _was_its_turn(self, one: Claimed, running: Counter, waiting: dict[str, tuple[str, Submission]]) -> None:
        """Nobody whom the worker could have served as well had fewer running at that priority."""
        tenant, taken = waiting[one.evaluation_id]
        alike = {
            who
            for who, submission in waiting.values()
            if (submission.priority, submission.worker_labels) == (taken.priority, ())
            and submission.limits.memory_bytes <= taken.limits.memory_bytes
            and sum(count for (other, _), count in running.items() if other == who) < (CAPS.of(who) or 0)
            and not any(  # the first of a line that has no room holds up those behind it
                submission.limits.memory_bytes > taken.limits.memory_bytes
                for other, submission in waiting.values()
                if other == who
            )
        }
        assert all(running[tenant, taken.priority] <= running[who, taken.priority] for who in alike)

    @rule(place=st.integers(0, 9), lost=st.booleans())
    def end(self, place: int, lost: bool) -> None:
        if not self.held:
            return
        _, one = self.held.pop(place % len(self.held))
        if lost:
            tenant, submission = (
                one.tenant_id,
                Submission(
                    code="x",
                    priority=self._priority(one),
                    limits=one.spec.limits,
                    worker_labels=self._labels(one),
                ),
            )
            self.loop.run(
                hand_back(self.database, self.stream, one, reason="drained", patience=AT_ONCE, counted=False)
            )
            self.queued[one.evaluation_id] = (tenant, submission)
        else:
            assert self.loop.run(finished(self.database, self.blobs, self.stream, one))

    def _priority(self, one: Claimed) -> Priority:
        return self.loop.run(self._get(one)).priority

    def _labels(self, one: Claimed) -> tuple[str, ...]:
        return self.loop.run(self._get(one)).worker_labels

    async def _get(self, one: Claimed):
        async with self.database.read(TENANTS[one.tenant_id]) as view:
            return await view.evaluations.get(one.evaluation_id)

    @invariant()
    def nobody_runs_more_than_its_cap(self) -> None:
        counts = Counter(one.tenant_id for _, one in self.held)
        assert all(number <= (CAPS.of(tenant) or 0) for tenant, number in counts.items())

    @invariant()
    def no_worker_promises_more_than_it_has(self) -> None:
        for worker in OFFERS:
            held = self._of(worker)
            assert len(held) <= SLOTS
            assert sum(one.spec.limits.memory_bytes for one in held) <= MEMORY

    def _of(self, worker: str) -> list[Claimed]:
        return [one for name, one in self.held if name == worker]

    def _running(self) -> Counter:
        return Counter((one.tenant_id, self._priority(one)) for _, one in self.held)

    async def everybody_is_served_in_the_end(self) -> None:
        for _, one in self.held:
            assert await finished(self.database, self.blobs, self.stream, one)
        left = set(self.queued)
        while left:
            some = await claimed(self.database, worker="gpu", limit=3, offer=OFFERS["gpu"], caps=CAPS)
            assert some
            for one in some:
                assert await finished(self.database, self.blobs, self.stream, one)
            left -= {one.evaluation_id for one in some}


async def nobody_told() -> tuple[DriverReport, ...]:
    return ()


class FairOnPostgres(Fair):
    """The same, on PostgreSQL."""

    def url(self) -> str:
        return self.resources.enter_context(self.cluster.database())


@pytest.fixture(scope="module")
def _databases(migrated_file: Path, postgres: Cluster) -> None:
    Fair.migrated, Fair.cluster = migrated_file, postgres


TestFair = pytest.mark.usefixtures("_databases")(Fair.TestCase)
TestFairOnPostgres = pytest.mark.usefixtures("_databases")(FairOnPostgres.TestCase)
TestFair.settings = TestFairOnPostgres.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
