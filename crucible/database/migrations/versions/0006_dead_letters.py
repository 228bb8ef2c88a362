"""What was given up, and what was decided about it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("evaluation_id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("worker", sa.String(length=255), nullable=True),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=255), nullable=True),
        sa.Column("replayed_as", sa.String(length=32), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'replayed', 'discarded')", name=op.f("ck_dead_letters_state")),
        sa.CheckConstraint(
            "(state = 'waiting') = (resolved_at IS NULL)", name=op.f("ck_dead_letters_waiting_is_unresolved")
        ),
        sa.CheckConstraint(
            "(state = 'replayed') = (replayed_as IS NOT NULL)",
            name=op.f("ck_dead_letters_replayed_has_evaluation"),
        ),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluations.id"], name=op.f("fk_dead_letters_evaluation_id")),
        sa.ForeignKeyConstraint(["replayed_as"], ["evaluations.id"], name=op.f("fk_dead_letters_replayed_as")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_dead_letters_tenant_id")),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_dead_letters")),
    )
    op.create_index("ix_dead_letters_page", "dead_letters", ["tenant_id", "died_at", "evaluation_id"])


def downgrade() -> None:
    op.drop_table("dead_letters")
