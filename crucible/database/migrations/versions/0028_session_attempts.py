"""What was tried in a session and refused, once it has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("attempts", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "attempts")
