"""`/dead-letters`: what Crucible gave up, and what is to become of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.parameters import Cursor, EvaluationId, PageLimit
from crucible.api.schema import json_body, refusals
from crucible.domain.answer import DeadLetterChoice, DeadLetterList, DeadLetterPage
from crucible.domain.dead_letter import DeadLetter, DeadLetterState
from crucible.domain.limits import KIB
from crucible.evaluations import discard, find, replay

MAXIMUM_BODY_BYTES = 128 * KIB

router = APIRouter(prefix="/dead-letters", tags=["dead letters"])
_choice: TypeAdapter[DeadLetterChoice] = TypeAdapter(DeadLetterChoice)


@router.get("", response_model=DeadLetterPage, responses=refusals(422))
async def list_dead_letters(
    crucible: Crucible,
    asker: Asker,
    state: Annotated[list[DeadLetterState], Query()] = [],  # noqa: B006 - FastAPI reads it and never changes it
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> Response:
    """List evaluations that were given up, newest first; `state` may be given again."""
    return json_response(
        await find.dead_letters(crucible.database, asker, frozenset(state), limit=limit, cursor=cursor)
    )


@router.get("/{evaluation_id}", response_model=DeadLetter, responses=refusals(404, 422))
async def get_dead_letter(evaluation_id: EvaluationId, crucible: Crucible, asker: Asker) -> Response:
    """Show a dead letter with its history: every run that was lost, when, why, and under which worker."""
    return json_response(await find.dead_letter(crucible.database, asker, evaluation_id))


@router.post(
    "/replay",
    status_code=202,
    response_model=DeadLetterList,
    response_description="Each program is on disk again and will run, as `replayed_as`.",
    responses=refusals(404, 409, 422, body=True),
    openapi_extra=json_body(DeadLetterChoice),
)
async def replay_dead_letters(request: Request, crucible: Crucible, asker: Asker) -> Response:
    """Hand up to 1,000 programs in again, all or none. What was replayed before is answered, and not run again."""
    chosen = await read_json(request, _choice, maximum_bytes=MAXIMUM_BODY_BYTES)
    letters = await replay.replay(
        crucible.database,
        crucible.doorbell,
        asker,
        chosen.evaluation_ids,
        runtimes=crucible.runtimes(),
        engines=crucible.engines,
    )
    return json_response(DeadLetterList(items=tuple(letters)), status=202)


@router.post(
    "/discard",
    response_model=DeadLetterList,
    responses=refusals(404, 409, 422, body=True),
    openapi_extra=json_body(DeadLetterChoice),
)
async def discard_dead_letters(request: Request, crucible: Crucible, asker: Asker) -> Response:
    """Decide that up to 1,000 are not worth another run, all or none. Their evaluations stay as they are."""
    chosen = await read_json(request, _choice, maximum_bytes=MAXIMUM_BODY_BYTES)
    letters = await discard.discard(crucible.database, asker, chosen.evaluation_ids)
    return json_response(DeadLetterList(items=tuple(letters)))
