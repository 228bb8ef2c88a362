"""What exactly ran an evaluation: of which product, and which release."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evaluations", sa.Column("runtime_version", sa.Text, nullable=True))


def downgrade() -> None:
    op.drop_column("evaluations", "runtime_version")
