"""`/schedules`: programs, batches and pipelines that run again and again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, TypeAdapter
from starlette.responses import Response

from crucible.api.answers import created_response, json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.parameters import Cursor, IdempotencyKey, PageLimit, ScheduleId
from crucible.api.schema import json_body, refusals
from crucible.domain.cron import check_cron, check_zone
from crucible.domain.limits import MIB
from crucible.domain.schedule import FiringPage, Schedule, SchedulePage, ScheduleRequest, Upcoming
from crucible.schedules import change, create, find

MAXIMUM_BODY_BYTES = 16 * MIB

router = APIRouter(prefix="/schedules", tags=["schedules"])
_schedule: TypeAdapter[ScheduleRequest] = TypeAdapter(ScheduleRequest)
_Cron = Annotated[str, Query(max_length=255), AfterValidator(check_cron)]
_Zone = Annotated[str, Query(max_length=64), AfterValidator(check_zone)]


@router.post(
    "",
    status_code=201,
    response_model=Schedule,
    response_description="It fires from its next time on.",
    responses=refusals(409, 422, body=True),
    openapi_extra=json_body(ScheduleRequest),
)
async def create_schedule(
    request: Request, crucible: Crucible, asker: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Make a schedule of a program, a batch or a pipeline that could run now."""
    created = await create.create(
        crucible.database,
        asker,
        await read_json(request, _schedule, maximum_bytes=MAXIMUM_BODY_BYTES),
        runtimes=crucible.runtimes(),
        engines=crucible.engines,
        idempotency_key=idempotency_key,
    )
    return created_response(created.what, f"schedules/{created.what.id}", replayed=created.replayed)


@router.get("", response_model=SchedulePage, responses=refusals(422))
async def list_schedules(
    crucible: Crucible, asker: Asker, limit: PageLimit = 50, cursor: Cursor = None
) -> Response:
    """List schedules, newest first."""
    return json_response(await find.page(crucible.database, asker, limit=limit, cursor=cursor))


@router.get("/upcoming", response_model=Upcoming, responses=refusals(422))
async def list_upcoming(crucible: Crucible, asker: Asker, cron: _Cron, time_zone: _Zone = "UTC") -> Response:
    """Show when a cron line would fire next: nothing is made."""
    return json_response(await find.upcoming(crucible.database, asker, cron=cron, time_zone=time_zone))


@router.get("/{schedule_id}", response_model=Schedule, responses=refusals(404, 422))
async def get_schedule(schedule_id: ScheduleId, crucible: Crucible, asker: Asker) -> Response:
    """Show a schedule, and when it fires next."""
    return json_response(await find.get(crucible.database, asker, schedule_id))


@router.get("/{schedule_id}/firings", response_model=FiringPage, responses=refusals(404, 422))
async def list_firings(
    schedule_id: ScheduleId, crucible: Crucible, asker: Asker, limit: PageLimit = 50, cursor: Cursor = None
) -> Response:
    """Show when a schedule fired, the last time first, and what ran for it."""
    return json_response(await find.firings(crucible.database, asker, schedule_id, limit=limit, cursor=cursor))


@router.put(
    "/{schedule_id}",
    response_model=Schedule,
    responses=refusals(404, 422, body=True),
    openapi_extra=json_body(ScheduleRequest),
)
async def replace_schedule(
    request: Request, schedule_id: ScheduleId, crucible: Crucible, asker: Asker
) -> Response:
    """Have a schedule be another, from now on: what fired stays, and a paused one stays paused."""
    return json_response(
        await change.replace(
            crucible.database,
            asker,
            schedule_id,
            await read_json(request, _schedule, maximum_bytes=MAXIMUM_BODY_BYTES),
            runtimes=crucible.runtimes(),
            engines=crucible.engines,
        )
    )


@router.post("/{schedule_id}/pause", response_model=Schedule, responses=refusals(404, 422))
async def pause_schedule(schedule_id: ScheduleId, crucible: Crucible, asker: Asker) -> Response:
    """Have a schedule fire no more until it is resumed."""
    return json_response(await change.pause(crucible.database, asker, schedule_id))


@router.post("/{schedule_id}/resume", response_model=Schedule, responses=refusals(404, 422))
async def resume_schedule(schedule_id: ScheduleId, crucible: Crucible, asker: Asker) -> Response:
    """Have a paused schedule fire again, from now on: while it rested it missed nothing."""
    return json_response(await change.resume(crucible.database, asker, schedule_id))


@router.delete("/{schedule_id}", status_code=204, responses=refusals(404, 422))
async def remove_schedule(schedule_id: ScheduleId, crucible: Crucible, asker: Asker) -> Response:
    """End a schedule. What it started goes on."""
    await change.remove(crucible.database, asker, schedule_id)
    return Response(status_code=204)
