"""A schedule of a batch or a pipeline: what runs is one of three, each program of it with its own runtime."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_schedules = sa.table(
    "schedules",
    *(sa.column(name, sa.String) for name in ("id", "runtime")),
    *(sa.column(name, sa.JSON) for name in ("submission", "work", "runtimes")),
)
_firings = sa.table("schedule_firings", sa.column("schedule_id", sa.String))
_S = _schedules.c


def upgrade() -> None:
    op.add_column("schedules", sa.Column("work", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("schedules", sa.Column("runtimes", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_S.id, _S.submission, _S.runtime)).all():
        _change(row.id, work={"submission": row.submission}, runtimes=[row.runtime])
    op.drop_column("schedules", "submission")
    op.drop_column("schedules", "runtime")
    for column in ("batch_id", "pipeline_id"):
        op.add_column("schedule_firings", sa.Column(column, sa.String(length=32)))


def downgrade() -> None:
    """Go back to schedules of programs; those of batches and pipelines are let go."""
    for column in ("batch_id", "pipeline_id"):
        op.drop_column("schedule_firings", column)
    op.add_column("schedules", sa.Column("runtime", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("schedules", sa.Column("submission", sa.JSON(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_S.id, _S.work, _S.runtimes)).all():
        if submission := row.work.get("submission"):
            _change(row.id, submission=submission, runtime=row.runtimes[0])
        else:
            connection.execute(_firings.delete().where(_firings.c.schedule_id == row.id))
            connection.execute(_schedules.delete().where(_S.id == row.id))
    op.drop_column("schedules", "work")
    op.drop_column("schedules", "runtimes")


def _change(schedule_id: str, **values: object) -> None:
    op.get_bind().execute(_schedules.update().where(_S.id == schedule_id).values(**values))
