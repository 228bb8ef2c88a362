"""`/log-level`: how much this server writes to its log, to be raised while something is looked for."""

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from crucible.access.policy import Permission, require
from crucible.api.answers import json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker
from crucible.api.schema import json_body, refusals
from crucible.domain.answer import LogLevel
from crucible.domain.limits import KIB
from crucible.telemetry.logging import log_level, set_log_level

router = APIRouter(prefix="/log-level", tags=["operations"])
_level: TypeAdapter[LogLevel] = TypeAdapter(LogLevel)


@router.get("", response_model=LogLevel, responses=refusals())
async def get_log_level(asker: Asker) -> Response:
    """Tell how much is written to the log."""
    require(asker, Permission.ADMINISTER)
    return json_response(LogLevel(level=log_level()))


@router.put("", response_model=LogLevel, responses=refusals(422, body=True), openapi_extra=json_body(LogLevel))
async def put_log_level(request: Request, asker: Asker) -> Response:
    """Write more or less to the log of this process, from now to its end."""
    require(asker, Permission.ADMINISTER)
    wanted = await read_json(request, _level, maximum_bytes=1 * KIB)
    set_log_level(wanted.level, asked_by=asker.subject)
    return json_response(wanted)
