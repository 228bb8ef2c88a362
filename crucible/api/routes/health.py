"""`/health` and `/ready`: whether this process lives, and whether it can do its work."""

from fastapi import APIRouter
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.collaborators import Crucible
from crucible.api.schema import refusals
from crucible.domain.answer import Readiness

router = APIRouter(tags=["health"])


@router.get("/health", status_code=204, responses=refusals())
async def health() -> Response:
    """Answer. That is all it takes."""
    return Response(status_code=204)


@router.get(
    "/ready",
    response_model=Readiness,
    responses={**refusals(), 503: {"model": Readiness, "description": "A part can't do its work now."}},
)
async def ready(crucible: Crucible) -> Response:
    """Tell whether a submission would be acknowledged and run now; if not, which part is in the way."""
    unready = await crucible.unready()
    return json_response(Readiness(ready=not unready, unready=unready), status=503 if unready else 200)
