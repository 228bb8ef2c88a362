"""What an evaluation needs and reserves, whose turn it is, and what each worker takes.

The queue's index holds the lines side by side: one for each priority, tenant and need.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0021"
branch_labels = None
depends_on = None

_QUEUED, _RUNNING = sa.text("status = 'queued'"), sa.text("status = 'running'")
_NEED = (
    "'[\"' || runtime || '\",' || coalesce('\"' || image || '\"', 'null') || ',' || "
    "coalesce('\"' || nullif(engine, 'auto') || '\"', 'null') || ',\"' || minimum_isolation || '\",[],0]'"
)
_LIMIT = {
    "sqlite": ("json_extract(limits, '$.memory_bytes')", "json_extract(limits, '$.cpus')"),
    "postgresql": (
        "CAST(limits ->> 'memory_bytes' AS bigint)",
        "CAST(limits ->> 'cpus' AS double precision)",
    ),
}
_STATES = "'working', 'paused', 'draining', 'stopped'"


def upgrade() -> None:
    op.add_column("evaluations", sa.Column("needs", sa.String(1024), nullable=False, server_default=""))
    op.add_column("evaluations", sa.Column("memory_bytes", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("evaluations", sa.Column("cpus", sa.Double(), nullable=False, server_default="0"))
    memory, cpus = _LIMIT[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE evaluations SET needs = {_NEED}, memory_bytes = {memory}, cpus = {cpus}"  # noqa: S608 - ours, all
    )
    op.drop_index("ix_evaluations_queue", "evaluations")
    op.drop_index("ix_evaluations_leases", "evaluations")
    op.create_index(
        "ix_evaluations_queue",
        "evaluations",
        ["rank", "tenant_id", "needs", "queued_at", "id"],
        sqlite_where=_QUEUED,
        postgresql_where=_QUEUED,
    )
    op.create_index(
        "ix_evaluations_leases",
        "evaluations",
        ["tenant_id", "rank", "lease_until"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_table(
        "turns",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_turns_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "rank", name=op.f("pk_turns")),
        sqlite_with_rowid=False,
    )
    # Workers write their row anew every few seconds, so nothing is lost with the ones that are there.
    op.drop_table("workers")
    op.create_table(
        "workers",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("wanted", sa.String(32), nullable=True),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("memory_bytes", sa.BigInteger(), nullable=False),
        sa.Column("cpus", sa.Double(), nullable=False),
        sa.Column("runtimes", sa.JSON(), nullable=False),
        sa.Column("engines", sa.JSON(), nullable=False),
        sa.Column("only_engines", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("dedicated", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_workers_state")),
        sa.CheckConstraint(f"wanted IN ({_STATES})", name=op.f("ck_workers_wanted")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )


def downgrade() -> None:
    op.drop_table("workers")
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.Column("runtimes", sa.JSON(), nullable=False),
        sa.Column("engines", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.drop_table("turns")
    op.drop_index("ix_evaluations_leases", "evaluations")
    op.drop_index("ix_evaluations_queue", "evaluations")
    op.create_index(
        "ix_evaluations_queue",
        "evaluations",
        ["rank", "queued_at", "id"],
        sqlite_where=_QUEUED,
        postgresql_where=_QUEUED,
    )
    op.create_index(
        "ix_evaluations_leases",
        "evaluations",
        ["lease_until"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    for column in ("cpus", "memory_bytes", "needs"):
        op.drop_column("evaluations", column)
