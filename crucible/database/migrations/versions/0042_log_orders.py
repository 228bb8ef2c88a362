"""How much every process is to write to its log, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_orders",
        sa.Column("id", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_orders")),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_orders_is_one")),
    )


def downgrade() -> None:
    op.drop_table("log_orders")
