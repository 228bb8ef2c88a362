"""Make a schedule, which fires from its next time on."""

from collections.abc import Sequence

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.once import Created, digest_of, once
from crucible.domain.principal import Principal
from crucible.domain.sandbox import RuntimeReport
from crucible.domain.schedule import Schedule, ScheduleRequest
from crucible.evaluations.isolation import AskEngines
from crucible.schedules.work import runtimes_of, wants_isolation


async def create(
    database: Database,
    principal: Principal,
    request: ScheduleRequest,
    *,
    runtimes: Sequence[RuntimeReport],
    engines: AskEngines,
    idempotency_key: str | None = None,
) -> Created[Schedule]:
    """Make a schedule of what could run now.

    Raises InvalidRequestError, IdempotencyConflictError, PermissionDeniedError, StorageUnavailableError.
    """
    require(principal, Permission.SUBMIT)
    offered = await engines() if wants_isolation(request) else ()

    async def make(work: TenantWork) -> tuple[list[str], Schedule]:
        names = runtimes_of(request, runtimes, offered)
        schedule_id = await work.schedules.add(request, names, principal.subject, await work.now())
        return [schedule_id], await work.schedules.get(schedule_id)

    return await once(
        database,
        principal,
        idempotency_key,
        digest_of("schedules", request),
        make=make,
        show=lambda work, ids: work.schedules.get(ids[0]),
    )
