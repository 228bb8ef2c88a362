"""Say how much every process writes to its log for a while, and see what is in force."""

from datetime import timedelta

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.database.failures import repeated
from crucible.database.log_orders import LogOrder
from crucible.domain.answer import LogLevelRequest
from crucible.domain.principal import Principal


async def current(database: Database, principal: Principal) -> LogOrder | None:
    """Return the order that is in force; None where each process writes what its settings say."""
    require(principal, Permission.ADMINISTER)
    async with database.system_unit_of_work() as work:
        return await work.log_orders.current(await work.now())


async def order(database: Database, principal: Principal, wanted: LogLevelRequest) -> LogOrder:
    """Have every process write from this level on, within seconds, until the time is over."""
    require(principal, Permission.ADMINISTER)

    async def give() -> LogOrder:
        async with database.system_unit_of_work() as work:
            until = await work.now() + timedelta(minutes=wanted.minutes)
            given = LogOrder(wanted.level, until, principal.subject)
            await work.log_orders.give(given)
            return given

    return await repeated(give)


async def withdraw(database: Database, principal: Principal) -> None:
    """Have every process write what its settings say again."""
    require(principal, Permission.ADMINISTER)
    async with database.system_unit_of_work() as work:
        await work.log_orders.withdraw()
