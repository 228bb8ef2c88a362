"""What became of each half hour's evaluations is counted once, for statistics of a day and more."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_OPEN = sa.text("counts IS NULL")


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True)),
        sa.Column("ran", sa.LargeBinary()),
        sa.Column("waited", sa.LargeBinary()),
        sa.CheckConstraint(
            "(counts IS NULL) = (ran IS NULL) AND (counts IS NULL) = (waited IS NULL)",
            name=op.f("ck_tallies_filled_or_open"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_tallies_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "start", name=op.f("pk_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tallies_open", "tallies", ["opened_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_tallies_open", table_name="tallies")
    op.drop_table("tallies")
