"""How the first of a line is taken: one conditional UPDATE, which nobody else's can be for the same row.

Whoever takes wants to know at once what is to be run. PostgreSQL tells that with the same statement, which is then
all that a claim writes, by the moment at which it arrived; on SQLite another statement reads it, in the same
transaction.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from crucible.database.clock import ARRIVED, Moment
from crucible.database.lines import NOW, Room, first_due, named
from crucible.database.records import Claimed
from crucible.database.submissions import to_spec
from crucible.database.tables import AnyRow, evaluation_inputs, evaluations, is_queued
from crucible.database.transactions import Transaction
from crucible.domain.sharing import Line
from crucible.domain.status import Status

_E = evaluations.c
_I = evaluation_inputs.c


def _take(now: sa.ColumnElement[datetime], until: sa.ColumnElement[datetime]) -> sa.Update:
    # A CTE, as PostgreSQL may execute a plain subquery again for each row, and take more than the limit.
    first = first_due(now).cte("first")
    return (
        evaluations.update()
        .where(
            _E.id.in_(sa.select(first.c.id)),
            is_queued,
            _E.memory_bytes <= sa.bindparam("free_memory", type_=sa.BigInteger),
            _E.cpus <= sa.bindparam("free_cpus", type_=sa.Double),
        )
        .values(
            status=Status.RUNNING,
            fence=_E.fence + 1,
            worker=sa.bindparam("by", type_=_E.worker.type),
            lease_until=until,
            started_at=now,
        )
    )


# Statements of every evaluation's way are built once: building one costs as much as SQLite takes to execute it.
_OF_ROW = (
    _E.id,
    _E.tenant_id,
    _E.fence,
    _E.runtime,
    _E.limits,
    _E.engine,
    _E.minimum_isolation,
    _E.image,
    _E.fresh,
    _E.reports_progress,
    _E.infrastructure_attempts,
    _E.not_before,
    _E.started_at,
    _E.pipeline_id,
)
_OF_INPUTS = [column for column in _I if column.name not in {"evaluation_id", "tenant_id", "search_text"}]
_TAKE_ALONE = _take(NOW, sa.bindparam("until", type_=Moment)).returning(_E.id)
_READ = (
    sa.select(*_OF_ROW, *_OF_INPUTS)
    .join(evaluation_inputs, _I.evaluation_id == _E.id)
    .where(_E.id.in_(sa.bindparam("ids", expanding=True)))
)
_TAKEN = _take(ARRIVED, ARRIVED + sa.bindparam("ttl", type_=sa.Interval)).returning(*_OF_ROW).cte("taken")
_INPUTS = sa.select(*_OF_INPUTS).where(_I.evaluation_id == _TAKEN.c.id).limit(1).lateral("inputs")
"""Each by itself: PostgreSQL can't tell how few are taken, and might read the whole table for them otherwise."""
_TAKE_AND_READ = sa.select(_TAKEN, _INPUTS).select_from(_TAKEN.join(_INPUTS, sa.true()))


class ClaimRepository:
    """What is taken from lines, whoever's it is."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def take(self, line: Line, worker: str, room: Room, *, most: int, ttl: timedelta) -> list[Claimed]:
        """Take the first of a line that are due and have room now, each by itself, until a lease is over."""
        wanted = {
            **named(line),
            "most": most,
            "whole_memory": room.whole_memory,
            "whole_cpus": room.whole_cpus,
            "free_memory": room.free_memory,
            "free_cpus": room.free_cpus,
            "by": worker,
        }
        connection = self._transaction.connection
        if connection.dialect.name == "postgresql":
            return _claimed(await connection.execute(_TAKE_AND_READ, {**wanted, "ttl": ttl}))
        at = await self._transaction.now()
        taken = await connection.execute(_TAKE_ALONE, {**wanted, "now": at, "until": at + ttl})
        ids = list(taken.scalars())
        return _claimed(await connection.execute(_READ, {"ids": ids})) if ids else []


def _claimed(rows: Iterable[AnyRow]) -> list[Claimed]:
    return [
        Claimed(
            evaluation_id=row.id,
            tenant_id=row.tenant_id,
            fence=row.fence,
            claimed_at=row.started_at,
            waited_seconds=(row.started_at - row.not_before).total_seconds(),
            infrastructure_attempts=row.infrastructure_attempts,
            spec=to_spec(row),
            pipeline_id=row.pipeline_id,
        )
        for row in rows
    ]
