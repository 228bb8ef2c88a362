"""Have a schedule be another, rest, go on, or end."""

from collections.abc import Sequence

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.principal import Principal
from crucible.domain.sandbox import RuntimeReport
from crucible.domain.schedule import Schedule, ScheduleRequest
from crucible.evaluations.isolation import AskEngines
from crucible.schedules.work import runtimes_of, wants_isolation


async def replace(
    database: Database,
    principal: Principal,
    schedule_id: str,
    request: ScheduleRequest,
    *,
    runtimes: Sequence[RuntimeReport],
    engines: AskEngines,
) -> Schedule:
    """Have a schedule be as asked for, from now on: what fired stays, and a paused one stays paused.

    Raises NotFoundError, InvalidRequestError, PermissionDeniedError.
    """
    require(principal, Permission.SUBMIT)
    offered = await engines() if wants_isolation(request) else ()
    async with database.unit_of_work(principal) as work:
        held = await work.schedules.hold(schedule_id)
        names = runtimes_of(request, runtimes, offered)
        await work.schedules.replace(held, request, names, max(held.decided_until, await work.now()))
        return await work.schedules.get(schedule_id)


async def pause(database: Database, principal: Principal, schedule_id: str) -> Schedule:
    """Have a schedule fire no more until it is resumed. Asking again changes nothing. Raises NotFoundError."""
    require(principal, Permission.SUBMIT)
    async with database.unit_of_work(principal) as work:
        await work.schedules.pause(await work.schedules.hold(schedule_id))
        return await work.schedules.get(schedule_id)


async def resume(database: Database, principal: Principal, schedule_id: str) -> Schedule:
    """Have a paused schedule fire again, from now on: while it rested it missed nothing. Raises NotFoundError."""
    require(principal, Permission.SUBMIT)
    async with database.unit_of_work(principal) as work:
        held = await work.schedules.hold(schedule_id)
        if held.next_at is None:
            await work.schedules.wait_for_next(held, max(held.decided_until, await work.now()))
        return await work.schedules.get(schedule_id)


async def remove(database: Database, principal: Principal, schedule_id: str) -> None:
    """End a schedule. What it started goes on. Raises NotFoundError."""
    require(principal, Permission.SUBMIT)
    async with database.unit_of_work(principal) as work:
        await work.schedules.remove(await work.schedules.hold(schedule_id), await work.now())
