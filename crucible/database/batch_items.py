"""The evaluations of a held batch: compared with what is handed in again, and put in place of what failed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.submissions import evaluation_row, inputs_row
from crucible.database.tables import dead_letters, evaluation_inputs, evaluation_labels, evaluations, is_in_place
from crucible.domain.evaluation import Submission
from crucible.domain.identifiers import new_evaluation_id
from crucible.domain.need import need_of
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.ring import Ring
from crucible.domain.status import Lifecycle, Status

_E, _I = evaluations.c, evaluation_inputs.c
_HANDED_IN = (
    *(_E.priority, _E.runtime, _E.limits, _E.labels, _E.engine, _E.minimum_isolation, _E.image, _E.fresh),
    *(_E.reports_progress, _E.needs, _E.memory_bytes, _E.cpus),
    *(column for column in _I if column.name not in {"evaluation_id", "tenant_id", "search_text"}),
)
"""What a submission says; all else in the rows is Crucible's."""
_WHENEVER = datetime.min.replace(tzinfo=UTC)


class BatchItems:
    """The evaluations of one tenant's batches, whose rows the caller holds."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def first_difference(
        self, batch_id: str, position: int, submissions: Sequence[Submission], runtimes: Sequence[str]
    ) -> int | None:
        """Return the position of the first of these that is not what is there; None where all are."""
        rows = await self._connection.execute(
            sa.select(_E.batch_position, *_HANDED_IN)
            .join(evaluation_inputs, _I.evaluation_id == _E.id)
            .where(
                is_in_place,
                _E.batch_id == batch_id,
                _E.batch_position.between(position, position + len(submissions) - 1),
            )
        )
        found = {row.batch_position: row._mapping for row in rows}  # noqa: SLF001 - SQLAlchemy's name for it
        for place, (submission, runtime) in enumerate(zip(submissions, runtimes, strict=True), position):
            if place not in found or not self._is_same(found[place], submission, runtime):
                return place
        return None

    def _is_same(self, row: Any, submission: Submission, runtime: str) -> bool:
        wanted: dict[str, Any] = inputs_row("", self._tenant_id, submission)
        wanted |= evaluation_row("", self._tenant_id, submission, runtime, _WHENEVER)
        return all(row[column.name] == wanted[column.name] for column in _HANDED_IN)

    async def failed(self, batch_id: str, faults: frozenset[Fault], *, before: datetime, limit: int) -> list[str]:
        """Return evaluations that ended so before this moment, in order; locked until the transaction's end."""
        outcomes = sorted(outcome for outcome in Outcome if outcome.fault in faults)
        rows = await self._connection.execute(
            sa.select(_E.id)
            .where(is_in_place, _E.batch_id == batch_id, _E.outcome.in_(outcomes), _E.finished_at <= before)
            .order_by(_E.batch_position)
            .limit(limit)
            .with_for_update()
        )
        return list(rows.scalars())

    async def replace(self, evaluation_ids: Sequence[str], at: datetime) -> list[Ring]:
        """Put a queued evaluation of the same program in the place of each."""
        successors = dict(zip(evaluation_ids, sorted(new_evaluation_id() for _ in evaluation_ids), strict=True))
        found = (
            await self._connection.execute(sa.select(evaluations).where(_E.id.in_(evaluation_ids)))
        ).mappings()
        rows = [self._successor(dict(row), successors[row["id"]], at) for row in found]
        pairs = [{"old": old, "new": new} for old, new in successors.items()]
        old: sa.BindParameter[str] = sa.bindparam("old")
        new: sa.BindParameter[str] = sa.bindparam("new", type_=sa.String)
        await self._connection.execute(evaluations.update().where(_E.id == old).values(replaced_by=new), pairs)
        await self._connection.execute(evaluations.insert(), rows)
        for table in (evaluation_inputs, evaluation_labels):
            await self._connection.execute(
                table.insert().from_select(
                    [column.name for column in table.c],
                    sa.select(*(new if c.name == "evaluation_id" else c for c in table.c)).where(
                        table.c.evaluation_id == old
                    ),
                ),
                pairs,
            )
        return [
            Ring(row["id"], need_of(row["needs"]), row["priority"])
            for row in sorted(rows, key=lambda row: row["id"])
        ]

    async def in_place(self, evaluation_ids: Sequence[str]) -> list[str]:
        """Return those of these in whose place nothing was put."""
        rows = await self._connection.execute(
            sa.select(_E.id).where(_E.id.in_(evaluation_ids), is_in_place).order_by(_E.batch_position)
        )
        return list(rows.scalars())

    async def successors(self, evaluation_ids: Sequence[str]) -> dict[str, str]:
        """Return, of those that were given up, what was put in their place if something was."""
        rows = await self._connection.execute(
            sa.select(_E.id, _E.replaced_by)
            .join(dead_letters, dead_letters.c.evaluation_id == _E.id)
            .where(_E.id.in_(evaluation_ids), _E.replaced_by.is_not(None))
        )
        return {row.id: row.replaced_by for row in rows}

    def _successor(self, row: dict[str, Any], evaluation_id: str, at: datetime) -> dict[str, Any]:
        kept = {column.name for column in _HANDED_IN} | {"tenant_id", "batch_id", "batch_position", "first_line"}
        return {name: value for name, value in row.items() if name in kept} | {
            "id": evaluation_id,
            "status": Status.QUEUED,
            "lifecycle": Lifecycle.ACTIVE,
            "fence": 0,
            "infrastructure_attempts": 0,
            "not_before": at,
            "queued_at": at,
        }
