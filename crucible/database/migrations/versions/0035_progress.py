"""How far programs say that they have come: an event, its last one beside the evaluation, and who asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_BEFORE = "kind IN ('queued', 'started', 'output', 'usage', 'attempt', 'cancel_requested', 'requeued', 'finished')"
_SINCE = (
    "kind IN ('queued', 'started', 'output', 'usage', 'attempt', 'progress', 'cancel_requested', 'requeued', "
    "'finished')"
)


def upgrade() -> None:
    op.add_column(
        "evaluations", sa.Column("reports_progress", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("evaluations", sa.Column("progress", sa.JSON(), nullable=True))
    _let_kinds_be(_SINCE)


def downgrade() -> None:
    op.execute("DELETE FROM events WHERE kind = 'progress'")
    _let_kinds_be(_BEFORE)
    op.drop_column("evaluations", "progress")
    op.drop_column("evaluations", "reports_progress")


def _let_kinds_be(condition: str) -> None:
    with op.batch_alter_table("events", table_kwargs={"sqlite_with_rowid": False}) as events:
        events.drop_constraint(op.f("ck_events_kind"), type_="check")
        events.create_check_constraint(op.f("ck_events_kind"), condition)
