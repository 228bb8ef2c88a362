"""`/log-level`: how much every process writes to its log, to be raised while something is looked for."""

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.schema import json_body, refusals
from crucible.database.log_orders import LogOrder
from crucible.domain.answer import LogLevel, LogLevelRequest
from crucible.domain.limits import KIB
from crucible.operations import log_level as orders
from crucible.telemetry.logging import log_level, set_log_level

router = APIRouter(prefix="/log-level", tags=["operations"])
_wanted: TypeAdapter[LogLevelRequest] = TypeAdapter(LogLevelRequest)


@router.get("", response_model=LogLevel, responses=refusals())
async def get_log_level(crucible: Crucible, asker: Asker) -> Response:
    """Tell how much this server writes to its log, and until when, where that was asked of every process."""
    return json_response(_shown(await orders.current(crucible.database, asker)))


@router.put(
    "", response_model=LogLevel, responses=refusals(422, body=True), openapi_extra=json_body(LogLevelRequest)
)
async def put_log_level(request: Request, crucible: Crucible, asker: Asker) -> Response:
    """Have every process write more or less to its log for a while: servers, workers, schedulers, executors."""
    wanted = await read_json(request, _wanted, maximum_bytes=1 * KIB)
    given = await orders.order(crucible.database, asker, wanted)
    set_log_level(given.level, asked_by=given.asked_by)  # the others read it within seconds
    return json_response(_shown(given))


@router.delete("", status_code=204, responses=refusals())
async def delete_log_level(crucible: Crucible, asker: Asker) -> Response:
    """Have every process write what its settings say again."""
    await orders.withdraw(crucible.database, asker)
    return Response(status_code=204)


def _shown(order: LogOrder | None) -> LogLevel:
    return LogLevel(level=order.level, until=order.until) if order else LogLevel(level=log_level())
