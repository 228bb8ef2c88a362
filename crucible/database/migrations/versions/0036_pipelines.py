"""Pipelines, their stages, and which of them an evaluation runs."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_STATUSES = "'waiting', 'queued', 'running', 'completed', 'failed', 'cancelled', 'skipped'"


def upgrade() -> None:
    op.create_table(
        "pipelines",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255)),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_requested_by", sa.String(length=255)),
        sa.Column("stopped_by", sa.String(length=64)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('running', 'completed', 'failed', 'cancelled')", name=op.f("ck_pipelines_state")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)", name=op.f("ck_pipelines_running_is_unfinished")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_pipelines_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipelines")),
    )
    op.create_index("ix_pipelines_page", "pipelines", ["tenant_id", "id"])
    to_end = sa.text("finished_at IS NULL AND (cancel_requested_by IS NOT NULL OR stopped_by IS NOT NULL)")
    op.create_index("ix_pipelines_to_end", "pipelines", ["id"], sqlite_where=to_end, postgresql_where=to_end)
    op.create_table(
        "pipeline_stages",
        sa.Column("pipeline_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("stdin_from", sa.String(length=64)),
        sa.Column("on_failure", sa.String(length=32), nullable=False),
        sa.Column("runtime", sa.String(length=64), nullable=False),
        sa.Column("submission", sa.JSON(), nullable=False),
        sa.Column("evaluation_id", sa.String(length=32)),
        sa.Column("ended_as", sa.String(length=32)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("why", sa.Text()),
        sa.CheckConstraint(
            "on_failure IN ('stop', 'skip', 'continue')", name=op.f("ck_pipeline_stages_on_failure")
        ),
        sa.CheckConstraint(f"ended_as IN ({_STATUSES})", name=op.f("ck_pipeline_stages_ended_as")),
        sa.CheckConstraint(
            "(ended_as IS NULL) = (ended_at IS NULL)", name=op.f("ck_pipeline_stages_ended_has_time")
        ),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.id"], name=op.f("fk_pipeline_stages_pipeline_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_pipeline_stages_tenant_id")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_pipeline_stages_evaluation_id")
        ),
        sa.PrimaryKeyConstraint("pipeline_id", "position", name=op.f("pk_pipeline_stages")),
        sa.UniqueConstraint("pipeline_id", "name", name=op.f("uq_pipeline_stages_pipeline_id_name")),
    )
    under_way = sa.text("evaluation_id IS NOT NULL AND ended_at IS NULL")
    op.create_index(
        "ix_pipeline_stages_under_way",
        "pipeline_stages",
        ["evaluation_id"],
        sqlite_where=under_way,
        postgresql_where=under_way,
    )
    op.add_column("evaluations", sa.Column("pipeline_id", sa.String(length=32)))
    op.add_column("evaluations", sa.Column("stage", sa.String(length=64)))
    of_pipeline = sa.text("pipeline_id IS NOT NULL")
    op.create_index(
        "ix_evaluations_stage",
        "evaluations",
        ["pipeline_id", "stage"],
        unique=True,
        sqlite_where=of_pipeline,
        postgresql_where=of_pipeline,
    )


def downgrade() -> None:
    op.drop_index("ix_evaluations_stage", "evaluations")
    op.drop_column("evaluations", "stage")
    op.drop_column("evaluations", "pipeline_id")
    op.drop_table("pipeline_stages")
    op.drop_table("pipelines")
