"""Sessions, and audit entries about them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATES = "'starting', 'running', 'ended', 'lost'"
_REASONS = "'destroyed', 'idle', 'lifetime', 'broken', 'executor_gone'"
_ISOLATIONS = "'shared-kernel', 'user-space-kernel', 'virtual-machine'"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32)),
        sa.Column("detail", sa.Text()),
        sa.Column("executor", sa.String(length=1024), nullable=False),
        sa.Column("engine", sa.String(length=64)),
        sa.Column("minimum_isolation", sa.String(length=32), nullable=False),
        sa.Column("image", sa.String(length=64)),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("user", sa.String(length=64)),
        sa.Column("containment", sa.JSON()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_sessions_state")),
        sa.CheckConstraint(f"reason IN ({_REASONS})", name=op.f("ck_sessions_reason")),
        sa.CheckConstraint(f"minimum_isolation IN ({_ISOLATIONS})", name=op.f("ck_sessions_minimum_isolation")),
        sa.CheckConstraint(
            "(state IN ('ended', 'lost')) = (reason IS NOT NULL)", name=op.f("ck_sessions_final_has_reason")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sessions_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_page", "sessions", ["tenant_id", "id"])
    alive = sa.text("state IN ('starting', 'running')")
    op.create_index("ix_sessions_alive", "sessions", ["executor"], sqlite_where=alive, postgresql_where=alive)
    with op.batch_alter_table("audit_entries") as audit_entries:
        audit_entries.alter_column("evaluation_id", existing_type=sa.String(length=32), nullable=True)
        audit_entries.add_column(sa.Column("session_id", sa.String(length=32)))
        audit_entries.create_foreign_key(op.f("fk_audit_entries_session_id"), "sessions", ["session_id"], ["id"])
        audit_entries.create_check_constraint(
            op.f("ck_audit_entries_about_one"), "(evaluation_id IS NULL) <> (session_id IS NULL)"
        )


def downgrade() -> None:
    op.execute("DELETE FROM audit_entries WHERE session_id IS NOT NULL")
    with op.batch_alter_table("audit_entries") as audit_entries:
        audit_entries.drop_constraint(op.f("ck_audit_entries_about_one"), type_="check")
        audit_entries.drop_constraint(op.f("fk_audit_entries_session_id"), type_="foreignkey")
        audit_entries.drop_column("session_id")
        audit_entries.alter_column("evaluation_id", existing_type=sa.String(length=32), nullable=False)
    op.drop_table("sessions")
