"""The steps of a batch's life, as tests take them one by one."""

from collections.abc import AsyncIterator, Sequence

from crucible.batches import create, find, receive
from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.domain.batch import Batch, BatchRequest
from crucible.domain.evaluation import Submission
from crucible.domain.outcome import Outcome
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxFinished
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream
from tests.evaluations.steps import claimed, finished
from tests.fake_executor import RUNTIMES, STARTED, SUCCEEDED, known_engines, stderr


def programs(count: int, first: int = 0) -> list[Submission]:
    return [
        Submission(code=f"print({number})", labels={"n": str(number)}) for number in range(first, first + count)
    ]


async def made(database: Database, *chunks: Sequence[Submission], last: bool = True) -> Batch:
    """Make a batch of these chunks."""
    batch = (await create.create(database, LOCAL_OWNER, BatchRequest(name="study"))).what
    return await handed_in(database, batch.id, *chunks, last=last)


async def handed_in(
    database: Database, batch_id: str, *chunks: Sequence[Submission], offset: int = 0, last: bool = False
) -> Batch:
    return await receive.receive(
        database,
        LocalDoorbell(),
        LOCAL_OWNER,
        batch_id,
        _each(chunks),
        offset=offset,
        runtimes=RUNTIMES,
        engines=known_engines,
        last=last,
    )


async def get(database: Database, batch_id: str) -> Batch:
    return await find.get(database, LOCAL_OWNER, batch_id)


async def all_ended(
    database: Database, blobs: FileBlobs, stream: InProcessEventStream, *ends: SandboxFinished
) -> list[Claimed]:
    """Claim what is queued and end each, in turn, as these do; all succeed where none is given."""
    ends = ends or (SUCCEEDED,)
    held = await claimed(database, limit=1000)
    for number, one in enumerate(held):
        end = ends[number % len(ends)]
        said = b"" if end is SUCCEEDED else b"Traceback\nValueError: item %d at 0x7f%d\n" % (number, number)
        assert await finished(database, blobs, stream, one, STARTED, stderr(said), end)
    return held


def failed(outcome: Outcome = Outcome.NONZERO_EXIT) -> SandboxFinished:
    return SandboxFinished(
        outcome=outcome, exit_code=1, wall_seconds=0.5, cpu_seconds=0.25, peak_memory_bytes=1024
    )


async def _each(chunks: Sequence[Sequence[Submission]]) -> AsyncIterator[Sequence[Submission]]:
    for chunk in chunks:
        yield chunk
