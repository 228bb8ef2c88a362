"""What each evaluation tried and was refused, beside its result, and how much of it, for lists."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evaluations", sa.Column("attempt_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("evaluation_outputs", sa.Column("attempts", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("evaluation_outputs", "attempts")
    op.drop_column("evaluations", "attempt_count")
