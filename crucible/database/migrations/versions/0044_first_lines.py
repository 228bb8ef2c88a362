"""What a list calls a program that has no other name: its first line."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evaluations", sa.Column("first_line", sa.String(length=120), nullable=True))


def downgrade() -> None:
    op.drop_column("evaluations", "first_line")
