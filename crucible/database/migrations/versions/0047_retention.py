"""When something was deleted is kept, and what only tells of another thing may outlive it.

What was deleted before there was retention is restorable for all of its time from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_TELLS_OF = {
    "audit_entries": {"evaluation_id": "evaluations", "session_id": "sessions", "pipeline_id": "pipelines"},
    "dead_letters": {"replayed_as": "evaluations"},
    "deliveries": {"evaluation_id": "evaluations", "batch_id": "batches", "pipeline_id": "pipelines"},
    "pipeline_stages": {"evaluation_id": "evaluations"},
    "schedule_firings": {"evaluation_id": "evaluations"},
}
_IS_DELETED = sa.text("lifecycle = 'deleted'")
_NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')", "postgresql": "clock_timestamp()"}


def upgrade() -> None:
    op.add_column("evaluations", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    now = _NOW[op.get_bind().dialect.name]
    op.execute(f"UPDATE evaluations SET deleted_at = {now} WHERE lifecycle = 'deleted'")  # noqa: S608 - ours
    _index_deleted("tenant_id", "deleted_at", "queued_at")
    for name, columns in _TELLS_OF.items():
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.drop_constraint(op.f(f"fk_{name}_{column}"), type_="foreignkey")
    op.add_column("audit_entries", sa.Column("count", sa.Integer()))
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "blob_removals",
        sa.Column("evaluation_id", sa.String(length=32), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_blob_removals")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("blob_removals")
    op.drop_index("ix_idempotency_keys_created_at", "idempotency_keys")
    op.drop_index("ix_deliveries_created_at", "deliveries")
    op.execute("DELETE FROM audit_entries WHERE count IS NOT NULL")
    op.drop_column("audit_entries", "count")
    for name, columns in _TELLS_OF.items():
        for column, of in columns.items():
            is_gone = f"{column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {of})"  # noqa: S608 - ours
            if name == "pipeline_stages":
                op.execute(f"UPDATE pipeline_stages SET {column} = NULL WHERE {is_gone}")  # noqa: S608 - ours
            else:
                op.execute(f"DELETE FROM {name} WHERE {is_gone}")  # noqa: S608 - ours
        with op.batch_alter_table(name) as table:
            for column, of in columns.items():
                table.create_foreign_key(op.f(f"fk_{name}_{column}"), of, [column], ["id"])
    _index_deleted("tenant_id", "queued_at")
    op.drop_column("evaluations", "deleted_at")


def _index_deleted(*columns: str) -> None:
    op.drop_index("ix_evaluations_deleted", "evaluations")
    op.create_index(
        "ix_evaluations_deleted",
        "evaluations",
        list(columns),
        sqlite_where=_IS_DELETED,
        postgresql_where=_IS_DELETED,
    )
