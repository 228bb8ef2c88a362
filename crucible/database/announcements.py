"""What receivers are to be told, written in the transaction that made it so: no crash loses it.

Most tenants have no receiver, so who wants to know is asked first, and what there is to tell only then.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.clock import now
from crucible.database.tables import batches, deliveries, evaluations, pipelines, webhooks
from crucible.domain.batch import BatchState
from crucible.domain.identifiers import new_identifier
from crucible.domain.webhook import DeliveryState, WebhookEvent

_B, _E, _P, _W = batches.c, evaluations.c, pipelines.c, webhooks.c
_OF_AN_EVALUATION = (_E.outcome, _E.error, _E.runtime, _E.labels, _E.infrastructure_attempts)
_OF_A_BATCH = (_B.name, _B.labels, _B.cancel_requested_by, _B.received, _B.retried, _B.finished_at, _B.counts)
_OF_A_PIPELINE = (_P.name, _P.labels, _P.state, _P.stopped_by, _P.finished_at)


@dataclass(frozen=True, slots=True)
class _News:
    """What is to be told, and what it is about."""

    event: WebhookEvent
    about: Mapping[str, str]
    told: Mapping[str, Any]


async def announce_evaluation(
    connection: AsyncConnection, tenant_id: str, evaluation_id: str, event: WebhookEvent, at: datetime
) -> None:
    """Have the tenant's receivers told of an evaluation that was just ended so."""
    if receivers := await _receivers(connection, tenant_id, event):
        found = await connection.execute(sa.select(*_OF_AN_EVALUATION).where(_E.id == evaluation_id))
        news = _News(event, {"evaluation_id": evaluation_id}, dict(found.mappings().one()))
        await _insert(connection, tenant_id, receivers, news, at)


async def announce_batch(connection: AsyncConnection, batch_id: str) -> None:
    """Have its tenant's receivers told of a batch that was just counted."""
    tenant_id = await connection.scalar(sa.select(_B.tenant_id).where(_B.id == batch_id))
    assert tenant_id is not None  # noqa: S101 - the caller holds the row
    if receivers := await _receivers(connection, tenant_id, WebhookEvent.BATCH_ENDED):
        found = (await connection.execute(sa.select(*_OF_A_BATCH).where(_B.id == batch_id))).one()
        told = {
            "name": found.name,
            "labels": found.labels,
            "state": BatchState.COMPLETED if found.cancel_requested_by is None else BatchState.CANCELLED,
            "received": found.received,
            "retried": found.retried,
            "outcomes": found.counts["outcomes"],
            "finished_at": found.finished_at.isoformat(),
        }
        news = _News(WebhookEvent.BATCH_ENDED, {"batch_id": batch_id}, told)
        await _insert(connection, tenant_id, receivers, news, await now(connection))


async def announce_pipeline(connection: AsyncConnection, tenant_id: str, pipeline_id: str) -> None:
    """Have the tenant's receivers told of a pipeline whose last stage was just ended."""
    if receivers := await _receivers(connection, tenant_id, WebhookEvent.PIPELINE_ENDED):
        found = (await connection.execute(sa.select(*_OF_A_PIPELINE).where(_P.id == pipeline_id))).mappings().one()
        told = {**found, "finished_at": found["finished_at"].isoformat()}
        news = _News(WebhookEvent.PIPELINE_ENDED, {"pipeline_id": pipeline_id}, told)
        await _insert(connection, tenant_id, receivers, news, await now(connection))


async def announce_test(connection: AsyncConnection, tenant_id: str, webhook_id: str, at: datetime) -> str:
    """Have one receiver told that somebody tries it out; return the delivery's id."""
    news = _News(WebhookEvent.TEST, {}, {"webhook_id": webhook_id})
    (delivery,) = await _insert(connection, tenant_id, [webhook_id], news, at)
    return delivery


async def _receivers(connection: AsyncConnection, tenant_id: str, event: WebhookEvent) -> list[str]:
    wanting = await connection.execute(sa.select(_W.id, _W.events).where(_W.tenant_id == tenant_id))
    return [row.id for row in wanting if event in row.events]


async def _insert(
    connection: AsyncConnection, tenant_id: str, receivers: Sequence[str], news: _News, at: datetime
) -> list[str]:
    body = {"type": news.event, "timestamp": at.isoformat(), "data": {**news.about, **news.told}}
    rows = [
        {
            "id": new_identifier("de"),
            "tenant_id": tenant_id,
            "webhook_id": receiver,
            **dict.fromkeys(("evaluation_id", "batch_id", "pipeline_id")),
            **news.about,
            "event": news.event,
            "state": DeliveryState.PENDING,
            "body": json.dumps(body),
            "attempts": 0,
            "not_before": at,
            "created_at": at,
        }
        for receiver in receivers
    ]
    await connection.execute(deliveries.insert(), rows)
    return [str(row["id"]) for row in rows]
