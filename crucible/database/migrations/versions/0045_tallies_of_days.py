"""A tally is of a half hour or a day, and holds sketches of durations instead of each; all are counted anew."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _drop()
    _create(
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("grain", sa.Interval(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("tenant_id", "grain", "start", name=op.f("pk_tallies")),
        is_open="counted IS NULL",
    )


def downgrade() -> None:
    _drop()
    _create(
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
        sa.PrimaryKeyConstraint("tenant_id", "start", name=op.f("pk_tallies")),
        is_open="counts IS NULL",
    )


def _drop() -> None:
    op.drop_index("ix_tallies_open", table_name="tallies")
    op.drop_table("tallies")


def _create(*parts: sa.schema.SchemaItem, is_open: str) -> None:
    whose = sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_tallies_tenant_id"))
    where = sa.text(is_open)
    op.create_table("tallies", *parts, whose, sqlite_with_rowid=False)
    op.create_index("ix_tallies_open", "tallies", ["opened_at"], sqlite_where=where, postgresql_where=where)
