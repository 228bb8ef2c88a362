"""`/runtimes`: what programs can be written in."""

from fastapi import APIRouter
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.collaborators import Crucible
from crucible.api.schema import refusals
from crucible.domain.answer import RuntimeList
from crucible.domain.runtime import Runtime

router = APIRouter(prefix="/runtimes", tags=["runtimes"])


@router.get("", response_model=RuntimeList, responses=refusals())
async def list_runtimes(crucible: Crucible) -> Response:
    """List what the executor found on its host, and in its images."""
    items = tuple(
        Runtime(
            name=found.name,
            language=found.language,
            version=found.version,
            aliases=found.aliases,
            entrypoint=found.entrypoint,
            compiled=found.compiled,
            image=found.image,
        )
        for found in crucible.runtimes()
    )
    return json_response(RuntimeList(items=items))
