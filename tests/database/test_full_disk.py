"""A disk that is really full: a small file system of its own."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.evaluation import EvaluationFilter, Submission
from crucible.domain.principal import LOCAL_OWNER

SUBMISSION = Submission(code="#" * 50_000)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - wherever this host has it


def fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return ballast
    raise AssertionError


@pytest.fixture
async def cramped(small_disk: Path, migrated_file: Path):
    shutil.copy(migrated_file, small_disk / "crucible.sqlite3")
    database = await Database.open(f"sqlite+aiosqlite:///{small_disk}/crucible.sqlite3")
    yield database
    await database.close()


async def add(database: Database) -> str:
    async with database.unit_of_work(LOCAL_OWNER) as work:
        (evaluation,) = await work.evaluations.add([SUBMISSION], ["python3.11"], await work.now())
    return evaluation.id


async def ids(database: Database) -> set[str]:
    async with database.read(LOCAL_OWNER) as view:
        page = await view.evaluations.page(EvaluationFilter(), limit=100, cursor=None)
    return {item.id for item in page.items}


async def test_a_full_disk_loses_nothing_that_was_acknowledged(cramped, small_disk):
    acknowledged = {await add(cramped)}
    ballast = fill(small_disk)
    results = []
    for _ in range(3):
        results += await asyncio.gather(*(add(cramped) for _ in range(10)), return_exceptions=True)
    refused = [result for result in results if not isinstance(result, str)]
    acknowledged |= {result for result in results if isinstance(result, str)}
    assert refused
    assert all(isinstance(error, StorageUnavailableError) for error in refused), refused
    assert all("disk" in error.detail for error in refused)
    assert await ids(cramped) == acknowledged
    ballast.unlink()
    acknowledged.add(await add(cramped))
    assert await ids(cramped) == acknowledged


async def test_a_blob_that_does_not_fit_leaves_nothing_behind(small_disk):
    blobs = FileBlobs(small_disk / "blobs")
    await blobs.put("evaluations/a/1/stdout", b"fits")
    with pytest.raises(StorageUnavailableError, match="No space left") as refusal:
        await blobs.put("evaluations/b/1/stdout", b"\0" * (4 << 20))
    assert refusal.value.retry_after_seconds
    assert [path.name for path in (small_disk / "blobs").rglob("*") if path.is_file()] == ["stdout"]
    assert await blobs.read("evaluations/a/1/stdout", 0, 4) == b"fits"
