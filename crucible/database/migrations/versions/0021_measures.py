"""What each process counted."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measures",
        sa.Column("process", sa.String(length=255), nullable=False),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_measures")),
    )


def downgrade() -> None:
    op.drop_table("measures")
