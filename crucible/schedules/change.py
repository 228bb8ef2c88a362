"""Have a schedule rest, go on, or end."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.principal import Principal
from crucible.domain.schedule import Schedule


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
