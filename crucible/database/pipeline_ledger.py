"""Which pipelines, whoever's they are, have something to be decided."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.tables import evaluations, is_to_end, is_under_way, pipeline_stages, pipelines

_P, _S, _E = pipelines.c, pipeline_stages.c, evaluations.c
_WHOSE = sa.select(_P.id, _P.tenant_id, _P.created_by, _P.cancel_requested_by)


@dataclass(frozen=True, slots=True)
class OwnedPipeline:
    """A pipeline, and in whose name it goes on."""

    id: str
    tenant_id: str
    subject: str
    """Who asked for its end, or else who made it."""


class PipelineLedger:
    """The pipelines of every tenant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def owned(self, pipeline_id: str) -> OwnedPipeline:
        """Return whose a pipeline is that an evaluation belongs to."""
        (found,) = await self._all(_WHOSE.where(_P.id == pipeline_id))
        return found

    async def undecided(self, *, limit: int) -> list[OwnedPipeline]:
        """Return pipelines with a stage whose end nobody took note of, and those that are to end and run on."""
        ended = (
            sa.select(_S.pipeline_id)
            .join(evaluations, _E.id == _S.evaluation_id)
            .where(is_under_way, _E.outcome.is_not(None))
            .limit(limit)
        )
        found = await self._all(_WHOSE.where(_P.id.in_(ended)))
        known = {pipeline.id for pipeline in found}
        to_end = await self._all(_WHOSE.where(is_to_end).order_by(_P.id).limit(limit))
        return found + [pipeline for pipeline in to_end if pipeline.id not in known]

    async def _all(self, statement: "sa.Select[tuple[str, str, str, str | None]]") -> list[OwnedPipeline]:
        rows = await self._connection.execute(statement)
        return [OwnedPipeline(row.id, row.tenant_id, row.cancel_requested_by or row.created_by) for row in rows]
