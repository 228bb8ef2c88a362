"""Bring a pipeline as far as it can go now, once: whoever may do so at the same time, and whoever is killed.

It is looked at, what follows is planned, and what stages are to be given is read. Then the pipeline's row is held,
and where it still stands as it was seen, all of the plan is written in one transaction: the ends that were found,
what follows from them, and the evaluations of the stages that may begin. Where it doesn't, it is looked at anew.
"""

from collections.abc import Mapping
from functools import partial

from crucible.blobs.store import BlobStore
from crucible.database.database import Database, TenantWork
from crucible.database.failures import repeated
from crucible.database.pipeline_ledger import OwnedPipeline
from crucible.database.records import Standing
from crucible.database.submissions import StagePlace
from crucible.domain.evaluation import Submission
from crucible.domain.pipeline import PipelineState, StageStatus, state_of
from crucible.domain.principal import Principal, Role
from crucible.domain.status import Status
from crucible.evaluations.cancel import stop
from crucible.evaluations.submit import acknowledge
from crucible.pipelines.gather import CannotGatherError, gather
from crucible.pipelines.plan import Plan, cancelled, plan
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream


async def advance(
    database: Database, blobs: BlobStore, stream: EventStream, doorbell: Doorbell, pipeline: OwnedPipeline
) -> None:
    """Do what is to be done about a pipeline; nothing, where all is done. Raises StorageUnavailableError."""
    owner = Principal(tenant_id=pipeline.tenant_id, subject=pipeline.subject, role=Role.MEMBER)
    while True:
        async with database.read(owner) as view:
            seen = await view.pipelines.standing(pipeline.id)
        if seen.state is not PipelineState.RUNNING:
            return
        planned, submissions = await _prepared(database, blobs, owner, seen)
        if planned.is_empty:
            return
        carry_out = partial(_carry_out, database, stream, doorbell, owner)
        if await repeated(partial(carry_out, seen=seen, planned=planned, submissions=submissions)):
            return


async def begin(
    work: TenantWork, doorbell: Doorbell, place: StagePlace, submission: Submission, runtime: str
) -> None:
    """Queue a stage's evaluation, within the transaction that holds its pipeline. Raises DuplicateKeyError."""
    (evaluation,) = await acknowledge(work, doorbell, [submission], [runtime], first_place=place)
    await work.pipelines.begin(place.pipeline_id, place.stage, evaluation.id)


async def _prepared(
    database: Database, blobs: BlobStore, owner: Principal, seen: Standing
) -> tuple[Plan, dict[str, Submission]]:
    """Return what follows, and what is to be run for each stage that may begin."""
    evaluations = {name: stage.evaluation_id for name, stage in seen.stages.items()}
    submissions: dict[str, Submission] = {}
    refused: dict[str, str] = {}
    while True:
        planned = plan(seen, refused)
        open_ = [name for name in planned.ready if name not in submissions]
        for name in open_:
            async with database.read(owner) as view:
                request = await view.pipelines.request(seen.pipeline_id, name)
            try:
                submissions[name] = await gather(database, blobs, owner, request, evaluations)
            except CannotGatherError as error:
                refused[name] = str(error)
        if all(name in submissions for name in planned.ready):
            return planned, submissions


async def _carry_out(
    database: Database,
    stream: EventStream,
    doorbell: Doorbell,
    owner: Principal,
    *,
    seen: Standing,
    planned: Plan,
    submissions: Mapping[str, Submission],
) -> bool:
    """Write a plan down; False, and nothing written, where the pipeline does not stand as it was seen."""
    async with database.unit_of_work(owner) as work:
        held = await work.pipelines.hold(seen.pipeline_id)
        if _essence(held) != _essence(seen):
            return False
        at = await work.now()
        statuses = {name: stage.status for name, stage in held.stages.items()}
        ends = dict(planned.ends)
        for name in planned.to_cancel:
            running = held.stages[name].evaluation_id
            if running and await stop(work, doorbell, stream, running, subject=owner.subject) is Status.CANCELLED:
                ends[name] = cancelled(held, planned.stopped_by)
        for name, end in ends.items():
            ended_at = held.stages[name].finished_at or at
            await work.pipelines.end(held.pipeline_id, name, end.status, end.why, ended_at)
            statuses[name] = end.status
        if planned.stopped_by is not None and held.stopped_by is None:
            await work.pipelines.stop(held.pipeline_id, planned.stopped_by)
        for name in planned.ready:
            place = StagePlace(held.pipeline_id, name)
            await begin(work, doorbell, place, submissions[name], held.stages[name].runtime)
        state = state_of(statuses.values(), cancel_requested=held.cancel_requested_by is not None)
        if state is not PipelineState.RUNNING:
            await work.pipelines.finish(held.pipeline_id, state)
    return True


def _essence(standing: Standing) -> object:
    """Return what a plan follows from. Whether an evaluation is queued or runs already is no matter."""
    stages = {
        name: stage.status if stage.status.is_final or stage.status is StageStatus.WAITING else stage.evaluation_id
        for name, stage in standing.stages.items()
    }
    return standing.state, standing.cancel_requested_by, standing.stopped_by, stages
