"""The tenants, and what of the workers is each one's share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import evaluations, is_queued, is_running, tenants

_T, _E = tenants.c, evaluations.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTenant:
    """A tenant's row, and how many of its evaluations wait and run."""

    id: str
    name: str
    cap: int | None
    weight: int
    waiting: int
    running: int
    created_at: datetime


class TenantLedger:
    """Every tenant, for whoever shares the workers out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Sequence[KnownTenant]:
        """Return every tenant, by id."""
        rows = await self._connection.execute(sa.select(tenants).order_by(_T.id))
        waiting, running = await self._counts(is_queued), await self._counts(is_running)
        return [
            KnownTenant(
                id=row.id,
                name=row.name,
                cap=row.cap,
                weight=row.weight,
                waiting=waiting.get(row.id, 0),
                running=running.get(row.id, 0),
                created_at=row.created_at,
            )
            for row in rows
        ]

    async def share(self, tenant_id: str, *, cap: int | None, weight: int) -> None:
        """Have a tenant's share be this from the next claim on."""
        await self._connection.execute(tenants.update().where(_T.id == tenant_id).values(cap=cap, weight=weight))

    async def _counts(self, condition: sa.ColumnElement[bool]) -> dict[str, int]:
        rows = await self._connection.execute(
            sa.select(_E.tenant_id, sa.func.count().label("number")).where(condition).group_by(_E.tenant_id)
        )
        return {row.tenant_id: row.number for row in rows}
