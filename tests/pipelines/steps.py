"""The steps of a pipeline's life, as tests take them one by one."""

from typing import Any

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.domain.outcome import Outcome
from crucible.domain.pipeline import Pipeline, PipelineRequest, StageStatus
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.sandbox import SandboxEvent, SandboxFile, SandboxFinished
from crucible.pipelines import create, find
from crucible.pipelines.settle import go_on
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream
from tests.evaluations.steps import claimed, finished
from tests.fake_executor import RUNTIMES, STARTED, SUCCEEDED, known_engines, stdout

FAILED = SandboxFinished(
    outcome=Outcome.NONZERO_EXIT, exit_code=1, wall_seconds=0.5, cpu_seconds=0.25, peak_memory_bytes=1024
)


def stage(name: str, *needs: str, **fields: Any) -> dict[str, Any]:
    """Describe a stage whose program prints its name."""
    return {"name": name, "code": f"print({name!r})", "needs": needs, **fields}


async def made(database: Database, *stages: dict[str, Any], **fields: Any) -> Pipeline:
    request = PipelineRequest.model_validate({"stages": stages, **fields})
    created = await create.create(
        database, LocalDoorbell(), LOCAL_OWNER, request, runtimes=RUNTIMES, engines=known_engines
    )
    return created.what


async def get(database: Database, pipeline: Pipeline) -> Pipeline:
    return await find.get(database, LOCAL_OWNER, pipeline.id)


async def statuses(database: Database, pipeline: Pipeline) -> dict[str, StageStatus]:
    return {each.name: each.status for each in (await get(database, pipeline)).stages}


async def why(database: Database, pipeline: Pipeline, name: str) -> str | None:
    (found,) = (each for each in (await get(database, pipeline)).stages if each.name == name)
    return found.why


class Hand:
    """A worker's hand: takes what is queued, ends it, and has its pipeline go on."""

    def __init__(self, database: Database, blobs: FileBlobs, stream: InProcessEventStream) -> None:
        self.database, self.blobs, self.stream = database, blobs, stream
        self.held: dict[str, Claimed] = {}

    async def take(self, most: int = 100) -> list[str]:
        """Take what is queued; return the stages, by the names that their programs print."""
        taken = {_name(one): one for one in await claimed(self.database, limit=most)}
        self.held |= taken
        return sorted(taken)

    async def end(
        self,
        name: str,
        end: SandboxFinished = SUCCEEDED,
        *,
        said: bytes = b"",
        files: dict[str, bytes] | None = None,
        tell: bool = True,
    ) -> Claimed:
        """End the run of a stage; without `tell`, whoever ended it is killed before anything follows."""
        one = self.held.pop(name)
        events: list[SandboxEvent] = [STARTED, stdout(said)]
        events += [SandboxFile(path=path, data=data) for path, data in (files or {}).items()]
        assert await finished(self.database, self.blobs, self.stream, one, *events, end)
        if tell and one.pipeline_id is not None:
            await self.go_on(one)
        return one

    async def go_on(self, one: Claimed) -> None:
        """Have the pipeline of a stage that ended go on."""
        await go_on(self.database, self.blobs, self.stream, LocalDoorbell(), one.pipeline_id or "")


def _name(one: Claimed) -> str:
    return (one.spec.code or "").removeprefix("print('").removesuffix("')")
