"""Look at schedules, and at when they fired."""

from datetime import UTC, datetime

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.errors import InvalidRequestError
from crucible.domain.principal import Principal
from crucible.domain.schedule import FiringPage, Schedule, SchedulePage, Upcoming


async def get(database: Database, principal: Principal, schedule_id: str) -> Schedule:
    """Return a schedule. Raises NotFoundError where there is none, or it is another tenant's."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.schedules.get(schedule_id)


async def page(database: Database, principal: Principal, *, limit: int, cursor: str | None = None) -> SchedulePage:
    """Return at most `limit` schedules, newest first. Raises InvalidRequestError for a cursor that is none."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.schedules.page(limit=limit, cursor=cursor)


async def firings(
    database: Database, principal: Principal, schedule_id: str, *, limit: int, cursor: str | None = None
) -> FiringPage:
    """Return when a schedule fired, the last time first. Raises NotFoundError, InvalidRequestError."""
    require(principal, Permission.READ)
    before = None if cursor is None else _moment(cursor)
    async with database.read(principal) as view:
        return await view.schedules.firings(schedule_id, limit=limit, before=before)


async def upcoming(database: Database, principal: Principal, *, cron: str, time_zone: str) -> Upcoming:
    """Return when a checked line would fire, by the clock that schedules go by."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.schedules.upcoming(cron, time_zone)


def _moment(cursor: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cursor).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequestError.of_cursor() from error
    if moment.isoformat() != cursor:
        raise InvalidRequestError.of_cursor()
    return moment
