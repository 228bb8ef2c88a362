"""How much is stored: what the blobs' folder and the database say themselves."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from crucible.database.migrate import configuration, migrate, synchronous
from crucible.database.tables import evaluation_outputs
from crucible.domain.evaluation import INLINE_OUTPUT_BYTES, Submission
from crucible.domain.limits import Limits
from crucible.domain.principal import LOCAL_OWNER, Principal, Role
from crucible.domain.retention import Retention
from crucible.domain.sandbox import SandboxFile
from crucible.domain.storage import BlobCount, BlobKind
from crucible.evaluations.delete import delete, restore
from crucible.operations.storage import storage
from tests.evaluations.steps import finished, get, held
from tests.fake_executor import STARTED, SUCCEEDED, stderr, stdout

LARGE = Submission(code="x", limits=Limits(output_bytes=1 << 20))
STRANGER = Principal(tenant_id="tn_other", subject="stranger", role=Role.OWNER)
OUT, ERR, FILES = INLINE_OUTPUT_BYTES + 1, INLINE_OUTPUT_BYTES + 20, INLINE_OUTPUT_BYTES + 300


async def ended(database, blobs, stream, *events) -> str:
    one = await held(database, LARGE)
    assert await finished(database, blobs, stream, one, STARTED, *events, SUCCEEDED)
    return one.evaluation_id


async def test_nothing_is_nothing(database):
    found = await storage(database, LOCAL_OWNER)
    assert (found.blobs.count, found.blobs.bytes) == (0, 0)
    assert (found.deleted.count, found.deleted.oldest, found.retention_seconds) == (0, None, None)
    assert found.database.bytes > 0


async def test_blobs_are_counted_by_kind_and_what_is_small_is_none(database, blobs, stream):
    await ended(database, blobs, stream, stdout(b"small"), SandboxFile(path="a", data=b"small"))
    await ended(database, blobs, stream, stdout(b"o" * OUT))
    files = [SandboxFile(path="a", data=b"f" * (FILES - 3)), SandboxFile(path="b", data=b"abc")]
    await ended(database, blobs, stream, stdout(b"o" * OUT), stderr(b"e" * ERR), *files)
    found = await storage(database, LOCAL_OWNER)
    assert found.blobs.kinds == {
        BlobKind.STDOUT: BlobCount(count=2, bytes=2 * OUT),
        BlobKind.STDERR: BlobCount(count=1, bytes=ERR),
        BlobKind.FILES: BlobCount(count=1, bytes=FILES),
    }
    on_disk = [path.stat().st_size for path in blobs._root.rglob("*") if path.is_file()]
    assert (found.blobs.count, found.blobs.bytes) == (len(on_disk), sum(on_disk))


async def test_what_is_deleted_can_be_counted_until_it_is_restored(database, blobs, stream):
    first, second = [await ended(database, blobs, stream, stdout(b"o" * OUT)) for _ in range(2)]
    queued = (await get(database, first)).timing.queued
    for each in (second, first):
        await delete(database, LOCAL_OWNER, each)
    found = await storage(database, LOCAL_OWNER)
    assert (found.deleted.count, found.deleted.oldest) == (2, queued)
    assert found.blobs.count == 2, "they can be restored with all that they had"
    for each in (first, second):
        await restore(database, LOCAL_OWNER, each)
    assert (await storage(database, LOCAL_OWNER)).deleted.count == 0


async def test_a_plan_says_what_would_go_and_nothing_does(database, blobs, stream):
    first, second, third = [await ended(database, blobs, stream, stdout(b"o" * OUT)) for _ in range(3)]
    for each in (first, second):
        await delete(database, LOCAL_OWNER, each)
    a_day, at_once = timedelta(days=1), timedelta()
    found = await storage(database, LOCAL_OWNER, Retention(deleted=a_day), plan=Retention(deleted=a_day))
    assert found.plan is not None
    assert (found.plan.removed, found.plan.removed_blob_bytes, found.plan.deleted) == (0, 0, 0)
    assert (found.retention_seconds, found.ended_seconds) == (86_400, None)
    assert found.next_removal == found.deleted.first + a_day
    assert found.oldest < (await get(database, third)).timing.queued
    plan = Retention(deleted=at_once, ended=at_once)
    for _ in range(2):
        found = await storage(database, LOCAL_OWNER, Retention(), plan=plan)
        assert (found.plan.removed, found.plan.removed_blob_bytes, found.plan.deleted) == (2, 2 * OUT, 1)
        assert found.next_removal is None


async def test_another_tenants_is_not_counted(database, blobs, stream):
    await delete(database, LOCAL_OWNER, await ended(database, blobs, stream, stdout(b"o" * OUT)))
    found = await storage(database, STRANGER)
    assert (found.blobs.count, found.deleted.count) == (0, 0)


async def test_the_databases_size_is_its_own(database, database_kind, database_url):
    found = (await storage(database, LOCAL_OWNER)).database
    assert found.kind == database_kind
    if found.kind == "sqlite":
        path = Path(database_url.removeprefix("sqlite+aiosqlite:///"))
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert found.bytes == path.stat().st_size


@pytest.mark.parametrize("index", [[["a", 100_000], ["b", 2]], [["a", 70_000]]])
async def test_files_that_were_kept_before_their_size_was_are_counted(
    database, blobs, stream, database_url, index
):
    evaluation_id = await ended(database, blobs, stream)
    await ended(database, blobs, stream, SandboxFile(path="small", data=b"x"))
    engine = sa.create_engine(synchronous(database_url))
    with engine.begin() as connection:
        of_it = evaluation_outputs.c.evaluation_id == evaluation_id
        connection.execute(evaluation_outputs.update().where(of_it).values(files=index, files_blob="somewhere"))
    command.downgrade(configuration(database_url), "0036")
    migrate(database_url)
    engine.dispose()
    found = await storage(database, LOCAL_OWNER)
    assert found.blobs.kinds[BlobKind.FILES] == BlobCount(count=1, bytes=sum(size for _, size in index))
