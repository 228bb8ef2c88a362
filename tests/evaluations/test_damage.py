"""What a disk has lost of an evaluation's blobs is said, and never passed off as all that there was."""

import os

import pytest

from crucible.domain.errors import StorageUnavailableError
from crucible.domain.evaluation import Submission
from crucible.domain.limits import KIB, Limits
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFile
from crucible.evaluations import files, output
from crucible.evaluations.follow import follow
from tests.evaluations.steps import finished, held
from tests.fake_executor import STARTED, SUCCEEDED, stdout

SIZE = 200 * KIB
LEFT = 100 * KIB


@pytest.fixture
async def damaged(database, blobs, stream, tmp_path) -> str:
    """An evaluation of each of whose blobs the second half is gone."""
    one = await held(database, Submission(code="1", limits=Limits(output_bytes=SIZE)))
    files_left = [SandboxFile(path=name, data=b"#" * (SIZE // 2)) for name in ("first", "second")]
    assert await finished(database, blobs, stream, one, STARTED, stdout(b"#" * SIZE), *files_left, SUCCEEDED)
    for name in ("stdout", "files"):
        os.truncate(tmp_path / f"blobs/evaluations/{one.evaluation_id}/{one.fence}/{name}", LEFT)
    return one.evaluation_id


async def test_output_that_a_disk_lost_is_no_output(database, blobs, damaged):
    there = await output.read(database, blobs, LOCAL_OWNER, damaged, "stdout", stop=LEFT)
    assert (len(there.data), there.total) == (LEFT, SIZE)
    with pytest.raises(StorageUnavailableError, match=f"damaged: of the {SIZE} .* behind {LEFT} are"):
        await output.read(database, blobs, LOCAL_OWNER, damaged, "stdout")


async def test_a_file_that_a_disk_lost_is_not_an_empty_one(database, blobs, damaged):
    assert len(await files.read(database, blobs, LOCAL_OWNER, damaged, "first")) == SIZE // 2
    with pytest.raises(StorageUnavailableError, match="damaged"):
        await files.read(database, blobs, LOCAL_OWNER, damaged, "second")


async def test_events_that_a_disk_lost_are_not_told_as_others(database, blobs, stream, damaged):
    with pytest.raises(StorageUnavailableError, match="damaged"):
        async for _ in follow(database, blobs, stream, LOCAL_OWNER, damaged):
            pass
