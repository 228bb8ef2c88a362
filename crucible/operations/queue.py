"""Look at the queue, and at the slots that there are for it."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.operation import Queue
from crucible.domain.principal import Principal
from crucible.domain.worker import ALIVE_FOR


async def queue(database: Database, principal: Principal) -> Queue:
    """Return what waits and runs, counted over all tenants."""
    require(principal, Permission.READ)
    async with database.system_unit_of_work() as work:
        at = await work.now()
        alive = [each for each in await work.workers.seen(at=at, within=ALIVE_FOR) if each.takes_more]
        return Queue(
            priorities=await work.signals.load(at),
            slots=sum(each.slots for each in alive),
            slots_used=sum(each.running for each in alive),
            dead_letters=(await work.signals.dead_letters())[DeadLetterState.WAITING],
        )
