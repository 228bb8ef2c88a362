"""Any order of submissions, claims, ends, losses, cancellations and replays by tenants that share two workers.

Sharing does as promised whatever came before: a cancellation frees a turn and costs nobody one, and a replay waits
like any other. The database is the real one, and each claim reads anew what the one before it wrote.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.database.tables import tenants
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.evaluation import Priority, Submission
from crucible.domain.limits import GIB, Limits
from crucible.domain.principal import Principal, Role
from crucible.domain.sandbox import DriverReport
from crucible.domain.sharing import Caps, Shares
from crucible.domain.status import Status
from crucible.evaluations.cancel import cancel
from crucible.evaluations.replay import replay
from crucible.evaluations.requeue import Patience, hand_back
from crucible.evaluations.submit import submit
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream
from tests.database.fixtures import Cluster
from tests.evaluations.steps import OFFER, claimed, finished
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
        self.resources = ExitStack()
        self.folder = Path(self.resources.enter_context(tempfile.TemporaryDirectory()))
        self.loop = self.resources.enter_context(asyncio.Runner())
        self.database: Database = self.loop.run(Database.open(self.url()))
        self.resources.callback(lambda: self.loop.run(self.database.close()))
        self.blobs, self.stream = FileBlobs(self.folder / "blobs"), InProcessEventStream()
        self.shares = {worker: Shares() for worker in OFFERS}
        self.held: list[tuple[str, Claimed]] = []
        self.queued: dict[str, tuple[str, Submission]] = {}
        self.doomed: set[str] = set()
        """Held, and their end was asked for."""
        self.letters: dict[str, tuple[str, Submission]] = {}
        """Given up, and not replayed."""

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
        with self.resources:
            self.loop.run(self.everybody_is_served_in_the_end())

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
        self.queued |= {each.id: (tenant, submission) for each in made.what}

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

    @precondition(lambda self: self.held)
    @rule(
        place=st.integers(0, 9),
        how=st.sampled_from(("finished", "drained", "lost", "lost")),
        attempts=st.sampled_from((1, 3)),
    )
    def end(self, place: int, how: str, attempts: int) -> None:
        _, one = self.held.pop(place % len(self.held))
        whose = one.tenant_id, self._submission(one)
        if how == "finished":
            assert self.loop.run(finished(self.database, self.blobs, self.stream, one))
            self.doomed.discard(one.evaluation_id)
            return
        counted = how == "lost"
        patience = Patience(attempts=attempts, chance=lambda low, _high: low)
        is_queued = self.loop.run(
            hand_back(self.database, self.stream, one, reason=how, patience=patience, counted=counted)
        )
        is_spent = counted and one.infrastructure_attempts + 1 >= attempts
        if one.evaluation_id in self.doomed:
            assert not is_queued
            self.doomed.remove(one.evaluation_id)
        elif is_spent:
            assert not is_queued
            self.letters[one.evaluation_id] = whose
        else:
            assert is_queued
            self.queued[one.evaluation_id] = whose

    @precondition(lambda self: self.queued or self.held)
    @rule(place=st.integers(0, 30))
    def cancel(self, place: int) -> None:
        """End what is queued, and ask for the end of what is held: a place among its tenant's or a cap is free."""
        known = [*self.queued, *(one.evaluation_id for _, one in self.held)]
        one = known[place % len(known)]
        held = {claimed.evaluation_id: claimed.tenant_id for _, claimed in self.held}
        tenant = held.get(one) or self.queued.pop(one)[0]
        told = self.loop.run(cancel(self.database, LocalDoorbell(), self.stream, TENANTS[tenant], one))
        assert (told.status is Status.CANCELLED) == (one not in held)
        if one in held:
            event("cancelled while it runs")
            self.doomed.add(one)

    @precondition(lambda self: self.letters)
    @rule(place=st.integers(0, 9))
    def replay(self, place: int) -> None:
        """What was given up waits again, as its tenant's last: asked for twice, once."""
        one = list(self.letters)[place % len(self.letters)]
        event("replayed")
        tenant, submission = self.letters.pop(one)
        again = [
            self.loop.run(
                replay(
                    self.database,
                    LocalDoorbell(),
                    TENANTS[tenant],
                    [one],
                    runtimes=RUNTIMES,
                    engines=nobody_told,
                )
            )
            for _ in range(2)
        ]
        ((first,), (second,)) = again
        assert first.replayed_as == second.replayed_as
        assert first.replayed_as is not None
        self.queued[first.replayed_as] = (tenant, submission)

    def _submission(self, one: Claimed) -> Submission:
        return Submission(
            code="x",
            priority=self._priority(one),
            limits=one.spec.limits,
            worker_labels=self._labels(one),
        )

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
        for one, (tenant, _) in self.letters.items():
            async with self.database.read(TENANTS[tenant]) as view:
                assert (await view.dead_letters.get(one)).state is DeadLetterState.WAITING


async def nobody_told() -> tuple[DriverReport, ...]:
    return ()


class FairOnPostgres(Fair):
    """The same, on PostgreSQL."""

    def url(self) -> str:
        return self.resources.enter_context(self.cluster.database())


@pytest.fixture(scope="module")
def _databases(migrated_file: Path, postgres: Cluster) -> None:
    Fair.migrated, Fair.cluster = migrated_file, postgres


pytestmark = pytest.mark.timeout(400)
TestFair = pytest.mark.usefixtures("_databases")(Fair.TestCase)
TestFairOnPostgres = pytest.mark.usefixtures("_databases")(FairOnPostgres.TestCase)
TestFair.settings = TestFairOnPostgres.settings = settings(
    max_examples=15,
    stateful_step_count=35,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
