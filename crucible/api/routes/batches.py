"""`/batches`: many submissions as one."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response, StreamingResponse

from crucible.api.answers import created_response, json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.lines import MEDIA_TYPES as LINES
from crucible.api.lines import read_submissions
from crucible.api.parameters import BatchId, Cursor, IdempotencyKey, PageLimit
from crucible.api.schema import binary, json_body, refusals
from crucible.batches import cancel, create, find, receive, retry
from crucible.batches.export import MEDIA_TYPES, ExportFormat, export
from crucible.database.batches import ItemFilter
from crucible.domain.answer import EvaluationPage
from crucible.domain.batch import (
    MAXIMUM_ITEMS,
    Batch,
    BatchPage,
    BatchRequest,
    BatchState,
    CauseList,
    RetryRequest,
)
from crucible.domain.evaluation import Argument
from crucible.domain.limits import KIB
from crucible.domain.outcome import Outcome
from crucible.domain.status import Status

MAXIMUM_BODY_BYTES = 64 * KIB

router = APIRouter(prefix="/batches", tags=["batches"])
_batch: TypeAdapter[BatchRequest] = TypeAdapter(BatchRequest)
_retry: TypeAdapter[RetryRequest] = TypeAdapter(RetryRequest)
_LINES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A `Submission` a line.",
        "content": {LINES[0]: {"schema": {"type": "string"}}},
    }
}


@router.post(
    "",
    status_code=201,
    response_model=Batch,
    response_description="It is open: its evaluations can be handed in.",
    responses=refusals(409, 422, body=True),
    openapi_extra=json_body(BatchRequest),
)
async def create_batch(
    request: Request, crucible: Crucible, asker: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Make a batch."""
    wanted = await read_json(request, _batch, maximum_bytes=MAXIMUM_BODY_BYTES)
    created = await create.create(crucible.database, asker, wanted, idempotency_key=idempotency_key)
    return created_response(created.what, f"batches/{created.what.id}", replayed=created.replayed)


@router.post(
    "/{batch_id}/evaluations",
    status_code=202,
    response_model=Batch,
    response_description="All of them are on disk and will run.",
    responses=refusals(404, 409, 422, body=True),
    openapi_extra=_LINES,
)
async def hand_in_to_batch(
    *,
    request: Request,
    batch_id: BatchId,
    crucible: Crucible,
    asker: Asker,
    offset: Annotated[
        int,
        Query(
            ge=0,
            le=MAXIMUM_ITEMS,
            description="The first line's position: at most what is there. What is there already is compared, and "
            "not made again.",
        ),
    ] = 0,
    last: Annotated[bool, Query(description="Close the batch behind these.")] = False,
) -> Response:
    """Hand in programs, a line each, in a body as long as it likes; every 500 are acknowledged together.

    Where that breaks off, the batch's `received` says from where to go on.
    """
    batch = await receive.receive(
        crucible.database,
        crucible.doorbell,
        asker,
        batch_id,
        read_submissions(request, offset=offset),
        offset=offset,
        runtimes=crucible.runtimes(),
        engines=crucible.engines,
        last=last,
    )
    return json_response(batch, status=202)


@router.post("/{batch_id}/close", response_model=Batch, responses=refusals(404, 409, 422))
async def close_batch(batch_id: BatchId, crucible: Crucible, asker: Asker) -> Response:
    """Say that no more come. Asking again changes nothing."""
    return json_response(await receive.close(crucible.database, asker, batch_id))


@router.get("", response_model=BatchPage, responses=refusals(422))
async def list_batches(
    crucible: Crucible,
    asker: Asker,
    state: Annotated[list[BatchState], Query()] = [],  # noqa: B006 - FastAPI reads it and never changes it
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> Response:
    """List batches, newest first."""
    return json_response(await find.page(crucible.database, asker, state, limit=limit, cursor=cursor))


@router.get("/{batch_id}", response_model=Batch, responses=refusals(404, 422))
async def get_batch(batch_id: BatchId, crucible: Crucible, asker: Asker) -> Response:
    """Show a batch, and how far it is."""
    return json_response(await find.get(crucible.database, asker, batch_id))


@router.get("/{batch_id}/evaluations", response_model=EvaluationPage, responses=refusals(404, 422))
async def list_batch_evaluations(
    *,
    batch_id: BatchId,
    crucible: Crucible,
    asker: Asker,
    status: Annotated[list[Status], Query()] = [],  # noqa: B006 - the same
    outcome: Annotated[list[Outcome], Query()] = [],  # noqa: B006 - the same
    cause: Annotated[
        Annotated[Argument, Field(max_length=200)] | None, Query(description="As `causes` lists it.")
    ] = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> Response:
    """List a batch's evaluations in the order in which they were handed in."""
    wanted = ItemFilter(status=frozenset(status), outcome=frozenset(outcome), cause=cause)
    return json_response(await find.items(crucible.database, asker, batch_id, wanted, limit=limit, cursor=cursor))


@router.get("/{batch_id}/causes", response_model=CauseList, responses=refusals(404, 422))
async def list_batch_causes(batch_id: BatchId, crucible: Crucible, asker: Asker) -> Response:
    """Show why evaluations of a batch ended badly: those that ended alike are one, the most frequent first."""
    return json_response(await find.causes(crucible.database, asker, batch_id))


@router.post(
    "/{batch_id}/retry",
    status_code=202,
    response_model=Batch,
    response_description="Those that failed so are queued again, in their places.",
    responses=refusals(404, 409, 422, body=True),
    openapi_extra=json_body(RetryRequest),
)
async def retry_batch(
    request: Request,
    batch_id: BatchId,
    crucible: Crucible,
    asker: Asker,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Run again what failed of a batch, and nothing else."""
    wanted = await read_json(request, _retry, maximum_bytes=MAXIMUM_BODY_BYTES)
    batch = await retry.retry(
        crucible.database, crucible.doorbell, asker, batch_id, wanted, idempotency_key=idempotency_key
    )
    return json_response(batch, status=202)


@router.post("/{batch_id}/cancel", response_model=Batch, responses=refusals(404, 409, 422))
async def cancel_batch(batch_id: BatchId, crucible: Crucible, asker: Asker) -> Response:
    """End a batch. What of it is queued or runs ends within moments, and keeps its output so far."""
    return json_response(
        await cancel.cancel(crucible.database, crucible.doorbell, crucible.stream, asker, batch_id)
    )


@router.get(
    "/{batch_id}/export",
    response_class=Response,
    responses={
        200: binary("An evaluation a line, in the order in which they were handed in.", MEDIA_TYPES["jsonl"]),
        **refusals(404, 422),
    },
)
async def export_batch(
    batch_id: BatchId,
    crucible: Crucible,
    asker: Asker,
    written: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSONL,
) -> Response:
    """Take all of a batch home."""
    return StreamingResponse(
        await export(crucible.database, asker, batch_id, written),
        media_type=MEDIA_TYPES[written],
        headers={"Content-Disposition": f'attachment; filename="{batch_id}.{written}"'},
    )
