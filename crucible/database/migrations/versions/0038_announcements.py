"""Receivers are told of batches and pipelines that ended, too, and may be tried out."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_BEFORE = "'evaluation.failed', 'evaluation.dead_letter'"
_SINCE = f"{_BEFORE}, 'batch.ended', 'pipeline.ended', 'webhook.test'"


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("evaluation_id", existing_type=sa.String(length=32), nullable=True)
        deliveries.add_column(sa.Column("batch_id", sa.String(length=32)))
        deliveries.add_column(sa.Column("pipeline_id", sa.String(length=32)))
        deliveries.create_foreign_key(op.f("fk_deliveries_batch_id"), "batches", ["batch_id"], ["id"])
        deliveries.create_foreign_key(op.f("fk_deliveries_pipeline_id"), "pipelines", ["pipeline_id"], ["id"])
        deliveries.drop_constraint(op.f("ck_deliveries_event"), type_="check")
        deliveries.create_check_constraint(op.f("ck_deliveries_event"), f"event IN ({_SINCE})")


def downgrade() -> None:
    op.execute("DELETE FROM deliveries WHERE evaluation_id IS NULL")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_constraint(op.f("ck_deliveries_event"), type_="check")
        deliveries.create_check_constraint(op.f("ck_deliveries_event"), f"event IN ({_BEFORE})")
        deliveries.drop_constraint(op.f("fk_deliveries_pipeline_id"), type_="foreignkey")
        deliveries.drop_constraint(op.f("fk_deliveries_batch_id"), type_="foreignkey")
        deliveries.drop_column("pipeline_id")
        deliveries.drop_column("batch_id")
        deliveries.alter_column("evaluation_id", existing_type=sa.String(length=32), nullable=False)
