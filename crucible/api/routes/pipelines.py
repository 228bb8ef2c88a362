"""`/pipelines`: programs one after another."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from crucible.api.answers import created_response, json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.parameters import Cursor, IdempotencyKey, PageLimit, PipelineId
from crucible.api.schema import json_body, refusals
from crucible.domain.limits import MIB
from crucible.domain.pipeline import Pipeline, PipelinePage, PipelineRequest, PipelineState
from crucible.pipelines import cancel, create, find

MAXIMUM_BODY_BYTES = 16 * MIB

router = APIRouter(prefix="/pipelines", tags=["pipelines"])
_pipeline: TypeAdapter[PipelineRequest] = TypeAdapter(PipelineRequest)


@router.post(
    "",
    status_code=201,
    response_model=Pipeline,
    response_description="It is on disk; the stages that need no other are queued.",
    responses=refusals(409, 422, body=True),
    openapi_extra=json_body(PipelineRequest),
)
async def create_pipeline(
    request: Request, crucible: Crucible, asker: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Run programs one after another, each once those that it needs have ended."""
    created = await create.create(
        crucible.database,
        crucible.doorbell,
        asker,
        await read_json(request, _pipeline, maximum_bytes=MAXIMUM_BODY_BYTES),
        runtimes=crucible.runtimes(),
        engines=crucible.engines,
        idempotency_key=idempotency_key,
    )
    return created_response(created.what, f"pipelines/{created.what.id}", replayed=created.replayed)


@router.get("", response_model=PipelinePage, responses=refusals(422))
async def list_pipelines(
    crucible: Crucible,
    asker: Asker,
    state: Annotated[list[PipelineState], Query()] = [],  # noqa: B006 - FastAPI reads it and never changes it
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> Response:
    """List pipelines, newest first."""
    return json_response(await find.page(crucible.database, asker, state, limit=limit, cursor=cursor))


@router.get("/{pipeline_id}", response_model=Pipeline, responses=refusals(404, 422))
async def get_pipeline(pipeline_id: PipelineId, crucible: Crucible, asker: Asker) -> Response:
    """Show a pipeline with its stages: what each needs, where it is, and what runs for it."""
    return json_response(await find.get(crucible.database, asker, pipeline_id))


@router.post("/{pipeline_id}/cancel", response_model=Pipeline, responses=refusals(404, 409, 422))
async def cancel_pipeline(pipeline_id: PipelineId, crucible: Crucible, asker: Asker) -> Response:
    """End a pipeline. What waits or is queued ends at once; what runs is stopped, and keeps its output so far."""
    return json_response(
        await cancel.cancel(
            crucible.database, crucible.blobs, crucible.stream, crucible.doorbell, asker, pipeline_id=pipeline_id
        )
    )
