"""`/evaluations/{id}/events`: what happens to it, as it happens."""

from fastapi import APIRouter
from starlette.responses import Response

from crucible.api.collaborators import Asker, Crucible
from crucible.api.event_source import event_source
from crucible.api.parameters import EvaluationId, Position
from crucible.api.schema import binary, refusals
from crucible.evaluations import find, follow

router = APIRouter(prefix="/evaluations", tags=["evaluations"])


@router.get(
    "/{evaluation_id}/events",
    response_class=Response,
    responses={
        200: binary("Server-Sent Events, each with the `Event` it tells as its data.", "text/event-stream"),
        **refusals(404, 422),
    },
)
async def follow_events(
    evaluation_id: EvaluationId, crucible: Crucible, asker: Asker, position: Position
) -> Response:
    """Tell all that happened to an evaluation and what still happens, until it ended; no gap, no repeat."""
    await find.get(crucible.database, asker, evaluation_id)
    return event_source(
        follow.follow(crucible.database, crucible.blobs, crucible.stream, asker, evaluation_id, after=position)
    )
