"""Indexes of what lies in blobs and of what is deleted, to count both by, and the size of a blob of files."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_KINDS = ("stdout", "stderr", "files")
_FILES_BYTES = {
    "sqlite": "(SELECT coalesce(sum(json_extract(value, '$[1]')), 0) FROM json_each(files))",
    "postgresql": "(SELECT coalesce(sum(CAST(file ->> 1 AS bigint)), 0) FROM json_array_elements(files) AS file)",
}


def upgrade() -> None:
    op.add_column(
        "evaluation_outputs", sa.Column("files_bytes", sa.BigInteger(), nullable=False, server_default="0")
    )
    size = _FILES_BYTES[op.get_bind().dialect.name]
    op.execute(f"UPDATE evaluation_outputs SET files_bytes = {size} WHERE files_blob IS NOT NULL")  # noqa: S608 - ours
    for kind in _KINDS:
        has_blob = sa.text(f"{kind}_blob IS NOT NULL")
        op.create_index(
            f"ix_evaluation_outputs_{kind}_blob",
            "evaluation_outputs",
            ["tenant_id", f"{kind}_bytes"],
            sqlite_where=has_blob,
            postgresql_where=has_blob,
        )
    is_deleted = sa.text("lifecycle = 'deleted'")
    op.create_index(
        "ix_evaluations_deleted",
        "evaluations",
        ["tenant_id", "queued_at"],
        sqlite_where=is_deleted,
        postgresql_where=is_deleted,
    )


def downgrade() -> None:
    op.drop_index("ix_evaluations_deleted", "evaluations")
    for kind in _KINDS:
        op.drop_index(f"ix_evaluation_outputs_{kind}_blob", "evaluation_outputs")
    op.drop_column("evaluation_outputs", "files_bytes")
