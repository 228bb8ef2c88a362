"""Whose all is, what was asked for twice, and whose turn it is."""

import sqlalchemy as sa

from crucible.database.clock import Moment
from crucible.database.tables.columns import identifier, metadata

tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("id", identifier(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("cap", sa.Integer),
    sa.Column("weight", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("cap >= 1", name="cap_lets_some_run"),
    sa.CheckConstraint("weight >= 1", name="weight_is_not_zero"),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("tenant_id", identifier(), sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("evaluation_ids", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_idempotency_keys_created_at", "created_at"),
    sqlite_with_rowid=False,
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("tenant_id", identifier(), sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("rank", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("turn", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
