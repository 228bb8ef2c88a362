"""Say that a worker lives and still holds what it holds; hear what became of it."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from crucible.database.database import Database
from crucible.domain.sandbox import SandboxProgress

Hold = tuple[str, int]
"""An evaluation's id, and the fence under which it is held."""


async def heartbeat(
    database: Database,
    held: Collection[Hold],
    *,
    lease_seconds: float,
    progress: Mapping[Hold, SandboxProgress] | None = None,
) -> dict[Hold, str | None]:
    """Extend leases, and return for each that stands who asked for the evaluation's end, if somebody did.

    `progress`, how far programs say that they have come, is noted of those that stand.

    What the answer leaves out is lost: another has it, or may have it. Raises StorageUnavailableError.
    """
    async with database.system_unit_of_work() as work:
        stands = await work.leases.renew(held, at=await work.now(), ttl=timedelta(seconds=lease_seconds))
        if progress:
            await work.leases.note_progress(progress)
        return stands
