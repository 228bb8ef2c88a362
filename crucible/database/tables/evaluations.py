"""The evaluation, what is large about it, and its events.

The row itself is small, for every claim, heartbeat and finish writes it anew; what is large lives beside it in
`evaluation_inputs` and `evaluation_outputs`, each written once.
"""

from typing import get_args

import sqlalchemy as sa

from crucible.database.clock import Moment
from crucible.database.tables.columns import (
    enumeration,
    evaluation,
    identifier,
    is_value,
    literal,
    metadata,
    partial_index,
    tenant,
)
from crucible.domain.cause import MAXIMUM_CAUSE_CHARACTERS
from crucible.domain.evaluation import Priority
from crucible.domain.event import Event
from crucible.domain.first_line import MAXIMUM_FIRST_LINE
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation
from crucible.domain.status import FINAL_STATUSES, Lifecycle, Status
from crucible.domain.storage import BlobKind

EVENT_KINDS = tuple(kind.model_fields["kind"].default for kind in get_args(get_args(Event)[0]))
_rank = " ".join(f"WHEN '{priority.value}' THEN {place}" for place, priority in enumerate(Priority))

evaluations = sa.Table(
    "evaluations",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
    sa.Column("status", enumeration(Status, "status"), nullable=False),
    sa.Column("outcome", enumeration(Outcome, "outcome")),
    sa.Column("lifecycle", enumeration(Lifecycle, "lifecycle"), nullable=False),
    sa.Column("priority", enumeration(Priority, "priority"), nullable=False),
    sa.Column("rank", sa.SmallInteger, sa.Computed(f"CASE priority {_rank} END", persisted=True)),
    sa.Column("runtime", sa.String(64), nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("worker", sa.String(255)),
    sa.Column("lease_until", Moment),
    sa.Column("not_before", Moment, nullable=False),
    sa.Column("infrastructure_attempts", sa.Integer, nullable=False),
    sa.Column("cancel_requested_by", sa.String(255)),
    sa.Column("queued_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("exit_code", sa.Integer),
    sa.Column("signal", sa.String(32)),
    sa.Column("wall_seconds", sa.Double),
    sa.Column("cpu_seconds", sa.Double),
    sa.Column("peak_memory_bytes", sa.BigInteger),
    sa.Column("limits", sa.JSON, nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("engine", sa.String(64)),
    sa.Column(
        "minimum_isolation",
        enumeration(Isolation, "minimum_isolation"),
        nullable=False,
        server_default=Isolation.SHARED_KERNEL,
    ),
    sa.Column("image", sa.String(64)),
    sa.Column("fresh", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
    sa.Column("attempt_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    # No foreign keys here: SQLite adds none to a table that stands, and whoever writes them holds the batch's row.
    sa.Column("batch_id", identifier()),
    sa.Column("batch_position", sa.Integer),
    sa.Column("replaced_by", identifier()),
    sa.Column("cause", sa.String(MAXIMUM_CAUSE_CHARACTERS)),
    sa.Column("needs", sa.String(1024), nullable=False, server_default=""),
    sa.Column("memory_bytes", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cpus", sa.Double, nullable=False, server_default="0"),
    sa.Column("reports_progress", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
    sa.Column("progress", sa.JSON(none_as_null=True)),
    sa.Column("pipeline_id", identifier()),
    sa.Column("stage", sa.String(64)),
    sa.Column("runtime_version", sa.Text),
    sa.Column("first_line", sa.String(MAXIMUM_FIRST_LINE)),
    sa.Column("deleted_at", Moment),
    sa.CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="running_is_leased"),
    sa.CheckConstraint(
        f"(status IN ({literal(sorted(FINAL_STATUSES))})) = (outcome IS NOT NULL)", name="final_has_outcome"
    ),
)
is_queued = is_value(evaluations.c.status, Status.QUEUED)
is_running = is_value(evaluations.c.status, Status.RUNNING)
is_deleted = is_value(evaluations.c.lifecycle, Lifecycle.DELETED)
partial_index(
    "ix_evaluations_deleted",
    evaluations.c.tenant_id,
    evaluations.c.deleted_at,
    evaluations.c.queued_at,
    where=is_deleted,
)
sa.Index("ix_evaluations_page", evaluations.c.tenant_id, evaluations.c.queued_at, evaluations.c.id)
partial_index(
    "ix_evaluations_queue",
    evaluations.c.rank,
    evaluations.c.tenant_id,
    evaluations.c.needs,
    evaluations.c.queued_at,
    evaluations.c.id,
    where=is_queued,
)
is_in_place = sa.and_(evaluations.c.batch_id.is_not(None), evaluations.c.replaced_by.is_(None))
"""Belongs to a batch, and no retry took its place."""
partial_index(
    "ix_evaluations_batch", evaluations.c.batch_id, evaluations.c.batch_position, unique=True, where=is_in_place
)
partial_index(
    "ix_evaluations_batch_progress",
    evaluations.c.batch_id,
    evaluations.c.status,
    evaluations.c.outcome,
    where=is_in_place,
)
is_of_pipeline = evaluations.c.pipeline_id.is_not(None)
partial_index(
    "ix_evaluations_stage", evaluations.c.pipeline_id, evaluations.c.stage, unique=True, where=is_of_pipeline
)
partial_index(
    "ix_evaluations_leases",
    evaluations.c.tenant_id,
    evaluations.c.rank,
    evaluations.c.lease_until,
    where=is_running,
)

evaluation_labels = sa.Table(
    "evaluation_labels",
    metadata,
    evaluation(),
    sa.Column("key", sa.String(63), primary_key=True),
    tenant(),
    sa.Column("value", sa.String(255), nullable=False),
    sa.Index("ix_evaluation_labels_value", "tenant_id", "key", "value"),
    sqlite_with_rowid=False,
)

evaluation_inputs = sa.Table(
    "evaluation_inputs",
    metadata,
    evaluation(),
    tenant(),
    sa.Column("entrypoint", sa.String(1024)),
    sa.Column("argv", sa.JSON, nullable=False),
    sa.Column("env", sa.JSON, nullable=False),
    sa.Column("code", sa.LargeBinary),
    sa.Column("stdin", sa.LargeBinary, nullable=False),
    sa.Column("files", sa.LargeBinary),
    sa.Column("search_text", sa.Text, nullable=False),
)

evaluation_outputs = sa.Table(
    "evaluation_outputs",
    metadata,
    evaluation(),
    tenant(),
    sa.Column("stdout_bytes", sa.BigInteger, nullable=False),
    sa.Column("stderr_bytes", sa.BigInteger, nullable=False),
    sa.Column("output_truncated", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("files_truncated", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("stdout_blob", sa.String(255)),
    sa.Column("stderr_blob", sa.String(255)),
    sa.Column("files_blob", sa.String(255)),
    sa.Column("files", sa.JSON, nullable=False),
    sa.Column("stdout", sa.LargeBinary, nullable=False),
    sa.Column("stderr", sa.LargeBinary, nullable=False),
    sa.Column("files_content", sa.LargeBinary, nullable=False),
    sa.Column("search_text", sa.Text, nullable=False),
    sa.Column("containment", sa.JSON(none_as_null=True)),
    sa.Column("attempts", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("files_bytes", sa.BigInteger, nullable=False, server_default="0"),
)
has_blob = {kind: evaluation_outputs.c[f"{kind.value}_blob"].is_not(None) for kind in BlobKind}
"""Has outputs of this kind that lie in a blob, of whose bytes there is an index."""
for _kind, _has in has_blob.items():
    partial_index(
        f"ix_evaluation_outputs_{_kind.value}_blob",
        evaluation_outputs.c.tenant_id,
        evaluation_outputs.c[f"{_kind.value}_bytes"],
        where=_has,
    )

events = sa.Table(
    "events",
    metadata,
    evaluation(),
    sa.Column("fence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    tenant(),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.CheckConstraint(f"kind IN ({literal(EVENT_KINDS)})", name="kind"),
    sqlite_with_rowid=False,
)
