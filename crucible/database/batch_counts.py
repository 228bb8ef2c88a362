"""How many of a batch's evaluations stand where, read from the index that has nothing else in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import evaluations, is_in_place
from crucible.domain.outcome import Outcome
from crucible.domain.status import Status

_E = evaluations.c


@dataclass(slots=True)
class Counts:
    """The evaluations of one batch, by where they are and how they ended."""

    statuses: Counter[Status] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    @property
    def unfinished(self) -> int:
        """How many have not ended."""
        return sum(count for status, count in self.statuses.items() if not status.is_final)

    @classmethod
    def stored(cls, kept: dict[str, dict[str, int]]) -> Self:
        """Return what `to_store` gave."""
        return cls(
            Counter({Status(name): count for name, count in kept["statuses"].items()}),
            Counter({Outcome(name): count for name, count in kept["outcomes"].items()}),
        )

    def to_store(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"statuses": dict(self.statuses), "outcomes": dict(self.outcomes)}


async def counted(connection: AsyncConnection, batch_ids: Sequence[str]) -> dict[str, Counts]:
    """Return the counts of each of these batches."""
    counts = {batch_id: Counts() for batch_id in batch_ids}
    if not counts:
        return counts
    rows = await connection.execute(
        sa.select(_E.batch_id, _E.status, _E.outcome, sa.func.count().label("number"))
        .where(is_in_place, _E.batch_id.in_(batch_ids))
        .group_by(_E.batch_id, _E.status, _E.outcome)
    )
    for row in rows:
        counts[row.batch_id].statuses[row.status] += row.number
        if row.outcome is not None:
            counts[row.batch_id].outcomes[row.outcome] += row.number
    return counts


async def last_end(connection: AsyncConnection, batch_id: str) -> datetime | None:
    """Return when the last of a batch's evaluations ended; None where it has none."""
    statement = sa.select(sa.func.max(_E.finished_at, type_=_E.finished_at.type))
    found = await connection.execute(statement.where(is_in_place, _E.batch_id == batch_id))
    moment: datetime | None = found.scalar_one()
    return moment
