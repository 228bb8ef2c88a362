"""Receivers of notifications, and the outbox of what each has still to be told.

What is to be told is a row of the transaction that made it so; whoever sends it takes it for a while, and writes
what came of it. A sender that is killed in between loses nothing: the row falls due again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.announcements import announce_test
from crucible.database.tables import AnyRow, deliveries, is_pending, webhooks
from crucible.domain.errors import NotFoundError
from crucible.domain.webhook import Delivery, DeliveryState, Webhook, WebhookCreated

_D = deliveries.c
_W = webhooks.c


class WebhookReader:
    """The receivers of one tenant."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def all(self) -> tuple[Webhook, ...]:
        """Return them, the oldest first."""
        rows = await self._connection.execute(
            sa.select(webhooks).where(_W.tenant_id == self._tenant_id).order_by(_W.id)
        )
        return tuple(Webhook(**_described(row)) for row in rows)

    async def deliveries(self, webhook_id: str, *, limit: int) -> tuple[Delivery, ...]:
        """Return what one was told of, the newest first. Raises NotFoundError."""
        await self._require(webhook_id)
        rows = await self._connection.execute(
            sa.select(deliveries)
            .where(_D.tenant_id == self._tenant_id, _D.webhook_id == webhook_id)
            .order_by(_D.id.desc())
            .limit(limit)
        )
        return tuple(_delivery(row) for row in rows)

    async def _require(self, webhook_id: str) -> None:
        found = await self._connection.execute(
            sa.select(_W.id).where(_W.id == webhook_id, _W.tenant_id == self._tenant_id)
        )
        if found.one_or_none() is None:
            raise NotFoundError(f"there is no webhook {webhook_id!r}")


class WebhookRepository(WebhookReader):
    """The receivers of one tenant, to be added to and taken from."""

    async def get(self, webhook_id: str) -> WebhookCreated:
        """Return one with its secret. Raises NotFoundError."""
        await self._require(webhook_id)
        row = (await self._connection.execute(sa.select(webhooks).where(_W.id == webhook_id))).one()
        return WebhookCreated(**_described(row), secret=row.secret)

    async def add(self, webhook: WebhookCreated) -> None:
        """Insert one."""
        await self._connection.execute(
            webhooks.insert(),
            {
                "id": webhook.id,
                "tenant_id": self._tenant_id,
                "url": webhook.url,
                "secret": webhook.secret,
                "events": sorted(webhook.events),
                "created_by": webhook.created_by,
                "created_at": webhook.created,
            },
        )

    async def try_out(self, webhook_id: str, at: datetime) -> Delivery:
        """Have one told that somebody tries it out. Raises NotFoundError."""
        await self._require(webhook_id)
        delivery_id = await announce_test(self._connection, self._tenant_id, webhook_id, at)
        row = (await self._connection.execute(sa.select(deliveries).where(_D.id == delivery_id))).one()
        return _delivery(row)

    async def remove(self, webhook_id: str) -> None:
        """Remove one, with what it has and had to be told. Raises NotFoundError."""
        await self._require(webhook_id)
        await self._connection.execute(deliveries.delete().where(_D.webhook_id == webhook_id))
        await self._connection.execute(webhooks.delete().where(_W.id == webhook_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A delivery that is to be tried now, and all that takes."""

    id: str
    webhook_id: str
    url: str
    secret: str
    body: str
    attempts: int
    """This one included."""


class Outbox:
    """What is to be told, whoever's it is."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(
        self, *, at: datetime, until: datetime, besides: Collection[str], limit: int
    ) -> Sequence[Taken]:
        """Take what is due, one for each receiver but those `besides`; it falls due again at `until`.

        One at a time for each, so that a receiver that hangs holds up nobody else's.
        """
        due = (
            sa.select(sa.func.min(_D.id).label("id"))
            .where(is_pending, _D.not_before <= at, _D.webhook_id.not_in(besides))
            .group_by(_D.webhook_id)
            .limit(limit)
        )
        chosen = [row.id for row in await self._connection.execute(due)]
        if not chosen:
            return []
        taken = await self._connection.execute(
            deliveries.update()
            .where(_D.id.in_(chosen), is_pending, _D.not_before <= at)
            .values(attempts=_D.attempts + 1, not_before=until)
            .returning(_D.id)
        )
        rows = await self._connection.execute(
            sa.select(_D.id, _D.webhook_id, _W.url, _W.secret, _D.body, _D.attempts)
            .join(webhooks, _W.id == _D.webhook_id)
            .where(_D.id.in_([row.id for row in taken]))
        )
        return [Taken(**row._mapping) for row in rows]  # noqa: SLF001 - the same

    async def settle(
        self,
        taken: Taken,
        state: DeliveryState,
        *,
        status: int | None,
        error: str | None,
        not_before: datetime | None = None,
    ) -> None:
        """Write what came of an attempt, unless somebody else took it since, or it is no more."""
        values: dict[str, Any] = {"state": state, "status": status, "error": error}
        if not_before is not None:
            values["not_before"] = not_before
        await self._connection.execute(
            deliveries.update()
            .where(_D.id == taken.id, is_pending, _D.attempts == taken.attempts)
            .values(**values)
        )


def _described(row: AnyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "events": row.events,
        "created": row.created_at,
        "created_by": row.created_by,
    }


def _delivery(row: AnyRow) -> Delivery:
    return Delivery(
        id=row.id,
        evaluation_id=row.evaluation_id,
        batch_id=row.batch_id,
        pipeline_id=row.pipeline_id,
        event=row.event,
        state=row.state,
        attempts=row.attempts,
        created=row.created_at,
        due=row.not_before,
        status=row.status,
        error=row.error,
    )
