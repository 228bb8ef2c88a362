"""Any order of submissions, claims, pauses, cancellations and losses, held against the transition table.

Two workers race for one queue. Each may sleep past its lease and come back with a result that is void by then.
Whatever happens, a status moves only as the table says, and what was acknowledged gets exactly one final result,
which never changes again.
"""

import asyncio
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.domain.errors import ConflictError, ExecutorUnavailableError, NotFoundError
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFinished
from crucible.domain.status import TRANSITIONS, Status
from crucible.evaluations.cancel import cancel
from crucible.evaluations.heartbeat import heartbeat
from crucible.evaluations.reap import end_unrunnable, reap
from crucible.evaluations.replay import replay
from crucible.evaluations.requeue import hand_back
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream
from tests.database.fixtures import Cluster
from tests.evaluations.steps import HELLO, claimed, finished, get, history, submitted
from tests.evaluations.test_reap import AT_ONCE
from tests.fake_executor import RUNTIMES, STARTED, known_engines, stdout

FORGOTTEN, LONG = 0.0, 3600.0
WORKERS = st.sampled_from("AB")
LEASES = st.sampled_from((FORGOTTEN, LONG))
REAL_ENDS = sorted(set(Outcome) - {Outcome.CANCELLED})


class Lifecycle(RuleBasedStateMachine):
    """What may happen to evaluations, in any order."""

    migrated: Path
    cluster: Cluster

    queue = Bundle("queue")
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.resources = ExitStack()
        self.folder = Path(self.resources.enter_context(tempfile.TemporaryDirectory()))
        self.loop = self.resources.enter_context(asyncio.Runner())
        self.database: Database = self.loop.run(Database.open(self.url()))
        self.resources.callback(lambda: self.loop.run(self.database.close()))
        self.blobs = FileBlobs(self.folder / "blobs")
        self.stream = InProcessEventStream()
        self.statuses: dict[str, Status] = {}
        self.finals: dict[str, object] = {}
        self.results: dict[str, int] = {}

    def url(self) -> str:
        return f"sqlite+aiosqlite:///{shutil.copy(self.migrated, self.folder)}"

    def teardown(self) -> None:
        with self.resources:
            self.loop.run(self.every_acknowledged_one_ends())

    @rule(target=queue, count=st.integers(1, 3))
    def submit(self, count: int):
        made = self.loop.run(submitted(self.database, *[HELLO] * count))
        self.statuses |= dict.fromkeys(made, Status.QUEUED)
        return multiple(*made)

    @rule(
        target=held,
        worker=WORKERS,
        limit=st.integers(1, 3),
        lease=LEASES,
    )
    def claim(self, worker: str, limit: int, lease: float):
        return multiple(*self.loop.run(claimed(self.database, limit=limit, worker=worker, lease=lease)))

    @rule(one=held)
    def beat(self, one: Claimed) -> None:
        hold = (one.evaluation_id, one.fence)
        answer = self.loop.run(heartbeat(self.database, [hold], lease_seconds=LONG))
        evaluation = self.loop.run(get(self.database, one.evaluation_id))
        if hold in answer:
            assert evaluation.status is Status.RUNNING
            assert (answer[hold] is not None) == evaluation.cancel_requested

    @rule(one=held, outcome=st.sampled_from(REAL_ENDS), output=st.sampled_from((b"a", b"b" * 70_000)))
    def finish(self, one: Claimed, outcome: Outcome, output: bytes) -> None:
        before = self.statuses[one.evaluation_id]
        end = SandboxFinished(outcome=outcome)
        won = self.loop.run(finished(self.database, self.blobs, self.stream, one, STARTED, stdout(output), end))
        evaluation = self.loop.run(get(self.database, one.evaluation_id))
        if won and not before.is_final:
            self.results[one.evaluation_id] = self.results.get(one.evaluation_id, 0) + 1
            assert evaluation.outcome is outcome
            assert evaluation.stdout_bytes == len(output)
        if won:
            assert evaluation.status.is_final

    @rule(one=consumes(held), counted=st.booleans())
    def give_back(self, one: Claimed, counted: bool) -> None:
        reason = ExecutorUnavailableError("the executor went away").detail
        self.loop.run(hand_back(self.database, self.stream, one, reason=reason, patience=AT_ONCE, counted=counted))

    @rule(one=queue)
    def cancel(self, one: str) -> None:
        before = self.statuses[one]
        try:
            evaluation = self.loop.run(cancel(self.database, LocalDoorbell(), self.stream, LOCAL_OWNER, one))
        except ConflictError:
            assert before.is_final
            return
        assert evaluation.status is Status.CANCELLED or evaluation.cancel_requested

    @rule(everything=st.booleans())
    def reap(self, everything: bool) -> None:
        self.loop.run(reap(self.database, self.blobs, self.stream, patience=AT_ONCE, everything=everything))

    @rule()
    def lose_a_runtime(self) -> None:
        self.loop.run(end_unrunnable(self.database, self.stream, ["bash"]))

    @rule(target=queue, one=queue)
    def replay(self, one: str):
        """Ask to replay it, dead letter or not: twice, and only what was given up runs again, once."""
        known = set(self.statuses)
        made = set()
        for _ in range(2):
            try:
                (letter,) = self.loop.run(
                    replay(
                        self.database,
                        LocalDoorbell(),
                        LOCAL_OWNER,
                        [one],
                        runtimes=RUNTIMES,
                        engines=known_engines,
                    )
                )
            except NotFoundError:
                final = self.finals.get(one)
                given_up = final is not None and final.outcome is Outcome.SANDBOX_ERROR
                assert not given_up or one in self.results  # a sandbox's own error is a result
                return multiple()
            made.add(letter.replayed_as)
        (again,) = made
        if again in known:
            return multiple()
        self.statuses[again] = Status.QUEUED
        return again

    @invariant()
    def statuses_move_only_as_the_table_says(self) -> None:
        for one, before in self.statuses.items():
            evaluation = self.loop.run(get(self.database, one))
            after = evaluation.status
            assert after is before or reachable(before, after), f"{before} to {after}"
            assert (evaluation.outcome is not None) == after.is_final
            assert self.finals.setdefault(one, evaluation) == evaluation if after.is_final else True
            self.statuses[one] = after

    @invariant()
    def there_is_at_most_one_result(self) -> None:
        assert all(count == 1 for count in self.results.values())

    async def every_acknowledged_one_ends(self) -> None:
        """Nothing more goes wrong: then each ends, with one last event and one result."""
        await reap(self.database, self.blobs, self.stream, patience=AT_ONCE, everything=True)
        while waiting := await claimed(self.database, limit=100):
            for one in waiting:
                assert await finished(self.database, self.blobs, self.stream, one)
        for one in self.statuses:
            assert (await get(self.database, one)).status.is_final
            events = await history(self.database, one)
            positions = [position for _, position in events]
            assert positions == sorted(set(positions))
            assert [kind for kind, _ in events].count("finished") == 1
            assert events[-1][0] == "finished"


def reachable(before: Status, after: Status) -> bool:
    """Whether moves of the table lead there: one rule may make two of them."""
    return after in TRANSITIONS[before] or any(after in TRANSITIONS[between] for between in TRANSITIONS[before])


class LifecycleOnPostgres(Lifecycle):
    """The same, where each transaction has a connection of its own."""

    def url(self) -> str:
        return self.resources.enter_context(self.cluster.database())


@pytest.fixture(scope="module")
def _databases(migrated_file: Path, postgres: Cluster) -> None:
    Lifecycle.migrated, Lifecycle.cluster = migrated_file, postgres


pytestmark = pytest.mark.timeout(400)
TestLifecycle = pytest.mark.usefixtures("_databases")(Lifecycle.TestCase)
TestLifecycleOnPostgres = pytest.mark.usefixtures("_databases")(LifecycleOnPostgres.TestCase)
TestLifecycle.settings = TestLifecycleOnPostgres.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
