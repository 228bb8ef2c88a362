"""What operating needs: who did what, what was given up, who works, and what was measured and counted."""

import sqlalchemy as sa

from crucible.database.clock import Moment
from crucible.database.tables.columns import enumeration, evaluation, identifier, metadata, partial_index, tenant
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.worker import WorkerState

_AUDITED = ("evaluation", "session", "pipeline", "changed_tenant")
"""What an audit entry may be about: one of them."""
audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("evaluation_id", identifier()),
    sa.Column("at", Moment, nullable=False),
    sa.Column("session_id", identifier()),
    sa.Column("pipeline_id", identifier()),
    sa.Column("changed_tenant_id", identifier(), sa.ForeignKey("tenants.id")),
    sa.Column("count", sa.Integer),
    sa.CheckConstraint(
        " + ".join(f"CASE WHEN {about}_id IS NULL THEN 0 ELSE 1 END" for about in _AUDITED) + " = 1",
        name="about_one",
    ),
    sa.Index("ix_audit_entries_at", "tenant_id", "at"),
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    evaluation(),
    tenant(),
    sa.Column("state", enumeration(DeadLetterState, "state"), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("worker", sa.String(255)),
    sa.Column("died_at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("resolved_by", sa.String(255)),
    sa.Column("replayed_as", identifier()),
    sa.CheckConstraint("(state = 'waiting') = (resolved_at IS NULL)", name="waiting_is_unresolved"),
    sa.CheckConstraint("(state = 'replayed') = (replayed_as IS NOT NULL)", name="replayed_has_evaluation"),
    sa.Index("ix_dead_letters_page", "tenant_id", "died_at", "evaluation_id"),
)

blob_removals = sa.Table(
    "blob_removals",
    metadata,
    sa.Column("evaluation_id", identifier(), primary_key=True),
    sa.Column("noted_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

measures = sa.Table(
    "measures",
    metadata,
    sa.Column("process", sa.String(255), primary_key=True),
    sa.Column("measured", sa.JSON, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)

log_orders = sa.Table(
    "log_orders",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("until", Moment, nullable=False),
    sa.Column("asked_by", sa.String(255), nullable=False),
    sa.CheckConstraint("id = 1", name="is_one"),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("state", enumeration(WorkerState, "state"), nullable=False),
    sa.Column("wanted", enumeration(WorkerState, "wanted")),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("running", sa.Integer, nullable=False),
    sa.Column("memory_bytes", sa.BigInteger, nullable=False),
    sa.Column("cpus", sa.Double, nullable=False),
    sa.Column("runtimes", sa.JSON, nullable=False),
    sa.Column("engines", sa.JSON, nullable=False),
    sa.Column("only_engines", sa.JSON(none_as_null=True)),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("dedicated", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)

tallies = sa.Table(
    "tallies",
    metadata,
    sa.Column("tenant_id", identifier(), sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("grain", sa.Interval, primary_key=True),
    sa.Column("start", Moment, primary_key=True),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("counted", sa.LargeBinary),
    sqlite_with_rowid=False,
)
is_open = tallies.c.counted.is_(None)
partial_index("ix_tallies_open", tallies.c.opened_at, where=is_open)
