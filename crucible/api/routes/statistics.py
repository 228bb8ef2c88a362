"""`/statistics`: how evaluations do, all together."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.collaborators import Asker, Crucible
from crucible.api.schema import refusals
from crucible.domain.statistics import Statistics
from crucible.operations.statistics import statistics

LONGEST_HOURS = 24 * 90

router = APIRouter(prefix="/statistics", tags=["statistics"])


@router.get("", response_model=Statistics, responses=refusals(422))
async def get_statistics(
    crucible: Crucible,
    asker: Asker,
    hours: Annotated[int, Query(ge=1, le=LONGEST_HOURS, description="How far back to look.")] = 24,
) -> Response:
    """Count the evaluations that were queued in the last hours, and tell what waits and runs now.

    Counts are exact. So are percentiles of up to 15 hours; those of more are put together from what is counted of
    each half hour and day, and are within their `relative_error`.
    """
    return json_response(await statistics(crucible.database, asker, hours=hours))
