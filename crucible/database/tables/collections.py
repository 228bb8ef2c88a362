"""Many evaluations at once, one after another, and at a time."""

import sqlalchemy as sa

from crucible.database.clock import Moment
from crucible.database.tables.columns import enumeration, identifier, metadata, partial_index, tenant
from crucible.domain.pipeline import OnFailure, PipelineState, StageStatus
from crucible.domain.schedule import MissedRuns

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
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
partial_index("ix_batches_unfinished", batches.c.id, where=is_unfinished)

pipelines = sa.Table(
    "pipelines",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
    sa.Column("name", sa.String(255)),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("state", enumeration(PipelineState, "state"), nullable=False),
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
partial_index("ix_pipelines_to_end", pipelines.c.id, where=is_to_end)

pipeline_stages = sa.Table(
    "pipeline_stages",
    metadata,
    sa.Column("pipeline_id", identifier(), sa.ForeignKey("pipelines.id"), primary_key=True),
    sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
    tenant(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("needs", sa.JSON, nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
    sa.Column("stdin_from", sa.String(64)),
    sa.Column("on_failure", enumeration(OnFailure, "on_failure"), nullable=False),
    sa.Column("runtime", sa.String(64), nullable=False),
    sa.Column("submission", sa.JSON, nullable=False),
    sa.Column("evaluation_id", identifier()),
    sa.Column("ended_as", enumeration(StageStatus, "ended_as")),
    sa.Column("ended_at", Moment),
    sa.Column("why", sa.Text),
    sa.CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="ended_has_time"),
    sa.UniqueConstraint("pipeline_id", "name"),
)
is_under_way = sa.and_(pipeline_stages.c.evaluation_id.is_not(None), pipeline_stages.c.ended_at.is_(None))
"""Its evaluation is there, and nobody took note of its end yet."""
partial_index("ix_pipeline_stages_under_way", pipeline_stages.c.evaluation_id, where=is_under_way)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("cron", sa.String(255), nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False),
    sa.Column("missed", enumeration(MissedRuns, "missed"), nullable=False),
    sa.Column("created_by", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("decided_until", Moment, nullable=False),
    sa.Column("next_at", Moment),
    sa.Column("removed_at", Moment),
    sa.Column("work", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("runtimes", sa.JSON, nullable=False, server_default="[]"),
    sa.CheckConstraint("removed_at IS NULL OR next_at IS NULL", name="removed_never_fires"),
    sa.Index("ix_schedules_page", "tenant_id", "id"),
    sa.Index("ix_schedules_next_at", "next_at"),
)

schedule_firings = sa.Table(
    "schedule_firings",
    metadata,
    sa.Column("schedule_id", identifier(), sa.ForeignKey("schedules.id"), primary_key=True),
    sa.Column("fire_at", Moment, primary_key=True),
    tenant(),
    sa.Column("decided_at", Moment, nullable=False),
    sa.Column("evaluation_id", identifier()),
    sa.Column("batch_id", identifier()),
    sa.Column("pipeline_id", identifier()),
)
