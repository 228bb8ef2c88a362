"""Which requests that create were answered already, so that asking again creates nothing again."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import idempotency_keys
from crucible.domain.errors import IdempotencyConflictError


class IdempotencyRepository:
    """The idempotency keys of one tenant."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def answered(self, key: str, digest: str) -> Sequence[str] | None:
        """Return the ids of what a request under this key made; None where there was none yet.

        Raises IdempotencyConflictError where that was another request: one with another digest.
        """
        table = idempotency_keys.c
        row = (
            await self._connection.execute(
                sa.select(table.digest, table.evaluation_ids).where(
                    table.tenant_id == self._tenant_id, table.key == key
                )
            )
        ).one_or_none()
        if row is None:
            return None
        if row.digest != digest:
            raise IdempotencyConflictError(
                f"the idempotency key {key!r} was used for another request: repeat that one, or use another key"
            )
        return tuple(row.evaluation_ids)

    async def add(self, key: str, digest: str, made: Sequence[str], at: datetime) -> None:
        """Keep the answer. Raises DuplicateKeyError where another transaction was first."""
        row = {
            "tenant_id": self._tenant_id,
            "key": key,
            "digest": digest,
            "evaluation_ids": list(made),
            "created_at": at,
        }
        await self._connection.execute(idempotency_keys.insert(), row)
