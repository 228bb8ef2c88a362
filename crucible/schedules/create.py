"""Make a schedule, which fires from its next time on."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.database.failures import DuplicateKeyError, repeated
from crucible.domain.principal import Principal
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.domain.schedule import Schedule, ScheduleRequest
from crucible.schedules.work import runtimes_of, wants_isolation


@dataclass(frozen=True, slots=True)
class Created:
    """A schedule that was asked for."""

    schedule: Schedule
    replayed: bool
    """Whether an earlier request with the same key and body made it; it is shown as it is now."""


async def create(
    database: Database,
    principal: Principal,
    request: ScheduleRequest,
    *,
    runtimes: Sequence[RuntimeReport],
    engines: Callable[[], Awaitable[Sequence[DriverReport]]],
    idempotency_key: str | None = None,
) -> Created:
    """Make a schedule of what could run now.

    Raises InvalidRequestError, IdempotencyConflictError, PermissionDeniedError, StorageUnavailableError.
    """
    require(principal, Permission.SUBMIT)
    digest = hashlib.sha256(b"schedules" + request.model_dump_json().encode()).hexdigest()
    offered = await engines() if wants_isolation(request) else ()

    async def attempt() -> Created:
        async with database.unit_of_work(principal) as work:
            if idempotency_key is not None and (made := await work.idempotency.answered(idempotency_key, digest)):
                return Created(await work.schedules.get(made[0]), replayed=True)
            names = runtimes_of(request, runtimes, offered)
            at = await work.now()
            schedule_id = await work.schedules.add(request, names, principal.subject, at)
            if idempotency_key is not None:
                await work.idempotency.add(idempotency_key, digest, [schedule_id], at)
            return Created(await work.schedules.get(schedule_id), replayed=False)

    try:
        return await repeated(attempt)
    except DuplicateKeyError:
        return await repeated(attempt)  # another request with this key was first; what it made is there now
