"""What a stage is given of the stages before it, and what is said where it can't be."""

import tracemalloc

import pytest

from crucible.domain.evaluation import INLINE_OUTPUT_BYTES, MAXIMUM_FILES
from crucible.domain.limits import MIB
from crucible.domain.pipeline import PipelineState, StageStatus
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFinished
from crucible.evaluations import delete
from crucible.evaluations.submission import submission
from crucible.pipelines.settle import advance_undecided
from crucible.queue.local import LocalDoorbell
from tests.fake_executor import SUCCEEDED
from tests.pipelines.steps import FAILED, Hand, get, made, stage, statuses, why

LARGE = bytes(range(256)) * (INLINE_OUTPUT_BYTES // 256 + 1)


@pytest.fixture
def hand(database, blobs, stream) -> Hand:
    return Hand(database, blobs, stream)


async def given(hand: Hand, database, asked, *, said: bytes = b"", files=None, end: SandboxFinished = SUCCEEDED):
    """Return what stage `b` runs with, which asks for this of `a`, and its pipeline."""
    pipeline = await made(database, stage("a", on_failure="continue"), stage("b", "a", **asked))
    await hand.take()
    await hand.end("a", end, said=said, files=files)
    taken = await hand.take()
    return (hand.held["b"].spec if taken == ["b"] else None), pipeline


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"inputs": [{"stage": "a", "path": "x/y.txt"}]}, {"x/y.txt": b"1"}),
        ({"inputs": [{"stage": "a", "path": "x/y.txt", "as": "z"}]}, {"z": b"1"}),
        ({"inputs": [{"stage": "a"}]}, {"x/y.txt": b"1", "z.bin": b"\xff\0"}),
        ({"inputs": [{"stage": "a", "as": "in"}]}, {"in/x/y.txt": b"1", "in/z.bin": b"\xff\0"}),
        ({"inputs": [{"stage": "a", "stream": "stdout"}]}, {"a.stdout": b"said\n"}),
        ({"inputs": [{"stage": "a", "stream": "stderr", "as": "log"}]}, {"log": b""}),
        (
            {"inputs": [{"stage": "a", "path": "z.bin"}], "files": [{"path": "own", "content": "2"}]},
            {"own": b"2", "z.bin": b"\xff\0"},
        ),
    ],
)
async def test_files_of_a_former_stage_are_files_of_the_next(hand, database, asked, expected):
    spec, _ = await given(hand, database, asked, said=b"said\n", files={"x/y.txt": b"1", "z.bin": b"\xff\0"})
    assert spec is not None
    assert spec.files == expected


async def test_large_files_and_output_come_whole_out_of_their_blobs(hand, database):
    asked = {"inputs": [{"stage": "a", "path": "2"}, {"stage": "a", "stream": "stdout", "as": "out"}]}
    spec, _ = await given(hand, database, asked, said=LARGE, files={"1": b"before", "2": LARGE, "3": b"behind"})
    assert spec is not None
    assert spec.files == {"2": LARGE, "out": LARGE}


async def test_standard_output_becomes_standard_input(hand, database):
    spec, _ = await given(hand, database, {"stdin_from": "a"}, said="täst\n".encode())
    assert spec is not None
    assert spec.stdin == "täst\n".encode()


async def test_a_program_that_a_former_stage_wrote_is_run(hand, database):
    pipeline = await made(
        database,
        stage("a"),
        {"name": "b", "needs": ["a"], "entrypoint": "made.py", "inputs": [{"stage": "a", "path": "made.py"}]},
    )
    await hand.take()
    await hand.end("a", files={"made.py": b"print(42)"})
    found = (await get(database, pipeline)).stages[1].evaluation_id
    handed_in = await submission(database, LOCAL_OWNER, found or "")
    assert (handed_in.entrypoint, handed_in.files[0].content) == ("made.py", "print(42)")


async def test_files_come_from_any_stage_before_and_not_from_the_last_alone(hand, database):
    await made(
        database,
        stage("a"),
        stage("b", "a"),
        stage("c", "b", inputs=[{"stage": "a", "path": "x"}], stdin_from="b"),
    )
    await hand.take()
    await hand.end("a", files={"x": b"1"})
    await hand.take()
    await hand.end("b", said=b"2")
    assert await hand.take() == ["c"]
    assert (hand.held["c"].spec.files, hand.held["c"].spec.stdin) == ({"x": b"1"}, b"2")


TRUNCATED = SandboxFinished(
    outcome=SUCCEEDED.outcome,
    exit_code=0,
    wall_seconds=1,
    cpu_seconds=1,
    peak_memory_bytes=1,
    files_truncated=True,
)
MISSING = {"inputs": [{"stage": "a", "path": "model"}]}
ALL = {"inputs": [{"stage": "a"}]}


@pytest.mark.parametrize(
    ("asked", "left", "end", "said"),
    [
        (MISSING, {"x": b""}, SUCCEEDED, "stage 'a' left no file 'model'"),
        (MISSING, {}, FAILED, "stage 'a' left no file 'model'"),
        (MISSING, {}, TRUNCATED, "stage 'a' left no file 'model'; it left more or larger files than are kept"),
        (ALL, {"x": b""}, TRUNCATED, "so that not all can be given"),
        (ALL, {f"{n}": b"" for n in range(MAXIMUM_FILES + 1)}, SUCCEEDED, "at most 100"),
        (ALL, {"x": b"\0" * (8 * MIB + 1)}, SUCCEEDED, "must hold at most 8388608 bytes together"),
        (ALL, {"bad\nname": b""}, SUCCEEDED, "must not contain control characters"),
        (ALL | {"files": [{"path": "x"}]}, {"x": b"1"}, SUCCEEDED, "must not have 'x' twice"),
        (ALL | {"files": [{"path": "x"}]}, {"x/y": b"1"}, SUCCEEDED, "inside of what is itself a file"),
        ({"stdin_from": "a"}, {}, SUCCEEDED, "is not UTF-8"),
    ],
)
async def test_a_stage_that_can_not_be_given_what_it_asks_for_fails_and_says_why(
    hand, database, *, asked, left, end, said
):
    spec, pipeline = await given(hand, database, asked, said=b"\xff", files=left, end=end)
    assert spec is None
    assert said in (await why(database, pipeline, "b") or "")
    ended = await get(database, pipeline)
    assert (ended.state, ended.stages[1].status) == (PipelineState.FAILED, StageStatus.FAILED)
    assert ended.stages[1].evaluation_id is None
    assert ended.stopped_by == "b"


@pytest.mark.parametrize("what", [{"path": "x"}, {"stream": "stdout"}])
async def test_what_is_too_much_together_is_not_read(hand, database, what):
    large = b"\0" * MIB
    asked = {"inputs": [{"stage": "a", "as": f"{number}", **what} for number in range(100)]}
    pipeline = await made(database, stage("a", limits={"output_bytes": 2 * MIB}), stage("b", "a", **asked))
    await hand.take()
    one = await hand.end("a", said=large, files={"x": large}, tell=False)
    tracemalloc.start()
    await hand.go_on(one)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "must hold at most 8388608 bytes together, hold 104857600" in (await why(database, pipeline, "b") or "")
    assert peak < 20 * MIB


async def test_a_stage_that_got_nothing_fails_as_its_own_on_failure_says(hand, database):
    pipeline = await made(
        database,
        stage("a"),
        stage("b", "a", on_failure="skip", **MISSING),
        stage("c", "b"),
        stage("d", "a", on_failure="continue", **MISSING),
        stage("e", "d"),
        stage("f", "e", inputs=[{"stage": "d", "stream": "stdout"}]),
    )
    await hand.take()
    await hand.end("a")
    assert await hand.take() == ["e"]
    await hand.end("e")
    assert await statuses(database, pipeline) == {
        "a": StageStatus.COMPLETED,
        "b": StageStatus.FAILED,
        "c": StageStatus.SKIPPED,
        "d": StageStatus.FAILED,
        "e": StageStatus.COMPLETED,
        "f": StageStatus.FAILED,
    }
    assert await why(database, pipeline, "f") == "stage 'd' never ran, and so left nothing"


async def test_what_was_deleted_is_given_to_nobody(hand, database, blobs, stream):
    pipeline = await made(database, stage("a"), stage("b", "a", **ALL))
    await hand.take()
    one = await hand.end("a", files={"x": b"1"}, tell=False)
    await delete.delete(database, LOCAL_OWNER, one.evaluation_id)
    await advance_undecided(database, blobs, stream, LocalDoorbell())
    assert await why(database, pipeline, "b") == "what ran for stage 'a' was deleted"


async def test_a_blob_that_can_not_be_read_now_leaves_the_stage_for_a_later_round(
    hand, database, blobs, stream, tmp_path
):
    pipeline = await made(database, stage("a"), stage("b", "a", **ALL))
    await hand.take()
    one = await hand.end("a", files={"x": LARGE}, tell=False)
    folder = tmp_path / "blobs" / "evaluations" / one.evaluation_id
    folder.rename(folder.with_name("away"))
    await hand.go_on(one)
    assert (await statuses(database, pipeline))["b"] is StageStatus.WAITING
    folder.with_name("away").rename(folder)
    assert await advance_undecided(database, blobs, stream, LocalDoorbell()) == 1
    assert await hand.take() == ["b"]
    assert hand.held["b"].spec.files == {"x": LARGE}
