"""Take queued evaluations, for as long as a lease lasts."""

from collections.abc import Collection
from datetime import timedelta

from crucible.database.database import Database
from crucible.database.records import Claimed


async def claim(
    database: Database, worker: str, runtimes: Collection[str], *, limit: int, lease_seconds: float
) -> list[Claimed]:
    """Take up to `limit` evaluations that these runtimes can run, and of which nobody else gets any.

    Raises StorageUnavailableError.
    """
    async with database.system_unit_of_work() as work:
        return await work.leases.claim(
            worker, runtimes, limit=limit, at=await work.now(), ttl=timedelta(seconds=lease_seconds)
        )
