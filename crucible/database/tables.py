"""The tables. Enumerations come from the domain, and so do the CHECK constraints that hold them.

The evaluation's row is small, for every claim, heartbeat and finish writes it anew; what is large lives beside it
in `evaluation_inputs` and `evaluation_outputs`, each written once. What may contain a NUL is bytes, since text of
PostgreSQL can't hold one. Nothing cascades.
"""

from enum import StrEnum
from typing import Any, get_args

import sqlalchemy as sa

from crucible.database.clock import Moment
from crucible.domain.cause import MAXIMUM_CAUSE_CHARACTERS
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.evaluation import Priority
from crucible.domain.event import Event
from crucible.domain.outcome import Outcome
from crucible.domain.pipeline import OnFailure, PipelineState, StageStatus
from crucible.domain.sandbox import Isolation
from crucible.domain.schedule import MissedRuns
from crucible.domain.session import EndReason
from crucible.domain.session_record import SessionState
from crucible.domain.status import FINAL_STATUSES, Lifecycle, Status
from crucible.domain.storage import BlobKind
from crucible.domain.webhook import DeliveryState, WebhookEvent
from crucible.domain.worker import WorkerState

AnyRow = sa.Row[*tuple[Any, ...]]
AnySelect = sa.Select[*tuple[Any, ...]]

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_IDENTIFIER_LENGTH = 32
EVENT_KINDS = tuple(kind.model_fields["kind"].default for kind in get_args(get_args(Event)[0]))


def _literal(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _enumeration(values: type[StrEnum], name: str) -> sa.Enum:
    return sa.Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def _identifier() -> sa.String:
    return sa.String(_IDENTIFIER_LENGTH)


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant_id", _identifier(), sa.ForeignKey("tenants.id"), nullable=False)


def _evaluation() -> sa.Column[str]:
    return sa.Column("evaluation_id", _identifier(), sa.ForeignKey("evaluations.id"), primary_key=True)


def _is(column: sa.Column[Any], value: StrEnum) -> sa.ColumnElement[bool]:
    """Compare with a value that is written out: a partial index serves no query whose bound value it can't see."""
    return column == sa.literal_column(f"'{value.value}'")


_rank = " ".join(f"WHEN '{priority.value}' THEN {place}" for place, priority in enumerate(Priority))

tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

evaluations = sa.Table(
    "evaluations",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
    sa.Column("status", _enumeration(Status, "status"), nullable=False),
    sa.Column("outcome", _enumeration(Outcome, "outcome")),
    sa.Column("lifecycle", _enumeration(Lifecycle, "lifecycle"), nullable=False),
    sa.Column("priority", _enumeration(Priority, "priority"), nullable=False),
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
        _enumeration(Isolation, "minimum_isolation"),
        nullable=False,
        server_default=Isolation.SHARED_KERNEL,
    ),
    sa.Column("image", sa.String(64)),
    sa.Column("fresh", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
    sa.Column("attempt_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    # No foreign keys here: SQLite adds none to a table that stands, and whoever writes them holds the batch's row.
    sa.Column("batch_id", _identifier()),
    sa.Column("batch_position", sa.Integer),
    sa.Column("replaced_by", _identifier()),
    sa.Column("cause", sa.String(MAXIMUM_CAUSE_CHARACTERS)),
    sa.Column("needs", sa.String(1024), nullable=False, server_default=""),
    sa.Column("memory_bytes", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cpus", sa.Double, nullable=False, server_default="0"),
    sa.Column("reports_progress", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
    sa.Column("progress", sa.JSON(none_as_null=True)),
    sa.Column("pipeline_id", _identifier()),
    sa.Column("stage", sa.String(64)),
    sa.CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="running_is_leased"),
    sa.CheckConstraint(
        f"(status IN ({_literal(sorted(FINAL_STATUSES))})) = (outcome IS NOT NULL)", name="final_has_outcome"
    ),
)
is_queued = _is(evaluations.c.status, Status.QUEUED)
is_running = _is(evaluations.c.status, Status.RUNNING)
is_deleted = _is(evaluations.c.lifecycle, Lifecycle.DELETED)
sa.Index(
    "ix_evaluations_deleted",
    evaluations.c.tenant_id,
    evaluations.c.queued_at,
    sqlite_where=is_deleted,
    postgresql_where=is_deleted,
)
sa.Index("ix_evaluations_page", evaluations.c.tenant_id, evaluations.c.queued_at, evaluations.c.id)
sa.Index(
    "ix_evaluations_queue",
    evaluations.c.rank,
    evaluations.c.tenant_id,
    evaluations.c.needs,
    evaluations.c.queued_at,
    evaluations.c.id,
    sqlite_where=is_queued,
    postgresql_where=is_queued,
)
is_in_place = sa.and_(evaluations.c.batch_id.is_not(None), evaluations.c.replaced_by.is_(None))
"""Belongs to a batch, and no retry took its place."""
sa.Index(
    "ix_evaluations_batch",
    evaluations.c.batch_id,
    evaluations.c.batch_position,
    unique=True,
    sqlite_where=is_in_place,
    postgresql_where=is_in_place,
)
sa.Index(
    "ix_evaluations_batch_progress",
    evaluations.c.batch_id,
    evaluations.c.status,
    evaluations.c.outcome,
    sqlite_where=is_in_place,
    postgresql_where=is_in_place,
)
is_of_pipeline = evaluations.c.pipeline_id.is_not(None)
sa.Index(
    "ix_evaluations_stage",
    evaluations.c.pipeline_id,
    evaluations.c.stage,
    unique=True,
    sqlite_where=is_of_pipeline,
    postgresql_where=is_of_pipeline,
)
sa.Index(
    "ix_evaluations_leases",
    evaluations.c.tenant_id,
    evaluations.c.rank,
    evaluations.c.lease_until,
    sqlite_where=is_running,
    postgresql_where=is_running,
)

evaluation_labels = sa.Table(
    "evaluation_labels",
    metadata,
    _evaluation(),
    sa.Column("key", sa.String(63), primary_key=True),
    _tenant(),
    sa.Column("value", sa.String(255), nullable=False),
    sa.Index("ix_evaluation_labels_value", "tenant_id", "key", "value"),
    sqlite_with_rowid=False,
)

evaluation_inputs = sa.Table(
    "evaluation_inputs",
    metadata,
    _evaluation(),
    _tenant(),
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
    _evaluation(),
    _tenant(),
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
    sa.Index(
        f"ix_evaluation_outputs_{_kind.value}_blob",
        evaluation_outputs.c.tenant_id,
        evaluation_outputs.c[f"{_kind.value}_bytes"],
        sqlite_where=_has,
        postgresql_where=_has,
    )

events = sa.Table(
    "events",
    metadata,
    _evaluation(),
    sa.Column("fence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    _tenant(),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.CheckConstraint(f"kind IN ({_literal(EVENT_KINDS)})", name="kind"),
    sqlite_with_rowid=False,
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("tenant_id", _identifier(), sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("evaluation_ids", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
    sa.Column("owner", sa.String(255), nullable=False),
    sa.Column("state", _enumeration(SessionState, "state"), nullable=False),
    sa.Column("reason", _enumeration(EndReason, "reason")),
    sa.Column("detail", sa.Text),
    sa.Column("executor", sa.String(1024), nullable=False),
    sa.Column("engine", sa.String(64)),
    sa.Column("minimum_isolation", _enumeration(Isolation, "minimum_isolation"), nullable=False),
    sa.Column("image", sa.String(64)),
    sa.Column("limits", sa.JSON, nullable=False),
    sa.Column("user", sa.String(64)),
    sa.Column("containment", sa.JSON(none_as_null=True)),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("attempts", sa.JSON(none_as_null=True)),
    sa.CheckConstraint("(state IN ('ended', 'lost')) = (reason IS NOT NULL)", name="final_has_reason"),
    sa.Index("ix_sessions_page", "tenant_id", "id"),
)
_is_alive = sessions.c.state.in_(
    [sa.literal_column(f"'{state.value}'") for state in SessionState if not state.is_final]
)
sa.Index("ix_sessions_alive", sessions.c.executor, sqlite_where=_is_alive, postgresql_where=_is_alive)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
    sa.Column("name", sa.String(255)),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("created_by", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("cancel_requested_by", sa.String(255)),
    sa.Column("received", sa.Integer, nullable=False),
    sa.Column("retried", sa.Integer, nullable=False),
    sa.Column("finished_at", Moment),
    sa.Column("counts", sa.JSON(none_as_null=True)),
    sa.CheckConstraint("(finished_at IS NULL) = (counts IS NULL)", name="finished_is_counted"),
    sa.CheckConstraint("finished_at IS NULL OR closed_at IS NOT NULL", name="finished_is_closed"),
    sa.Index("ix_batches_page", "tenant_id", "id"),
)
is_unfinished = batches.c.finished_at.is_(None)
sa.Index("ix_batches_unfinished", batches.c.id, sqlite_where=is_unfinished, postgresql_where=is_unfinished)

pipelines = sa.Table(
    "pipelines",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
    sa.Column("name", sa.String(255)),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("state", _enumeration(PipelineState, "state"), nullable=False),
    sa.Column("created_by", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("cancel_requested_by", sa.String(255)),
    sa.Column("stopped_by", sa.String(64)),
    sa.Column("finished_at", Moment),
    sa.CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="running_is_unfinished"),
    sa.Index("ix_pipelines_page", "tenant_id", "id"),
)
is_to_end = sa.and_(
    pipelines.c.finished_at.is_(None),
    sa.or_(pipelines.c.cancel_requested_by.is_not(None), pipelines.c.stopped_by.is_not(None)),
)
"""Runs, though it should not."""
sa.Index("ix_pipelines_to_end", pipelines.c.id, sqlite_where=is_to_end, postgresql_where=is_to_end)

pipeline_stages = sa.Table(
    "pipeline_stages",
    metadata,
    sa.Column("pipeline_id", _identifier(), sa.ForeignKey("pipelines.id"), primary_key=True),
    sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
    _tenant(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("needs", sa.JSON, nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
    sa.Column("stdin_from", sa.String(64)),
    sa.Column("on_failure", _enumeration(OnFailure, "on_failure"), nullable=False),
    sa.Column("runtime", sa.String(64), nullable=False),
    sa.Column("submission", sa.JSON, nullable=False),
    sa.Column("evaluation_id", _identifier(), sa.ForeignKey("evaluations.id")),
    sa.Column("ended_as", _enumeration(StageStatus, "ended_as")),
    sa.Column("ended_at", Moment),
    sa.Column("why", sa.Text),
    sa.CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="ended_has_time"),
    sa.UniqueConstraint("pipeline_id", "name"),
)
is_under_way = sa.and_(pipeline_stages.c.evaluation_id.is_not(None), pipeline_stages.c.ended_at.is_(None))
"""Its evaluation is there, and nobody took note of its end yet."""
sa.Index(
    "ix_pipeline_stages_under_way",
    pipeline_stages.c.evaluation_id,
    sqlite_where=is_under_way,
    postgresql_where=is_under_way,
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("cron", sa.String(255), nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False),
    sa.Column("missed", _enumeration(MissedRuns, "missed"), nullable=False),
    sa.Column("runtime", sa.String(64), nullable=False),
    sa.Column("submission", sa.JSON, nullable=False),
    sa.Column("created_by", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("decided_until", Moment, nullable=False),
    sa.Column("next_at", Moment),
    sa.Column("removed_at", Moment),
    sa.CheckConstraint("removed_at IS NULL OR next_at IS NULL", name="removed_never_fires"),
    sa.Index("ix_schedules_page", "tenant_id", "id"),
    sa.Index("ix_schedules_next_at", "next_at"),
)

schedule_firings = sa.Table(
    "schedule_firings",
    metadata,
    sa.Column("schedule_id", _identifier(), sa.ForeignKey("schedules.id"), primary_key=True),
    sa.Column("fire_at", Moment, primary_key=True),
    _tenant(),
    sa.Column("decided_at", Moment, nullable=False),
    sa.Column("evaluation_id", _identifier(), sa.ForeignKey("evaluations.id")),
)

_AUDITED = ("evaluation", "session", "pipeline")
"""What an audit entry may be about: one of them."""
audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("evaluation_id", _identifier(), sa.ForeignKey("evaluations.id")),
    sa.Column("at", Moment, nullable=False),
    sa.Column("session_id", _identifier(), sa.ForeignKey("sessions.id")),
    sa.Column("pipeline_id", _identifier(), sa.ForeignKey("pipelines.id")),
    sa.CheckConstraint(
        " + ".join(f"CASE WHEN {about}_id IS NULL THEN 0 ELSE 1 END" for about in _AUDITED) + " = 1",
        name="about_one",
    ),
    sa.Index("ix_audit_entries_at", "tenant_id", "at"),
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    _evaluation(),
    _tenant(),
    sa.Column("state", _enumeration(DeadLetterState, "state"), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("worker", sa.String(255)),
    sa.Column("died_at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("resolved_by", sa.String(255)),
    sa.Column("replayed_as", _identifier(), sa.ForeignKey("evaluations.id")),
    sa.CheckConstraint("(state = 'waiting') = (resolved_at IS NULL)", name="waiting_is_unresolved"),
    sa.CheckConstraint("(state = 'replayed') = (replayed_as IS NOT NULL)", name="replayed_has_evaluation"),
    sa.Index("ix_dead_letters_page", "tenant_id", "died_at", "evaluation_id"),
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
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
    sa.Column("id", _identifier(), primary_key=True),
    _tenant(),
    sa.Column("webhook_id", _identifier(), sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("evaluation_id", _identifier(), sa.ForeignKey("evaluations.id")),
    sa.Column("event", _enumeration(WebhookEvent, "event"), nullable=False),
    sa.Column("state", _enumeration(DeliveryState, "state"), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("not_before", Moment, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("batch_id", _identifier(), sa.ForeignKey("batches.id")),
    sa.Column("pipeline_id", _identifier(), sa.ForeignKey("pipelines.id")),
    sa.UniqueConstraint("webhook_id", "evaluation_id"),
)
is_pending = _is(deliveries.c.state, DeliveryState.PENDING)
sa.Index(
    "ix_deliveries_pending",
    deliveries.c.webhook_id,
    deliveries.c.not_before,
    deliveries.c.id,
    sqlite_where=is_pending,
    postgresql_where=is_pending,
)

measures = sa.Table(
    "measures",
    metadata,
    sa.Column("process", sa.String(255), primary_key=True),
    sa.Column("measured", sa.JSON, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("state", _enumeration(WorkerState, "state"), nullable=False),
    sa.Column("wanted", _enumeration(WorkerState, "wanted")),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("running", sa.Integer, nullable=False),
    sa.Column("memory_bytes", sa.BigInteger, nullable=False),
    sa.Column("cpus", sa.Double, nullable=False),
    sa.Column("runtimes", sa.JSON, nullable=False),
    sa.Column("engines", sa.JSON, nullable=False),
    sa.Column("only_engines", sa.JSON(none_as_null=True)),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("dedicated", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("tenant_id", _identifier(), sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("rank", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("turn", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

tallies = sa.Table(
    "tallies",
    metadata,
    sa.Column("tenant_id", _identifier(), sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("start", Moment, primary_key=True),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("counts", sa.JSON(none_as_null=True)),
    sa.Column("ran", sa.LargeBinary),
    sa.Column("waited", sa.LargeBinary),
    sa.CheckConstraint(
        "(counts IS NULL) = (ran IS NULL) AND (counts IS NULL) = (waited IS NULL)", name="filled_or_open"
    ),
    sqlite_with_rowid=False,
)
is_open = tallies.c.counts.is_(None)
sa.Index("ix_tallies_open", tallies.c.opened_at, sqlite_where=is_open, postgresql_where=is_open)
