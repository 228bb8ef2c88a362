import pytest

from crucible.blobs.store import prefix_of
from crucible.domain.errors import NotFoundError, RangeNotSatisfiableError, StorageUnavailableError
from crucible.domain.evaluation import INLINE_OUTPUT_BYTES, Submission
from crucible.domain.limits import Limits
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFile, SandboxFinished
from crucible.domain.status import Status
from crucible.evaluations import files, output
from crucible.evaluations.finish import finish
from tests.database.lock import locked
from tests.evaluations.steps import STRANGER, finished, get, held, history, relayed, submitted
from tests.fake_executor import STARTED, SUCCEEDED, stderr, stdout

LARGE = Submission(code="x", limits=Limits(output_bytes=1 << 20))


async def test_everything_about_the_end_becomes_visible(database, blobs, stream):
    one = await held(database)
    crashed = SandboxFinished(
        outcome=Outcome.KILLED_BY_SIGNAL,
        signal="SIGSEGV",
        wall_seconds=1.5,
        cpu_seconds=1.25,
        peak_memory_bytes=4096,
        output_truncated=True,
        files_truncated=True,
    )
    events = (STARTED, stdout(b"out\xff"), stderr(b"err"), SandboxFile(path="a/b", data=b"file"), crashed)
    assert await finished(database, blobs, stream, one, *events)
    evaluation = await get(database, one.evaluation_id)
    assert (evaluation.status, evaluation.outcome, evaluation.fault) == (
        Status.COMPLETED,
        Outcome.KILLED_BY_SIGNAL,
        Fault.PROGRAM,
    )
    assert (evaluation.exit_code, evaluation.signal) == (None, "SIGSEGV")
    assert evaluation.usage.model_dump() == {
        "wall_seconds": 1.5,
        "cpu_seconds": 1.25,
        "peak_memory_bytes": 4096,
    }
    assert (evaluation.stdout, evaluation.stdout_bytes) == ("out\ufffd", 4)
    assert (evaluation.stderr, evaluation.stderr_bytes) == ("err", 3)
    assert evaluation.output_truncated
    assert evaluation.files_truncated
    assert [(file.path, file.size_bytes) for file in evaluation.files] == [("a/b", 4)]
    timing = evaluation.timing
    assert timing.queued <= timing.started <= timing.finished
    assert [kind for kind, _ in await history(database, one.evaluation_id)] == [
        "queued",
        "started",
        "output",
        "output",
        "finished",
    ]


@pytest.mark.parametrize("size", [0, INLINE_OUTPUT_BYTES, INLINE_OUTPUT_BYTES + 1, 300_000])
async def test_output_of_any_size_is_kept_to_the_byte(database, blobs, stream, tmp_path, size: int):
    one = await held(database, LARGE)
    data = bytes(place % 251 for place in range(size))
    await finished(database, blobs, stream, one, STARTED, stdout(data), SUCCEEDED)

    async def read(start: int, stop: int | None) -> bytes:
        part = await output.read(database, blobs, LOCAL_OWNER, one.evaluation_id, "stdout", start=start, stop=stop)
        assert part.total == size
        return part.data

    assert await read(0, None) == data
    assert await read(0, 10) == data[:10]
    assert await read(size // 2, size + 10) == data[size // 2 :]
    assert await read(size, None) == b""
    with pytest.raises(RangeNotSatisfiableError, match=f"has {size} bytes"):
        await read(size + 1, None)
    assert (tmp_path / "blobs").exists() == (size > INLINE_OUTPUT_BYTES)


@pytest.mark.parametrize("size", [3, 100_000])
async def test_files_are_kept_whether_small_or_large(database, blobs, stream, size: int):
    one = await held(database)
    left = [SandboxFile(path=f"f{n}", data=bytes([n]) * (size + n)) for n in range(3)]
    await finished(database, blobs, stream, one, STARTED, *left, SandboxFile(path="empty", data=b""), SUCCEEDED)
    for file in left:
        assert await files.read(database, blobs, LOCAL_OWNER, one.evaluation_id, file.path) == file.data
    assert await files.read(database, blobs, LOCAL_OWNER, one.evaluation_id, "empty") == b""
    with pytest.raises(NotFoundError, match="f9"):
        await files.read(database, blobs, LOCAL_OWNER, one.evaluation_id, "f9")
    with pytest.raises(NotFoundError):
        await files.read(database, blobs, STRANGER, one.evaluation_id, "f1")


async def test_before_the_end_there_is_no_output_and_no_file(database, blobs):
    (one,) = await submitted(database)
    assert (await output.read(database, blobs, LOCAL_OWNER, one, "stderr")).total == 0
    with pytest.raises(NotFoundError):
        await files.read(database, blobs, LOCAL_OWNER, one, "a")


async def test_a_finish_that_the_storage_refused_can_be_repeated(database, database_file, blobs, stream):
    one = await held(database)
    relay = relayed(stream, one)
    async with locked(database_file):
        with pytest.raises(StorageUnavailableError):
            await finish(database, blobs, stream, relay, SUCCEEDED)
        assert (await get(database, one.evaluation_id)).status is Status.RUNNING
    assert await finish(database, blobs, stream, relay, SUCCEEDED)
    assert (await get(database, one.evaluation_id)).stdout == "hello\n"


async def test_a_finish_whose_commit_was_not_heard_of_counts_once(database, blobs, stream, tmp_path):
    one = await held(database, LARGE)
    relay = relayed(stream, one, STARTED, stdout(b"x" * 100_000), SUCCEEDED)
    assert await finish(database, blobs, stream, relay, SUCCEEDED)
    before = await history(database, one.evaluation_id)
    assert await finish(database, blobs, stream, relay, SUCCEEDED)
    assert await history(database, one.evaluation_id) == before
    assert (tmp_path / "blobs" / prefix_of(one.evaluation_id, one.fence) / "stdout").exists()
