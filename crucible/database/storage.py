"""How much is stored, read from indexes that hold no more than what is counted.

Most evaluations have no blob and few are deleted, so those indexes are short however long the tables are.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.retention import is_due, is_old
from crucible.database.tables import evaluation_outputs, evaluations, has_blob, is_deleted
from crucible.domain.storage import BlobCount, BlobKind, BlobTotals, DatabaseSize, DeletedCount

_O = evaluation_outputs.c
_BYTES = {
    BlobKind.STDOUT: _O.stdout_bytes,
    BlobKind.STDERR: _O.stderr_bytes,
    BlobKind.FILES: _O.files_bytes,
}


class StorageReader:
    """What a tenant's evaluations keep."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def blobs(self) -> BlobTotals:
        """Return how many blobs the rows point to, and their bytes."""
        kinds: dict[BlobKind, BlobCount] = {}
        for kind, size in _BYTES.items():
            found = await self._connection.execute(
                sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(size), 0)).where(
                    _O.tenant_id == self._tenant_id, has_blob[kind]
                )
            )
            count, total = found.one()
            kinds[kind] = BlobCount(count=count, bytes=total)
        return BlobTotals(
            count=sum(each.count for each in kinds.values()),
            bytes=sum(each.bytes for each in kinds.values()),
            kinds=kinds,
        )

    async def deleted(self) -> DeletedCount:
        """Return how many evaluations are deleted, and since when the oldest of them has been there."""
        found = await self._connection.execute(
            sa.select(
                sa.func.count(), sa.func.min(evaluations.c.queued_at), sa.func.min(evaluations.c.deleted_at)
            ).where(evaluations.c.tenant_id == self._tenant_id, is_deleted)
        )
        count, oldest, first = found.one()
        return DeletedCount(count=count, oldest=oldest, first=first)

    async def oldest(self) -> datetime | None:
        """Return when the oldest evaluation was queued that is kept."""
        first = sa.select(sa.func.min(evaluations.c.queued_at)).where(evaluations.c.tenant_id == self._tenant_id)
        oldest: datetime | None = (await self._connection.execute(first)).scalar_one()
        return oldest

    async def due(self, before: datetime) -> tuple[int, int]:
        """Return how many that were deleted before a moment are to be removed, and the bytes of their blobs."""
        size = sum((sa.case((has_blob[kind], size), else_=0) for kind, size in _BYTES.items()), sa.literal(0))
        found = await self._connection.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(size), 0))
            .select_from(evaluations)
            .outerjoin(evaluation_outputs, _O.evaluation_id == evaluations.c.id)
            .where(evaluations.c.tenant_id == self._tenant_id, *is_due(before))
        )
        count, total = found.one()
        return count, int(total)

    async def old(self, before: datetime) -> int:
        """Return how many that ended before a moment are to be deleted; each of them is read for it."""
        found = await self._connection.execute(
            sa.select(sa.func.count())
            .select_from(evaluations)
            .where(evaluations.c.tenant_id == self._tenant_id, *is_old(before))
        )
        return int(found.scalar_one())

    async def database(self) -> DatabaseSize:
        """Return how large the database is."""
        if self._connection.dialect.name == "postgresql":
            size = await self._connection.scalar(sa.text("SELECT pg_database_size(current_database())"))
            return DatabaseSize(kind="postgresql", bytes=size)
        size = await self._connection.scalar(
            sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        )
        free = await self._connection.scalar(
            sa.text("SELECT freelist_count * page_size FROM pragma_freelist_count(), pragma_page_size()")
        )
        return DatabaseSize(kind="sqlite", bytes=size, free_bytes=free)
