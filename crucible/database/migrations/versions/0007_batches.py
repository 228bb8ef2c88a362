"""Batches: many evaluations as one, and what ended each of them badly."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255)),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("cancel_requested_by", sa.String(length=255)),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("retried", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("counts", sa.JSON()),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (counts IS NULL)", name=op.f("ck_batches_finished_is_counted")
        ),
        sa.CheckConstraint(
            "finished_at IS NULL OR closed_at IS NOT NULL", name=op.f("ck_batches_finished_is_closed")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_batches_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index("ix_batches_page", "batches", ["tenant_id", "id"])
    unfinished = sa.text("finished_at IS NULL")
    op.create_index(
        "ix_batches_unfinished", "batches", ["id"], sqlite_where=unfinished, postgresql_where=unfinished
    )
    op.add_column("evaluations", sa.Column("batch_id", sa.String(length=32)))
    op.add_column("evaluations", sa.Column("batch_position", sa.Integer()))
    op.add_column("evaluations", sa.Column("replaced_by", sa.String(length=32)))
    op.add_column("evaluations", sa.Column("cause", sa.String(length=200)))
    in_place = sa.text("batch_id IS NOT NULL AND replaced_by IS NULL")
    op.create_index(
        "ix_evaluations_batch",
        "evaluations",
        ["batch_id", "batch_position"],
        unique=True,
        sqlite_where=in_place,
        postgresql_where=in_place,
    )
    op.create_index(
        "ix_evaluations_batch_progress",
        "evaluations",
        ["batch_id", "status", "outcome"],
        sqlite_where=in_place,
        postgresql_where=in_place,
    )


def downgrade() -> None:
    op.drop_index("ix_evaluations_batch_progress", "evaluations")
    op.drop_index("ix_evaluations_batch", "evaluations")
    for column in ("cause", "replaced_by", "batch_position", "batch_id"):
        op.drop_column("evaluations", column)
    op.drop_table("batches")
