"""Remove what was deleted so long ago that nobody is promised it any more; delete what ended long ago.

Rows first, a few at a time, and their blobs after them: which these are is noted in the transaction that removes
the rows, so that whoever is killed in between leaves a note and no orphan. No step begins while a backup is taken,
whose rows may still name the blobs. All moments are the database's.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from crucible.blobs.store import BlobStore, prefix_of, prefix_of_all
from crucible.database.database import Database, SystemWork
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.measure import Count, Measures
from crucible.domain.retention import Removed, Retention

KEYS_KEPT = timedelta(days=30)
"""For how long a repeated request is answered as its first was."""
NOTIFICATIONS_KEPT = timedelta(days=30)
_EVALUATIONS_AT_ONCE = 10
"""What one has may be some hundred kilobytes of a row, and others wait for SQLite's one writer."""
_RESTS = 2.0
"""How much longer it stays away than a step took, so that most of the time is others'."""
_ROWS_AT_ONCE = 500
_PAUSE_SECONDS = 0.02
"""Between two steps, for those who wait."""
_ROUND_SECONDS = 60.0
_OLD_EVERY = timedelta(hours=1)
_ORPHANS_EVERY = timedelta(days=1)
_log = structlog.stdlib.get_logger(__name__)


async def keep_removing(
    database: Database,
    blobs: BlobStore,
    retention: Retention,
    measures: Measures,
    *,
    knows_all_blobs: bool,
    interval_seconds: float = _ROUND_SECONDS,
) -> None:
    """Go round until cancelled. Any number of processes may. `knows_all_blobs`: see `collect_orphans`."""
    done_at: dict[timedelta, datetime] = {}

    def is_time(at: datetime, every: timedelta) -> bool:
        return every not in done_at or not timedelta() <= at - done_at[every] < every

    while True:
        try:
            async with database.system_steps() as work:
                at = await work.now()
            removed = Removed()
            if retention.ended is not None and is_time(at, _OLD_EVERY):
                removed.deleted = await delete_old(database, retention.ended)
                done_at[_OLD_EVERY] = at
            await remove(database, blobs, retention, removed, measures)
            if is_time(at, _ORPHANS_EVERY):
                removed.orphans = await collect_orphans(database, blobs, knows_all=knows_all_blobs)
                done_at[_ORPHANS_EVERY] = at
            if told := removed.told():
                _log.info("removed", **told)
        except StorageUnavailableError as error:
            _log.warning("not_removed", reason=error.detail)
        await asyncio.sleep(interval_seconds)


async def remove(
    database: Database, blobs: BlobStore, retention: Retention, removed: Removed, measures: Measures | None = None
) -> None:
    """Remove all that is due, and count it in `removed`. Raises StorageUnavailableError.

    What one step removed is counted as soon as it did, so that a later one that fails hides nothing.
    """
    if not await _remove_blobs(database, blobs):
        return
    async with database.system_steps() as work:
        tenants = await work.retention.tenants()
    for tenant_id in tenants:
        if retention.deleted is not None:
            count = await _remove_evaluations(database, blobs, tenant_id, retention.deleted, measures)
            removed.evaluations += count
        if retention.deleted is not None and retention.ended is not None:
            await _remove_wholes(database, tenant_id, retention.ended + retention.deleted, removed)
        if retention.audit is not None:
            forget = partial(_forget_audit, tenant_id)
            removed.audit_entries += await _all(database, retention.audit, forget)
    removed.keys += await _all(
        database, KEYS_KEPT, lambda work, before: work.retention.forget_keys(before=before, limit=_ROWS_AT_ONCE)
    )
    removed.notifications += await _all(
        database,
        NOTIFICATIONS_KEPT,
        lambda work, before: work.retention.forget_notifications(before=before, limit=_ROWS_AT_ONCE),
    )


async def delete_old(database: Database, ended: timedelta) -> int:
    """Delete active evaluations that ended so long ago; return how many. Raises StorageUnavailableError.

    Those stay that wait for a decision as dead letters, and those of a batch or pipeline that goes on.
    """
    async with database.system_steps() as work:
        tenants = await work.retention.tenants()
    return sum([await _delete_old(database, tenant_id, ended) for tenant_id in tenants])


async def collect_orphans(database: Database, blobs: BlobStore, *, knows_all: bool) -> int:
    """Remove blobs that no row will ever name, and return of how many attempts. Raises StorageUnavailableError.

    Those are of attempts that were lost, where whoever took the evaluation back was killed before they were gone.
    With `knows_all`, those of evaluations that are not there, too: only for who knows that no other database's
    blobs lie in the folder. Where none of those that are looked at together is there, nothing is removed:
    then it is the rows that are missing, of a database that was put aside to be mended.
    """
    removed = 0
    async for some in blobs.attempts():
        async with database.system_steps() as work:
            fences = await work.retention.fences([evaluation_id for evaluation_id, _ in some])
        void = [
            (evaluation_id, fence)
            for evaluation_id, fence in some
            if (fence < fences[evaluation_id] if evaluation_id in fences else knows_all and fences)
        ]
        with blobs.removing() as may_remove:
            if not may_remove:
                return removed
            for evaluation_id, fence in void:
                await blobs.delete_all(prefix_of(evaluation_id, fence))
        removed += len(void)
        await asyncio.sleep(_PAUSE_SECONDS)
    return removed


async def _remove_evaluations(
    database: Database, blobs: BlobStore, tenant_id: str, kept: timedelta, measures: Measures | None
) -> int:
    entry_id: str | None = None
    total = 0
    while True:
        began = time.monotonic()
        with blobs.removing() as may_remove:
            if not may_remove:
                _log.info("removal_waits_for_backup")
                return total
            async with database.system_unit_of_work() as work:
                at = await work.now()
                count = await work.retention.remove(tenant_id, before=at - kept, at=at, limit=_EVALUATIONS_AT_ONCE)
                if count:
                    entry_id = await work.retention.tell(entry_id, tenant_id, "remove", count, at)
            await _remove_noted_blobs(database, blobs)
        total += count
        if measures is not None:
            measures.count(Count.REMOVED, count)
        if count < _EVALUATIONS_AT_ONCE:
            return total
        await asyncio.sleep(max(_PAUSE_SECONDS, _RESTS * (time.monotonic() - began)))


async def _remove_wholes(database: Database, tenant_id: str, kept: timedelta, removed: Removed) -> None:
    """Remove batches, pipelines and sessions that ended so long ago, and what is told of firings."""
    limit = _ROWS_AT_ONCE
    removed.batches += await _all(
        database, kept, lambda work, before: work.retention.remove_batches(tenant_id, before=before, limit=limit)
    )
    removed.pipelines += await _all(
        database,
        kept,
        lambda work, before: work.retention.remove_pipelines(tenant_id, before=before, limit=limit),
    )
    removed.sessions += await _all(
        database, kept, lambda work, before: work.retention.remove_sessions(tenant_id, before=before, limit=limit)
    )
    removed.firings += await _all(
        database, kept, lambda work, before: work.retention.remove_firings(tenant_id, before=before, limit=limit)
    )


async def _forget_audit(tenant_id: str, work: SystemWork, before: datetime) -> int:
    return await work.retention.forget_audit(tenant_id, before=before, limit=_ROWS_AT_ONCE)


async def _delete_old(database: Database, tenant_id: str, ended: timedelta) -> int:
    entry_id: str | None = None
    total, place = 0, None
    while True:
        async with database.system_unit_of_work() as work:
            at = await work.now()
            step = await work.retention.delete_old(
                tenant_id, before=at - ended, at=at, after=place, limit=_ROWS_AT_ONCE
            )
            if step.count:
                entry_id = await work.retention.tell(entry_id, tenant_id, "delete", step.count, at)
        total, place = total + step.count, step.looked_at
        if place is None:
            return total
        await asyncio.sleep(_PAUSE_SECONDS)


async def _all(database: Database, kept: timedelta, step: Callable[[SystemWork, datetime], Awaitable[int]]) -> int:
    """Go on with a step until it finds fewer than it may take at once; return how many it took in all."""
    total = 0
    while True:
        async with database.system_unit_of_work() as work:
            count = await step(work, await work.now() - kept)
        total += count
        if count < _ROWS_AT_ONCE:
            return total
        await asyncio.sleep(_PAUSE_SECONDS)


async def _remove_blobs(database: Database, blobs: BlobStore) -> bool:
    """Remove the blobs that somebody noted who was killed before they were gone; False where a backup is taken."""
    with blobs.removing() as may_remove:
        if may_remove:
            await _remove_noted_blobs(database, blobs)
    return may_remove


async def _remove_noted_blobs(database: Database, blobs: BlobStore) -> None:
    while True:
        async with database.system_steps() as work:
            noted = await work.retention.blobs_to_remove(limit=_ROWS_AT_ONCE)
        if not noted:
            return
        for evaluation_id in noted:
            await blobs.delete_all(prefix_of_all(evaluation_id))
        async with database.system_steps() as work:
            await work.retention.note_blobs_removed(noted)
