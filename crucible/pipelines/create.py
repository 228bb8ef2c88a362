"""Make a pipeline, and begin the stages that need no other."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.failures import DuplicateKeyError, repeated
from crucible.database.submissions import StagePlace
from crucible.domain.errors import InvalidRequestError
from crucible.domain.pipeline import Pipeline, PipelineRequest
from crucible.domain.pipeline_graph import graph_errors
from crucible.domain.principal import Principal
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.evaluations.isolation import asks_for_isolation
from crucible.evaluations.submit import resolve_all
from crucible.pipelines.advance import begin
from crucible.queue.doorbell import Doorbell


@dataclass(frozen=True, slots=True)
class Created:
    """A pipeline that was asked for."""

    pipeline: Pipeline
    replayed: bool
    """Whether an earlier request with the same key and body made it; it is shown as it is now."""


async def create(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    request: PipelineRequest,
    *,
    runtimes: Sequence[RuntimeReport],
    engines: Callable[[], Awaitable[Sequence[DriverReport]]],
    idempotency_key: str | None = None,
) -> Created:
    """Make a pipeline all of whose stages could run now.

    Raises InvalidRequestError, IdempotencyConflictError, PermissionDeniedError, StorageUnavailableError.
    """
    require(principal, Permission.SUBMIT)
    check_graph(request)
    digest = hashlib.sha256(b"pipelines" + request.model_dump_json().encode()).hexdigest()
    offered = await engines() if any(map(asks_for_isolation, request.stages)) else ()

    async def attempt() -> Created:
        async with database.unit_of_work(principal) as work:
            if idempotency_key is not None and (made := await work.idempotency.answered(idempotency_key, digest)):
                return Created(await work.pipelines.get(made[0]), replayed=True)
            names = resolve_all(request.stages, runtimes, "stages", offered)
            at = await work.now()
            pipeline_id = await start_stages(work, doorbell, request, names, subject=principal.subject, at=at)
            if idempotency_key is not None:
                await work.idempotency.add(idempotency_key, digest, [pipeline_id], at)
            return Created(await work.pipelines.get(pipeline_id), replayed=False)

    try:
        return await repeated(attempt)
    except DuplicateKeyError:
        return await repeated(attempt)  # another request with this key was first; what it made is there now


def check_graph(request: PipelineRequest) -> None:
    """Raise InvalidRequestError, naming the fields, where the stages can't follow one another."""
    if errors := graph_errors(request.stages):
        raise InvalidRequestError(f"{errors[0].field}: {errors[0].message}", errors=tuple(errors))


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
