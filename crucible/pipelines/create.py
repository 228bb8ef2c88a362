"""Make a pipeline, and begin the stages that need no other."""

from collections.abc import Sequence
from datetime import datetime

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.once import Created, digest_of, once
from crucible.database.submissions import StagePlace
from crucible.domain.errors import InvalidRequestError
from crucible.domain.pipeline import Pipeline, PipelineRequest
from crucible.domain.pipeline_graph import graph_errors
from crucible.domain.principal import Principal
from crucible.domain.sandbox import RuntimeReport
from crucible.evaluations.isolation import AskEngines, asks_for_isolation
from crucible.evaluations.submit import resolve_all
from crucible.pipelines.advance import begin
from crucible.queue.doorbell import Doorbell


async def create(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    request: PipelineRequest,
    *,
    runtimes: Sequence[RuntimeReport],
    engines: AskEngines,
    idempotency_key: str | None = None,
) -> Created[Pipeline]:
    """Make a pipeline all of whose stages could run now.

    Raises InvalidRequestError, IdempotencyConflictError, PermissionDeniedError, StorageUnavailableError.
    """
    require(principal, Permission.SUBMIT)
    check_graph(request)
    offered = await engines() if any(map(asks_for_isolation, request.stages)) else ()

    async def make(work: TenantWork) -> tuple[list[str], Pipeline]:
        names = resolve_all(request.stages, runtimes, "stages", offered)
        at = await work.now()
        pipeline_id = await start_stages(work, doorbell, request, names, subject=principal.subject, at=at)
        return [pipeline_id], await work.pipelines.get(pipeline_id)

    return await once(
        database,
        principal,
        idempotency_key,
        digest_of("pipelines", request),
        make=make,
        show=lambda work, ids: work.pipelines.get(ids[0]),
    )


def check_graph(request: PipelineRequest) -> None:
    """Raise InvalidRequestError, naming the fields, where the stages can't follow one another."""
    if errors := graph_errors(request.stages):
        raise InvalidRequestError.of_fields(*errors)


async def start_stages(
    work: TenantWork,
    doorbell: Doorbell,
    request: PipelineRequest,
    runtimes: Sequence[str],
    *,
    subject: str,
    at: datetime,
) -> str:
    """Make a checked pipeline and begin what needs no other, within a transaction; return its id."""
    pipeline_id = await work.pipelines.add(request, runtimes, subject, at)
    await work.audit.add_of_pipeline("create_pipeline", pipeline_id, at)
    for stage, runtime in zip(request.stages, runtimes, strict=True):
        if not stage.needs:
            await begin(work, doorbell, StagePlace(pipeline_id, stage.name), stage.submission(), runtime)
    return pipeline_id
