"""Look at the workers, and tell one to pause, to drain, or to go on.

An order is a word in the worker's row. The worker reads it within a second and follows; what it says of itself,
`state`, is what it does. So an order outlives whoever gave it, and a worker that is away follows when it is back.
"""

from datetime import timedelta

from crucible.access.policy import Permission, require
from crucible.database.database import Database, SystemWork
from crucible.domain.errors import ConflictError, NotFoundError
from crucible.domain.operation import Worker, WorkerList
from crucible.domain.principal import Principal
from crucible.domain.worker import ALIVE_FOR, WorkerReport, WorkerState

REMEMBERED = timedelta(minutes=10)


async def workers(database: Database, principal: Principal) -> WorkerList:
    """Return the workers, and which of the principal's evaluations each runs."""
    require(principal, Permission.READ)
    async with database.system_unit_of_work() as work:
        at = await work.now()
        seen = await work.workers.seen(at=at, within=REMEMBERED)
        return WorkerList(items=tuple([await _shown(work, principal, each) for each in seen]))


async def order(database: Database, principal: Principal, name: str, wanted: WorkerState) -> Worker:
    """Tell a worker what to do from now on; asking again changes nothing.

    Raises NotFoundError, and ConflictError where it has ended.
    """
    require(principal, Permission.ADMINISTER)
    async with database.system_unit_of_work() as work:
        seen = {each.name: each for each in await work.workers.seen(at=await work.now(), within=REMEMBERED)}
        if name not in seen:
            raise NotFoundError(f"there is no worker {name!r}; there are: {', '.join(seen) or 'none'}")
        if seen[name].state is WorkerState.STOPPED:
            raise ConflictError(f"worker {name!r} has ended")
        await work.workers.order(name, wanted)
        (told,) = [
            each for each in await work.workers.seen(at=await work.now(), within=REMEMBERED) if each.name == name
        ]
        return await _shown(work, principal, told)


async def _shown(work: SystemWork, principal: Principal, report: WorkerReport) -> Worker:
    at = await work.now()
    seen_at = report.seen_at or at
    return Worker(
        name=report.name,
        host=report.host,
        version=report.version,
        state=report.state,
        wanted=None if report.wanted is report.state else report.wanted,
        is_alive=report.state is not WorkerState.STOPPED and seen_at > at - ALIVE_FOR,
        slots=report.slots,
        running=report.running,
        runs=await work.workers.runs(report.name, principal.tenant_id),
        runtimes=tuple(runtime.name for runtime in report.runtimes),
        engines=tuple(engine.engine for engine in report.engines if engine.available),
        labels=tuple(sorted(report.offer.labels)),
        dedicated=report.offer.dedicated,
        memory_bytes=report.offer.memory_bytes,
        cpus=report.offer.cpus,
        started=report.started_at or at,
        seen=seen_at,
    )
