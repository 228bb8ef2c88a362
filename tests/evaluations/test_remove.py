"""What was deleted is removed when its time is over: with all that it had, once, and while others work."""

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crucible.batches.settle import count_ended
from crucible.blobs.file import FileBlobs, nothing_removed
from crucible.blobs.store import prefix_of, prefix_of_all
from crucible.database import tables
from crucible.database.database import Database
from crucible.database.migrate import synchronous
from crucible.domain.errors import ConflictError, NotFoundError, StorageUnavailableError
from crucible.domain.evaluation import INLINE_OUTPUT_BYTES, Submission
from crucible.domain.limits import Limits
from crucible.domain.measure import Count, Measures
from crucible.domain.pipeline import StageStatus
from crucible.domain.principal import LOCAL_OWNER, LOCAL_TENANT
from crucible.domain.retention import Removed, Retention
from crucible.domain.session import EndReason
from crucible.domain.status import Lifecycle, Status
from crucible.evaluations import submit
from crucible.evaluations.cancel import cancel
from crucible.evaluations.delete import delete, restore
from crucible.evaluations.follow import follow
from crucible.evaluations.reap import reap
from crucible.evaluations.remove import collect_orphans, delete_old, keep_removing, remove
from crucible.evaluations.requeue import Patience
from crucible.queue.local import LocalDoorbell
from tests.batches import steps as batches
from tests.evaluations.steps import finished, get, held, submitted
from tests.fake_executor import RUNTIMES, STARTED, SUCCEEDED, known_engines, stdout
from tests.pipelines import steps as pipelines
from tests.waiting import said, until

AT_ONCE = Retention(deleted=timedelta())
A_DAY = timedelta(days=1)
LARGE = Submission(code="x", labels={"study": "a"}, limits=Limits(output_bytes=1 << 20))
OUT = INLINE_OUTPUT_BYTES + 1
OF_AN_EVALUATION = (
    "evaluations",
    "evaluation_inputs",
    "evaluation_labels",
    "evaluation_outputs",
    "events",
    "dead_letters",
    "blob_removals",
)


@pytest.fixture
def counted(database_url):
    """Provide how many rows each table has that an evaluation has rows in."""
    engine = sa.create_engine(synchronous(database_url))

    def counts() -> dict[str, int]:
        with engine.connect() as connection:
            return {
                name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
                for name in OF_AN_EVALUATION
            }

    yield counts
    engine.dispose()


@pytest.fixture
def change(database_url):
    """Provide a way of writing to tables what time would."""
    engine = sa.create_engine(synchronous(database_url))

    def change(statement: sa.Executable) -> None:
        with engine.begin() as connection:
            connection.execute(statement)

    yield change
    engine.dispose()


async def ended(database, blobs, stream, *events, submission: Submission = LARGE) -> str:
    one = await held(database, submission)
    assert await finished(database, blobs, stream, one, STARTED, *(events or (stdout(b"o" * OUT),)), SUCCEEDED)
    return one.evaluation_id


async def removed(database, blobs, retention: Retention = AT_ONCE) -> dict[str, int]:
    found = Removed()
    await remove(database, blobs, retention, found)
    return found.told()


def files(blobs: FileBlobs) -> list[Path]:
    return [path for path in blobs._root.rglob("*") if path.is_file()]


async def audited(database, action: str) -> list[tuple[str, int]]:
    of = tables.audit_entries.c
    async with database.system_unit_of_work() as work:
        rows = await work.retention._connection.execute(
            sa.select(of.subject, of.count).where(of.action == action, of.count.is_not(None))
        )
        return [tuple(row) for row in rows]


async def test_what_is_removed_leaves_no_row_and_no_blob_and_one_line_in_the_audit(
    database, blobs, stream, counted
):
    nothing = counted()
    gone = [await ended(database, blobs, stream) for _ in range(30)]
    stays = await ended(database, blobs, stream)
    for each in gone:
        await delete(database, LOCAL_OWNER, each)
    assert await removed(database, blobs, Retention(deleted=A_DAY)) == {}, "its time is not over"
    assert len(files(blobs)) == 31
    measures = Measures()
    found = Removed()
    await remove(database, blobs, AT_ONCE, found, measures)
    assert (found.told(), measures.counts[Count.REMOVED]) == ({"evaluations": 30}, 30)
    assert await audited(database, "remove") == [("retention", 30)]
    assert [path.parent.parent.name for path in files(blobs)] == [stays]
    with pytest.raises(NotFoundError):
        await restore(database, LOCAL_OWNER, gone[0])
    await delete(database, LOCAL_OWNER, stays)
    await removed(database, blobs)
    assert counted() == nothing
    assert files(blobs) == []


async def test_what_was_restored_stays_and_what_is_deleted_again_has_its_time_anew(
    database, blobs, stream, change
):
    one = await ended(database, blobs, stream)
    await delete(database, LOCAL_OWNER, one)
    change(sa.text("UPDATE evaluations SET deleted_at = '2026-01-01 00:00:00.000000'"))
    await restore(database, LOCAL_OWNER, one)
    assert await removed(database, blobs, Retention(deleted=A_DAY)) == {}
    await delete(database, LOCAL_OWNER, one)
    assert await removed(database, blobs, Retention(deleted=A_DAY)) == {}
    assert (await restore(database, LOCAL_OWNER, one)).stdout_bytes == OUT


async def test_nothing_is_removed_where_all_is_kept_for_good(database, blobs, stream):
    one = await ended(database, blobs, stream)
    await delete(database, LOCAL_OWNER, one)
    assert await removed(database, blobs, Retention()) == {}
    assert (await restore(database, LOCAL_OWNER, one)).id == one


@pytest.mark.timeout(240)
async def test_two_at_once_remove_each_once(database, database_url, blobs, stream):
    for _ in range(60):
        await delete(database, LOCAL_OWNER, await ended(database, blobs, stream))
    other = await Database.open(database_url)
    found = Removed(), Removed()
    others = FileBlobs(blobs._root.with_name("elsewhere"))  # with a lock of its own: only the rows keep them apart
    await asyncio.gather(remove(database, blobs, AT_ONCE, found[0]), remove(other, others, AT_ONCE, found[1]))
    await other.close()
    assert sum(each.evaluations for each in found) == 60
    assert sum(count for _, count in await audited(database, "remove")) == 60


async def test_what_is_being_restored_meanwhile_is_not_removed(database, database_kind, blobs, stream):
    one, other = [await ended(database, blobs, stream) for _ in range(2)]
    for each in (one, other):
        await delete(database, LOCAL_OWNER, each)
    async with database.unit_of_work(LOCAL_OWNER) as work:
        await work.evaluations.get(one, deleted=True)
        if database_kind == "postgresql":  # whose writers don't wait for each other
            assert await removed(database, blobs) == {"evaluations": 1}
        await work.evaluations.set_lifecycle(one, Lifecycle.ACTIVE, await work.now())
    await removed(database, blobs)
    assert (await get(database, one)).id == one
    with pytest.raises(NotFoundError):
        await restore(database, LOCAL_OWNER, other)


async def test_a_backup_holds_removal_up_and_finds_each_blob(database, blobs, stream):
    one = await ended(database, blobs, stream)
    await delete(database, LOCAL_OWNER, one)
    with nothing_removed(blobs._root):
        assert await removed(database, blobs) == {}
        (blobs._root / "evaluations" / "ev_00000000000000000000000000" / "1").mkdir(parents=True)
        assert await collect_orphans(database, blobs, knows_all=True) == 0
    assert len(files(blobs)) == 1
    assert await removed(database, blobs) == {"evaluations": 1}
    assert files(blobs) == []


async def test_a_stage_of_a_whole_that_goes_on_stays(database, blobs, stream, change):
    one = await ended(database, blobs, stream)
    await delete(database, LOCAL_OWNER, one)
    for column, table in (("pipeline_id", "pipelines"), ("batch_id", "batches")):
        change(whole(table))
        change(tables.evaluations.update().values({column: f"{column}_1", "stage": "s", "batch_position": 0}))
        assert await removed(database, blobs) == {}
        change(tables.evaluations.update().values({column: None}))
    assert await removed(database, blobs) == {"evaluations": 1}


def whole(table: str) -> sa.Executable:
    facts = {"tenant_id": LOCAL_TENANT, "labels": {}, "created_by": "x", "created_at": datetime.now(UTC)}
    if table == "pipelines":
        return tables.pipelines.insert().values(id="pipeline_id_1", state="running", **facts)
    return tables.batches.insert().values(id="batch_id_1", received=1, retried=0, **facts)


async def test_what_ended_long_ago_is_deleted_and_what_is_archived_or_young_or_waits_is_not(
    database, blobs, stream, change
):
    old, archived, young = [await ended(database, blobs, stream, submission=LARGE) for _ in range(3)]
    (waiting,) = await submitted(database)
    lost = await held(database, LARGE, lease=0)
    await reap(database, blobs, stream, patience=Patience(attempts=1))
    long_ago = {"queued_at": sa.text("'2026-01-01 00:00:00.000000'")}
    of = tables.evaluations
    for each in (old, archived, lost.evaluation_id):
        change(of.update().where(of.c.id == each).values(finished_at=long_ago["queued_at"], **long_ago))
    change(of.update().where(of.c.id == waiting).values(**long_ago))
    change(of.update().where(of.c.id == archived).values(lifecycle="archived"))
    assert await delete_old(database, A_DAY) == 1
    for each in (archived, young, waiting, lost.evaluation_id):
        assert (await get(database, each)).id == each
    assert (await restore(database, LOCAL_OWNER, old)).id == old
    assert await audited(database, "delete") == [("retention", 1)]


async def test_what_is_old_is_found_behind_many_that_stay(database, blobs, stream, change, monkeypatch):
    monkeypatch.setattr("crucible.evaluations.remove._ROWS_AT_ONCE", 2)
    found = [await ended(database, blobs, stream) for _ in range(7)]
    of = tables.evaluations
    moment = sa.text("'2026-01-01 00:00:00.000000'")
    change(of.update().values(queued_at=moment, finished_at=moment))
    change(of.update().where(of.c.id.in_(found[:5])).values(lifecycle="archived"))
    assert await delete_old(database, A_DAY) == 2


async def test_wholes_keep_their_counts_without_their_parts_and_go_when_nothing_of_them_is_left(
    database, blobs, stream, change
):
    batch = await batches.made(database, batches.programs(2))
    await batches.all_ended(database, blobs, stream)
    await count_ended(database)
    pipeline = await pipelines.made(database, pipelines.stage("a"), pipelines.stage("b", "a"))
    hand = pipelines.Hand(database, blobs, stream)
    for name in ("a", "b"):
        await hand.take()
        await hand.end(name)
    of = tables.evaluations.c
    change(session_that_ended())
    change(schedule_of("sc_1"))
    change(firing_of("sc_1", of.id))
    kept = Retention(deleted=timedelta(), ended=timedelta())
    assert await removed(database, blobs, kept) == {"sessions": 1, "firings": 1}, "the others' parts are there"
    assert await delete_old(database, timedelta()) == 4
    assert await removed(database, blobs) == {"evaluations": 4}
    assert (await batches.get(database, batch.id)).statuses == {Status.COMPLETED: 2}
    shown = await pipelines.get(database, pipeline)
    assert [stage.status for stage in shown.stages] == [StageStatus.COMPLETED] * 2
    assert await removed(database, blobs, kept) == {"batches": 1, "pipelines": 1}
    with pytest.raises(NotFoundError):
        await batches.get(database, batch.id)
    with pytest.raises(NotFoundError):
        await pipelines.get(database, pipeline)


def session_that_ended() -> sa.Executable:
    at = datetime.now(UTC)
    return tables.sessions.insert().values(
        id="se_1",
        tenant_id=LOCAL_TENANT,
        owner="x",
        state="ended",
        reason=EndReason.DESTROYED,
        executor="x",
        minimum_isolation="shared-kernel",
        limits={},
        **dict.fromkeys(("created_at", "expires_at", "ended_at"), at),
    )


def schedule_of(schedule_id: str) -> sa.Executable:
    words = dict.fromkeys(("name", "cron", "time_zone", "created_by"), "x")
    at = dict.fromkeys(("created_at", "decided_until"), datetime.now(UTC))
    return tables.schedules.insert().values(id=schedule_id, tenant_id=LOCAL_TENANT, missed="once", **words, **at)


def firing_of(schedule_id: str, evaluation_id: sa.ColumnElement[str]) -> sa.Executable:
    at = datetime.now(UTC)
    some = sa.select(evaluation_id).limit(1).scalar_subquery()
    return tables.schedule_firings.insert().values(
        schedule_id=schedule_id, tenant_id=LOCAL_TENANT, fire_at=at, decided_at=at, evaluation_id=some
    )


async def test_a_request_that_is_repeated_is_not_answered_with_less_than_it_made(database, blobs, stream):
    async def asked():
        made = await submit.submit(
            database,
            LocalDoorbell(),
            LOCAL_OWNER,
            [LARGE] * 2,
            runtimes=RUNTIMES,
            engines=known_engines,
            idempotency_key="k",
        )
        return [each.id for each in made.what]

    first, second = await asked()
    assert await asked() == [first, second]
    await cancel(database, LocalDoorbell(), stream, LOCAL_OWNER, first)
    await delete(database, LOCAL_OWNER, first)
    assert await removed(database, blobs) == {"evaluations": 1}
    with pytest.raises(ConflictError, match="1 of the 2 evaluations"):
        await asked()


async def test_keys_notifications_and_audit_are_forgotten_when_their_time_is_over(database, blobs, change):
    await submit.submit(
        database,
        LocalDoorbell(),
        LOCAL_OWNER,
        [LARGE],
        runtimes=RUNTIMES,
        engines=known_engines,
        idempotency_key="k",
    )
    kept = Retention(audit=A_DAY)
    assert await removed(database, blobs, kept) == {}
    change(sa.text("UPDATE idempotency_keys SET created_at = '2026-01-01 00:00:00.000000'"))
    change(sa.text("UPDATE audit_entries SET at = '2026-01-01 00:00:00.000000'"))
    assert await removed(database, blobs) == {"keys": 1}
    assert await removed(database, blobs, kept) == {"audit_entries": 1}


async def test_who_reads_what_is_removed_meanwhile_asks_again_and_is_told(database, blobs, stream):
    one = await ended(database, blobs, stream)
    following = follow(database, blobs, stream, LOCAL_OWNER, one)
    assert (await anext(following)).kind == "queued"
    await delete(database, LOCAL_OWNER, one)
    await removed(database, blobs)
    with pytest.raises(StorageUnavailableError):  # so that it asks again
        _ = [event async for event in following]
    with pytest.raises(NotFoundError, match="or it was deleted and is removed"):
        await anext(follow(database, blobs, stream, LOCAL_OWNER, one))


async def test_blobs_that_no_row_will_name_are_collected_and_no_others(database, blobs, stream):
    named = await ended(database, blobs, stream)
    lost = await held(database, LARGE, lease=0)
    running = await held(database, LARGE)
    for one in (lost, running):
        await blobs.put(f"{prefix_of(one.evaluation_id, one.fence)}/stdout", b"x")
    await reap(database, blobs, stream, patience=Patience())
    await blobs.put(f"{prefix_of(lost.evaluation_id, lost.fence)}/stdout", b"who reaped it was killed")
    await blobs.put("evaluations/ev_00000000000000000000000000/1/stdout", b"a stranger's")
    (blobs._root / "evaluations" / "somebody's").mkdir()
    assert await collect_orphans(database, blobs, knows_all=False) == 1
    left = {named, running.evaluation_id, "ev_00000000000000000000000000"}
    assert {path.parent.parent.name for path in files(blobs)} == left
    assert await collect_orphans(database, blobs, knows_all=True) == 1
    assert {path.parent.parent.name for path in files(blobs)} == left - {"ev_00000000000000000000000000"}
    assert (blobs._root / "evaluations" / "somebody's").is_dir()


async def test_the_blobs_of_a_database_that_was_put_aside_are_no_orphans(database, blobs):
    await blobs.put("evaluations/ev_00000000000000000000000000/1/stdout", b"evidence")
    assert await collect_orphans(database, blobs, knows_all=True) == 0
    assert len(files(blobs)) == 1


REMOVES = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.domain.retention import Removed, Retention
from crucible.evaluations import remove

async def main():
    database = await Database.open(sys.argv[1])
    blobs = FileBlobs(Path(sys.argv[2]))
    delete_all = blobs.delete_all
    left = int(sys.argv[3])
    async def dies(prefix):
        global left
        left -= 1
        if left < 0:
            import os, signal
            os.kill(os.getpid(), signal.SIGKILL)
        await delete_all(prefix)
    blobs.delete_all = dies
    await remove.remove(database, blobs, Retention(deleted=timedelta()), Removed())
left = int(sys.argv[3])
asyncio.run(main())
"""


@pytest.mark.timeout(240)
async def test_whoever_is_killed_in_between_leaves_no_orphan_and_names_no_blob_that_is_gone(
    database, database_url, blobs, stream
):
    for _ in range(15):
        await delete(database, LOCAL_OWNER, await ended(database, blobs, stream))
    for blobs_removed in (0, 4):
        words = [sys.executable, "-c", REMOVES, database_url, str(blobs._root), str(blobs_removed)]
        done = await asyncio.to_thread(subprocess.run, words, check=False)
        assert done.returncode == -signal.SIGKILL
    of = tables.evaluation_outputs.c
    async with database.system_unit_of_work() as work:
        rows = await work.retention._connection.execute(sa.select(of.stdout_blob))
        named = set(rows.scalars())
    assert named <= {str(path.relative_to(blobs._root)) for path in files(blobs)}
    await removed(database, blobs)
    assert files(blobs) == []
    assert sum(number for _, number in await audited(database, "remove")) == 15


async def test_rounds_go_on_by_themselves_and_survive_a_disk_that_does_not_answer(database, blobs, stream):
    one = await ended(database, blobs, stream)
    await delete(database, LOCAL_OWNER, one)
    (blobs._root.parent / "removal.lock").mkdir()
    going = asyncio.create_task(
        keep_removing(database, blobs, AT_ONCE, Measures(), knows_all_blobs=True, interval_seconds=0.02)
    )
    async with said("not_removed"):
        pass
    (blobs._root.parent / "removal.lock").rmdir()

    async def is_gone() -> bool:
        return not (blobs._root / prefix_of_all(one)).exists()

    await until(is_gone)
    going.cancel()
