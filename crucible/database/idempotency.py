"""Which requests that create were answered already, so that asking again creates nothing again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import idempotency_keys


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """What a request with this key asked for, and what it made."""

    digest: str
    evaluation_ids: tuple[str, ...]


class IdempotencyRepository:
    """The idempotency keys of one tenant."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def find(self, key: str) -> AnsweredRequest | None:
        """Return what was answered under this key."""
        table = idempotency_keys.c
        row = (
            await self._connection.execute(
                sa.select(table.digest, table.evaluation_ids).where(
                    table.tenant_id == self._tenant_id, table.key == key
                )
            )
        ).one_or_none()
        return AnsweredRequest(row.digest, tuple(row.evaluation_ids)) if row else None

    async def add(self, key: str, digest: str, evaluation_ids: Sequence[str], at: datetime) -> None:
        """Keep the answer. Raises DuplicateKeyError where another transaction was first."""
        row = {
            "tenant_id": self._tenant_id,
            "key": key,
            "digest": digest,
            "evaluation_ids": list(evaluation_ids),
            "created_at": at,
        }
        await self._connection.execute(idempotency_keys.insert(), row)
