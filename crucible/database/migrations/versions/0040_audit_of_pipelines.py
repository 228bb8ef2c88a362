"""Who made a pipeline, and who asked for its end, is in the audit, too."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_BEFORE = "(evaluation_id IS NULL) <> (session_id IS NULL)"
_SINCE = (
    "CASE WHEN evaluation_id IS NULL THEN 0 ELSE 1 END + CASE WHEN session_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN pipeline_id IS NULL THEN 0 ELSE 1 END = 1"
)


def upgrade() -> None:
    with op.batch_alter_table("audit_entries") as audit_entries:
        audit_entries.add_column(sa.Column("pipeline_id", sa.String(length=32)))
        audit_entries.create_foreign_key(
            op.f("fk_audit_entries_pipeline_id"), "pipelines", ["pipeline_id"], ["id"]
        )
        audit_entries.drop_constraint(op.f("ck_audit_entries_about_one"), type_="check")
        audit_entries.create_check_constraint(op.f("ck_audit_entries_about_one"), _SINCE)


def downgrade() -> None:
    op.execute("DELETE FROM audit_entries WHERE pipeline_id IS NOT NULL")
    with op.batch_alter_table("audit_entries") as audit_entries:
        audit_entries.drop_constraint(op.f("ck_audit_entries_about_one"), type_="check")
        audit_entries.create_check_constraint(op.f("ck_audit_entries_about_one"), _BEFORE)
        audit_entries.drop_constraint(op.f("fk_audit_entries_pipeline_id"), type_="foreignkey")
        audit_entries.drop_column("pipeline_id")
