"""Tell how much evaluations keep, so that somebody sees a disk fill up before it is full."""

from datetime import datetime, timedelta

from crucible.access.policy import Permission, require
from crucible.database.database import Database, View
from crucible.domain.principal import Principal
from crucible.domain.retention import FOR_GOOD, Retention, RetentionPlan
from crucible.domain.storage import Storage


async def storage(
    database: Database, principal: Principal, retention: Retention = FOR_GOOD, *, plan: Retention | None = None
) -> Storage:
    """Return what the tenant's evaluations keep beside the database, and how large that is.

    `plan`: with it, what retention would do now if it were this, which reads each evaluation that it is about.
    """
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        at = await view.now()
        deleted = await view.storage.deleted()
        return Storage(
            at=at,
            blobs=await view.storage.blobs(),
            database=await view.storage.database(),
            deleted=deleted,
            retention_seconds=_seconds(retention.deleted),
            ended_seconds=_seconds(retention.ended),
            oldest=await view.storage.oldest(),
            next_removal=(
                deleted.first + retention.deleted if deleted.first and retention.deleted is not None else None
            ),
            plan=None if plan is None else await _planned(view, plan, at),
        )


async def _planned(view: View, plan: Retention, at: datetime) -> RetentionPlan:
    removed, size = (0, 0) if plan.deleted is None else await view.storage.due(at - plan.deleted)
    return RetentionPlan(
        deleted_seconds=_seconds(plan.deleted),
        ended_seconds=_seconds(plan.ended),
        removed=removed,
        removed_blob_bytes=size,
        deleted=0 if plan.ended is None else await view.storage.old(at - plan.ended),
    )


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()
