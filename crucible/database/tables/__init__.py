"""The tables. Enumerations come from the domain, and so do the CHECK constraints that hold them.

What may contain a NUL is bytes, since text of PostgreSQL can't hold one. Nothing cascades.

What is part of an evaluation has a foreign key to it and is removed with it. What only tells of another thing
(an audit entry, a firing, a stage, a notification, a dead letter of its replay) has none, and may outlive it.
"""

from typing import Any

import sqlalchemy as sa

from crucible.database.tables.collections import (
    batches,
    is_to_end,
    is_under_way,
    is_unfinished,
    pipeline_stages,
    pipelines,
    schedule_firings,
    schedules,
)
from crucible.database.tables.columns import metadata
from crucible.database.tables.evaluations import (
    EVENT_KINDS,
    evaluation_inputs,
    evaluation_labels,
    evaluation_outputs,
    evaluations,
    events,
    has_blob,
    is_deleted,
    is_in_place,
    is_of_pipeline,
    is_queued,
    is_running,
)
from crucible.database.tables.operations import (
    audit_entries,
    blob_removals,
    dead_letters,
    is_open,
    log_orders,
    measures,
    tallies,
    workers,
)
from crucible.database.tables.sessions import sessions
from crucible.database.tables.tenants import idempotency_keys, tenants, turns
from crucible.database.tables.webhooks import deliveries, is_pending, webhooks

AnyRow = sa.Row[*tuple[Any, ...]]
AnySelect = sa.Select[*tuple[Any, ...]]

__all__ = [
    "EVENT_KINDS",
    "AnyRow",
    "AnySelect",
    "audit_entries",
    "batches",
    "blob_removals",
    "dead_letters",
    "deliveries",
    "evaluation_inputs",
    "evaluation_labels",
    "evaluation_outputs",
    "evaluations",
    "events",
    "has_blob",
    "idempotency_keys",
    "is_deleted",
    "is_in_place",
    "is_of_pipeline",
    "is_open",
    "is_pending",
    "is_queued",
    "is_running",
    "is_to_end",
    "is_under_way",
    "is_unfinished",
    "log_orders",
    "measures",
    "metadata",
    "pipeline_stages",
    "pipelines",
    "schedule_firings",
    "schedules",
    "sessions",
    "tallies",
    "tenants",
    "turns",
    "webhooks",
    "workers",
]
