"""`/storage`: what is kept, and how much room that takes."""

from fastapi import APIRouter
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.collaborators import Asker, Crucible
from crucible.api.schema import refusals
from crucible.domain.storage import Storage
from crucible.operations.storage import storage

router = APIRouter(prefix="/storage", tags=["statistics"])


@router.get("", response_model=Storage, responses=refusals())
async def get_storage(crucible: Crucible, asker: Asker) -> Response:
    """Tell how much evaluations keep beside the database, how large that is, and what can be restored."""
    return json_response(await storage(crucible.database, asker))
