"""Who is told of what happened, and how far telling them came."""

import sqlalchemy as sa

from crucible.database.clock import Moment
from crucible.database.tables.columns import enumeration, identifier, is_value, metadata, partial_index, tenant
from crucible.domain.webhook import DeliveryState, WebhookEvent

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
    sa.Column("url", sa.String(2048), nullable=False),
    sa.Column("secret", sa.String(255), nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("created_by", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_webhooks_tenant_id", "tenant_id"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
    sa.Column("webhook_id", identifier(), sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("evaluation_id", identifier()),
    sa.Column("event", enumeration(WebhookEvent, "event"), nullable=False),
    sa.Column("state", enumeration(DeliveryState, "state"), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("not_before", Moment, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("batch_id", identifier()),
    sa.Column("pipeline_id", identifier()),
    sa.UniqueConstraint("webhook_id", "evaluation_id"),
    sa.Index("ix_deliveries_created_at", "created_at"),
)
is_pending = is_value(deliveries.c.state, DeliveryState.PENDING)
partial_index(
    "ix_deliveries_pending", deliveries.c.webhook_id, deliveries.c.not_before, deliveries.c.id, where=is_pending
)
