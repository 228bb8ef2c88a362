"""Tell how much evaluations keep, so that somebody sees a disk fill up before it is full."""

from datetime import UTC, datetime

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.principal import Principal
from crucible.domain.storage import Storage


async def storage(database: Database, principal: Principal) -> Storage:
    """Return what the tenant's evaluations keep beside the database, and how large that is."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return Storage(
            at=datetime.now(UTC),
            blobs=await view.storage.blobs(),
            database=await view.storage.database(),
            deleted=await view.storage.deleted(),
        )
