"""Sandboxes that stay."""

import sqlalchemy as sa

from crucible.database.clock import Moment
from crucible.database.tables.columns import enumeration, identifier, metadata, partial_index, tenant
from crucible.domain.sandbox import Isolation
from crucible.domain.session import EndReason
from crucible.domain.session_record import SessionState

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    tenant(),
    sa.Column("owner", sa.String(255), nullable=False),
    sa.Column("state", enumeration(SessionState, "state"), nullable=False),
    sa.Column("reason", enumeration(EndReason, "reason")),
    sa.Column("detail", sa.Text),
    sa.Column("executor", sa.String(1024), nullable=False),
    sa.Column("engine", sa.String(64)),
    sa.Column("minimum_isolation", enumeration(Isolation, "minimum_isolation"), nullable=False),
    sa.Column("image", sa.String(64)),
    sa.Column("limits", sa.JSON, nullable=False),
    sa.Column("user", sa.String(64)),
    sa.Column("containment", sa.JSON(none_as_null=True)),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("attempts", sa.JSON(none_as_null=True)),
    sa.CheckConstraint("(state IN ('ended', 'lost')) = (reason IS NOT NULL)", name="final_has_reason"),
    sa.Index("ix_sessions_page", "tenant_id", "id"),
)
_is_alive = sessions.c.state.in_(
    [sa.literal_column(f"'{state.value}'") for state in SessionState if not state.is_final]
)
partial_index("ix_sessions_alive", sessions.c.executor, where=_is_alive)
