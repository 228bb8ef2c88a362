"""`/evaluations`: look at them, and decide what becomes of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.parameters import Cursor, EvaluationId, PageLimit, WaitSeconds
from crucible.api.schema import json_body, refusals
from crucible.domain.answer import EvaluationPage
from crucible.domain.evaluation import Annotation, Argument, Evaluation, EvaluationFilter, Order, Sort
from crucible.domain.limits import KIB
from crucible.domain.outcome import Outcome
from crucible.domain.status import Lifecycle, Status
from crucible.evaluations import annotate, cancel, delete, find, wait

MAXIMUM_ANNOTATION_BYTES = 128 * KIB

router = APIRouter(prefix="/evaluations", tags=["evaluations"])
_annotation: TypeAdapter[Annotation] = TypeAdapter(Annotation)
_Short = Annotated[Argument, Field(max_length=512)]


async def _filter(
    *,
    status: Annotated[list[Status], Query()] = [],  # noqa: B006 - FastAPI reads it and never changes it
    outcome: Annotated[list[Outcome], Query()] = [],  # noqa: B006 - the same
    runtime: Annotated[list[_Short], Query(max_length=32)] = [],  # noqa: B006 - the same
    label: Annotated[
        list[_Short], Query(max_length=32, description="`key` or `key=value`; each must be there.")
    ] = [],  # noqa: B006 - the same
    since: Annotated[AwareDatetime | None, Query(description="Queued at or after this moment.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Queued before this moment.")] = None,
    attempted: Annotated[
        bool | None, Query(description="Whether it tried something that its sandbox refused.")
    ] = None,
    text: Annotated[
        str, Query(max_length=256, description="In code, output, error, attempts, note or a label.")
    ] = "",
    lifecycle: Annotated[list[Lifecycle], Query()] = [Lifecycle.ACTIVE],  # noqa: B006 - the same
    sort: Annotated[Sort, Query(description="What has no such value yet comes last.")] = Sort.QUEUED,
    order: Annotated[Order, Query()] = Order.DESCENDING,
) -> EvaluationFilter:
    return EvaluationFilter(
        status=frozenset(status),
        outcome=frozenset(outcome),
        runtime=frozenset(runtime),
        label=tuple(label),
        since=since,
        until=until,
        attempted=attempted,
        text=text,
        lifecycle=frozenset(lifecycle),
        sort=sort,
        order=order,
    )


@router.get("", response_model=EvaluationPage, responses=refusals(422))
async def list_evaluations(
    crucible: Crucible,
    asker: Asker,
    wanted: Annotated[EvaluationFilter, Depends(_filter)],
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> Response:
    """List evaluations, newest first where no other order is asked for. What is given twice admits both values."""
    return json_response(await find.page(crucible.database, asker, wanted, limit=limit, cursor=cursor))


@router.get("/{evaluation_id}", response_model=Evaluation, responses=refusals(404, 422))
async def get_evaluation(
    evaluation_id: EvaluationId, crucible: Crucible, asker: Asker, wait_seconds: WaitSeconds = 0
) -> Response:
    """Show an evaluation, or, with `wait`, how it ended."""
    if wait_seconds:
        found = await wait.until_final(
            crucible.database, crucible.stream, asker, evaluation_id, wait_seconds, caps=crucible.caps
        )
    else:
        found = await find.get(crucible.database, asker, evaluation_id, caps=crucible.caps)
    return json_response(found)


@router.patch(
    "/{evaluation_id}",
    response_model=Evaluation,
    responses=refusals(404, 422, body=True),
    openapi_extra=json_body(Annotation),
)
async def annotate_evaluation(
    request: Request, evaluation_id: EvaluationId, crucible: Crucible, asker: Asker
) -> Response:
    """Replace its note, its labels, or both, whether it has ended or not."""
    annotation = await read_json(request, _annotation, maximum_bytes=MAXIMUM_ANNOTATION_BYTES)
    return json_response(await annotate.annotate(crucible.database, asker, evaluation_id, annotation))


@router.post("/{evaluation_id}/cancel", response_model=Evaluation, responses=refusals(404, 409, 422))
async def cancel_evaluation(evaluation_id: EvaluationId, crucible: Crucible, asker: Asker) -> Response:
    """End it. What is queued is cancelled at once; what runs is being told, and keeps its output so far."""
    return json_response(
        await cancel.cancel(crucible.database, crucible.doorbell, crucible.stream, asker, evaluation_id)
    )


@router.delete("/{evaluation_id}", status_code=204, responses=refusals(404, 409, 422))
async def delete_evaluation(evaluation_id: EvaluationId, crucible: Crucible, asker: Asker) -> Response:
    """Hide an evaluation that ended. It can be restored until retention ends."""
    await delete.delete(crucible.database, asker, evaluation_id)
    return Response(status_code=204)


@router.post("/{evaluation_id}/restore", response_model=Evaluation, responses=refusals(404, 409, 422))
async def restore_evaluation(evaluation_id: EvaluationId, crucible: Crucible, asker: Asker) -> Response:
    """Show a deleted evaluation again."""
    return json_response(await delete.restore(crucible.database, asker, evaluation_id))
