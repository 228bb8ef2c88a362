"""A tenant has a cap and a weight of its own, and who set them is in the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_ABOUT = ("evaluation_id", "session_id", "pipeline_id")


def _one_of(*columns: str) -> str:
    return " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns) + " = 1"


def upgrade() -> None:
    with op.batch_alter_table("tenants") as tenants:
        tenants.add_column(sa.Column("cap", sa.Integer))
        tenants.add_column(sa.Column("weight", sa.Integer, nullable=False, server_default="1"))
        tenants.create_check_constraint(op.f("ck_tenants_cap_lets_some_run"), "cap >= 1")
        tenants.create_check_constraint(op.f("ck_tenants_weight_is_not_zero"), "weight >= 1")
    with op.batch_alter_table("audit_entries") as audit_entries:
        audit_entries.add_column(sa.Column("changed_tenant_id", sa.String(length=32)))
        audit_entries.create_foreign_key(
            op.f("fk_audit_entries_changed_tenant_id"), "tenants", ["changed_tenant_id"], ["id"]
        )
        audit_entries.drop_constraint(op.f("ck_audit_entries_about_one"), type_="check")
        audit_entries.create_check_constraint(
            op.f("ck_audit_entries_about_one"), _one_of(*_ABOUT, "changed_tenant_id")
        )


def downgrade() -> None:
    op.execute("DELETE FROM audit_entries WHERE changed_tenant_id IS NOT NULL")
    with op.batch_alter_table("audit_entries") as audit_entries:
        audit_entries.drop_constraint(op.f("ck_audit_entries_about_one"), type_="check")
        audit_entries.create_check_constraint(op.f("ck_audit_entries_about_one"), _one_of(*_ABOUT))
        audit_entries.drop_constraint(op.f("fk_audit_entries_changed_tenant_id"), type_="foreignkey")
        audit_entries.drop_column("changed_tenant_id")
    with op.batch_alter_table("tenants") as tenants:
        tenants.drop_constraint(op.f("ck_tenants_weight_is_not_zero"), type_="check")
        tenants.drop_constraint(op.f("ck_tenants_cap_lets_some_run"), type_="check")
        tenants.drop_column("weight")
        tenants.drop_column("cap")
