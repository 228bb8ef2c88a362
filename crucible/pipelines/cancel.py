"""Ask for a pipeline's end."""

from functools import partial

from crucible.access.policy import Permission, require
from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.database.failures import repeated
from crucible.database.pipeline_ledger import OwnedPipeline
from crucible.domain.errors import ConflictError
from crucible.domain.pipeline import Pipeline, PipelineState
from crucible.domain.principal import Principal
from crucible.pipelines.advance import advance
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream


async def cancel(
    database: Database,
    blobs: BlobStore,
    stream: EventStream,
    doorbell: Doorbell,
    principal: Principal,
    *,
    pipeline_id: str,
) -> Pipeline:
    """End what waits or is queued at once, and have what runs stopped soon. Asking again changes nothing.

    Raises NotFoundError, and ConflictError where it has ended otherwise.
    """
    require(principal, Permission.CANCEL)
    await repeated(partial(_request, database, principal, pipeline_id))
    await advance(
        database, blobs, stream, doorbell, OwnedPipeline(pipeline_id, principal.tenant_id, principal.subject)
    )
    async with database.read(principal) as view:
        return await view.pipelines.get(pipeline_id)


async def _request(database: Database, principal: Principal, pipeline_id: str) -> None:
    async with database.unit_of_work(principal) as work:
        held = await work.pipelines.hold(pipeline_id)
        if held.cancel_requested_by is not None:
            return
        if held.state is not PipelineState.RUNNING:
            raise ConflictError(f"pipeline {pipeline_id!r} has ended: it is {held.state}")
        await work.pipelines.request_cancel(pipeline_id, principal.subject)
        await work.audit.add_of_pipeline("cancel_pipeline", pipeline_id, await work.now())
