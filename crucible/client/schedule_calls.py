"""What the API can be asked of schedules, as data; see `calls`."""

from typing import Final
from urllib.parse import quote

from crucible.client.calls import Call, Parameters, new_key
from crucible.domain.schedule import FiringPage, Schedule, SchedulePage, ScheduleRequest

SCHEDULES: Final = "/api/v1/schedules"


def create(request: ScheduleRequest, idempotency_key: str | None) -> Call[Schedule]:
    """Make a schedule."""
    return Call(
        method="POST",
        path=SCHEDULES,
        read=Schedule.model_validate_json,
        content=request.model_dump_json(exclude_defaults=True).encode(),
        idempotency_key=idempotency_key or new_key(),
    )


def get(schedule_id: str) -> Call[Schedule]:
    """Show a schedule."""
    return Call(method="GET", path=path_of(schedule_id), read=Schedule.model_validate_json)


def page(limit: int, cursor: str | None) -> Call[SchedulePage]:
    """List schedules."""
    return Call(
        method="GET", path=SCHEDULES, read=SchedulePage.model_validate_json, parameters=_part(limit, cursor)
    )


def firings(schedule_id: str, limit: int, cursor: str | None) -> Call[FiringPage]:
    """Show when a schedule fired."""
    return Call(
        method="GET",
        path=f"{path_of(schedule_id)}/firings",
        read=FiringPage.model_validate_json,
        parameters=_part(limit, cursor),
    )


def replace(schedule_id: str, request: ScheduleRequest) -> Call[Schedule]:
    """Have a schedule be another."""
    return Call(
        method="PUT",
        path=path_of(schedule_id),
        read=Schedule.model_validate_json,
        content=request.model_dump_json(exclude_defaults=True).encode(),
    )


def pause(schedule_id: str) -> Call[Schedule]:
    """Have a schedule rest."""
    return Call(method="POST", path=f"{path_of(schedule_id)}/pause", read=Schedule.model_validate_json)


def resume(schedule_id: str) -> Call[Schedule]:
    """Have a schedule go on."""
    return Call(method="POST", path=f"{path_of(schedule_id)}/resume", read=Schedule.model_validate_json)


def remove(schedule_id: str) -> Call[None]:
    """End a schedule."""
    return Call(method="DELETE", path=path_of(schedule_id), read=lambda _body: None, removes=True)


def path_of(schedule_id: str) -> str:
    """Return a schedule's address."""
    return f"{SCHEDULES}/{quote(schedule_id, safe='')}"


def _part(limit: int, cursor: str | None) -> Parameters:
    return (("limit", str(limit)), *((("cursor", cursor),) if cursor is not None else ()))
