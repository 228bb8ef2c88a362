"""`/storage`: what is kept, and how much room that takes."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.collaborators import Asker, Crucible
from crucible.api.schema import refusals
from crucible.domain.storage import Storage
from crucible.operations.storage import storage

router = APIRouter(prefix="/storage", tags=["statistics"])
Days = Annotated[float | None, Query(ge=0, le=36_500, description="In the plan, instead of the server's setting.")]


@router.get("", response_model=Storage, responses=refusals(422))
async def get_storage(
    crucible: Crucible,
    asker: Asker,
    *,
    plan: Annotated[bool, Query(description="Tell what retention would do now, too.")] = False,
    deleted_days: Days = None,
    ended_days: Days = None,
) -> Response:
    """Tell how much evaluations keep beside the database, how large that is, and what can be restored.

    Nothing is removed by asking, whatever is asked.
    """
    planned = crucible.retention
    if deleted_days is not None:
        planned = replace(planned, deleted=timedelta(days=deleted_days))
    if ended_days is not None:
        planned = replace(planned, ended=timedelta(days=ended_days))
    found = await storage(crucible.database, asker, crucible.retention, plan=planned if plan else None)
    return json_response(found)
