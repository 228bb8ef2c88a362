"""What an evaluation asked of its isolation, what it got, and the attempts that were refused."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KINDS = "'queued', 'started', 'output', 'usage', {}'cancel_requested', 'requeued', 'finished'"


_ISOLATIONS = "'shared-kernel', 'user-space-kernel', 'virtual-machine'"


def upgrade() -> None:
    # In SQL: SQLite adds a column with its own CHECK in place, and can't copy a table with a computed column.
    op.add_column("evaluations", sa.Column("engine", sa.String(length=64)))
    op.execute(
        "ALTER TABLE evaluations ADD COLUMN minimum_isolation VARCHAR(32) DEFAULT 'shared-kernel' NOT NULL "
        f"CONSTRAINT ck_evaluations_minimum_isolation CHECK (minimum_isolation IN ({_ISOLATIONS}))"
    )
    op.add_column("evaluations", sa.Column("image", sa.String(length=64)))
    op.add_column("evaluations", sa.Column("fresh", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("evaluation_outputs", sa.Column("containment", sa.JSON()))
    _allow_kinds(_KINDS.format("'attempt', "))


def downgrade() -> None:
    op.execute("DELETE FROM events WHERE kind = 'attempt'")
    _allow_kinds(_KINDS.format(""))
    op.drop_column("evaluation_outputs", "containment")
    for column in ("fresh", "image", "minimum_isolation", "engine"):
        op.drop_column("evaluations", column)


def _allow_kinds(kinds: str) -> None:
    with op.batch_alter_table("events", table_kwargs={"sqlite_with_rowid": False}) as events:
        events.drop_constraint(op.f("ck_events_kind"), type_="check")
        events.create_check_constraint(op.f("ck_events_kind"), f"kind IN ({kinds})")
