"""A tenant's pipelines. What a stage runs stands in its evaluation's row; how it ended is noted in its own.

Whoever decides about a pipeline holds its row. A stage's own end is written once, by whoever takes note of it and
decides in the same transaction what follows, so that a stage without such a note is all that is left to be done.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.announcements import announce_pipeline
from crucible.database.listing import newest_first
from crucible.database.records import StageStanding, Standing
from crucible.database.tables import AnyRow, AnySelect, evaluations, pipeline_stages, pipelines
from crucible.domain.errors import NotFoundError
from crucible.domain.identifiers import PIPELINE_PATTERN, new_identifier
from crucible.domain.pipeline import (
    Pipeline,
    PipelinePage,
    PipelineRequest,
    PipelineState,
    PipelineSummary,
    Stage,
    StageInput,
    StageRequest,
    StageStatus,
    stage_status,
)

_P, _S, _E = pipelines.c, pipeline_stages.c, evaluations.c
_OWN_COLUMNS = frozenset({"name", "needs", "inputs", "stdin_from", "on_failure"})
"""What of a stage's request has columns of its own; the rest is its `submission`."""
_STAGES = (
    sa.select(
        *(column for column in _S if column is not _S.submission),
        *(_E.status, _E.outcome, _E.exit_code, _E.cause, _E.queued_at, _E.started_at, _E.finished_at),
        _E.cancel_requested_by.is_not(None).label("cancel_requested"),
    )
    .outerjoin(evaluations, _E.id == _S.evaluation_id)
    .order_by(_S.pipeline_id, _S.position)
)


class PipelineReader:
    """What may be read of one tenant's pipelines."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def get(self, pipeline_id: str) -> Pipeline:
        """Return a pipeline. Raises NotFoundError where there is none, or it is another tenant's."""
        row = await self._one(self._named(pipeline_id), pipeline_id)
        stages = await self._stages([pipeline_id])
        return Pipeline(**_summary(row, stages[pipeline_id]), stages=tuple(map(_stage, stages[pipeline_id])))

    async def page(self, states: Collection[PipelineState], *, limit: int, cursor: str | None) -> PipelinePage:
        """Return at most `limit` pipelines, newest first. Raises InvalidRequestError for a cursor that is none."""
        statement = sa.select(pipelines).where(_P.tenant_id == self._tenant_id)
        if states:
            statement = statement.where(_P.state.in_(sorted(states)))
        statement = newest_first(statement, _P.id, PIPELINE_PATTERN, limit=limit, cursor=cursor)
        rows = (await self._connection.execute(statement)).all()
        shown = rows[:limit]
        stages = await self._stages([row.id for row in shown])
        items = tuple(PipelineSummary(**_summary(row, stages[row.id])) for row in shown)
        return PipelinePage(items=items, next_cursor=items[-1].id if len(rows) > limit else None)

    async def standing(self, pipeline_id: str) -> Standing:
        """Return what is decided by. Raises NotFoundError."""
        return await self._standing(self._named(pipeline_id), pipeline_id)

    async def request(self, pipeline_id: str, stage: str) -> StageRequest:
        """Return a stage as it was handed in."""
        of_it = sa.and_(_S.pipeline_id == pipeline_id, _S.name == stage, _S.tenant_id == self._tenant_id)
        row = (await self._connection.execute(sa.select(pipeline_stages).where(of_it))).one()
        return StageRequest.model_validate(
            {**row.submission, **{name: getattr(row, name) for name in _OWN_COLUMNS}, "runtime": row.runtime}
        )

    async def _standing(self, statement: AnySelect, pipeline_id: str) -> Standing:
        row = await self._one(statement, pipeline_id)
        rows = (await self._stages([pipeline_id]))[pipeline_id]
        return Standing(
            pipeline_id=row.id,
            state=row.state,
            cancel_requested_by=row.cancel_requested_by,
            stopped_by=row.stopped_by,
            stages={row.name: _to_standing(row) for row in rows},
        )

    async def _stages(self, pipeline_ids: Sequence[str]) -> Mapping[str, list[AnyRow]]:
        found: dict[str, list[AnyRow]] = defaultdict(list)
        if pipeline_ids:
            for row in await self._connection.execute(_STAGES.where(_S.pipeline_id.in_(pipeline_ids))):
                found[row.pipeline_id].append(row)
        return found

    def _named(self, pipeline_id: str) -> "sa.Select[Any]":
        return sa.select(pipelines).where(_P.id == pipeline_id, _P.tenant_id == self._tenant_id)

    async def _one(self, statement: AnySelect, pipeline_id: str) -> AnyRow:
        row: AnyRow | None = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no pipeline {pipeline_id[:60]!r}")
        return row


class PipelineRepository(PipelineReader):
    """What may be written of one tenant's pipelines."""

    async def add(self, request: PipelineRequest, runtimes: Sequence[str], subject: str, at: datetime) -> str:
        """Insert a pipeline all of whose stages wait, and return its id."""
        pipeline_id = new_identifier("pl")
        row = {
            "id": pipeline_id,
            "tenant_id": self._tenant_id,
            "name": request.name,
            "labels": request.labels,
            "state": PipelineState.RUNNING,
            "created_by": subject,
            "created_at": at,
        }
        await self._connection.execute(pipelines.insert(), row)
        pairs = zip(request.stages, runtimes, strict=True)
        await self._connection.execute(
            pipeline_stages.insert(),
            [self._row(pipeline_id, place, stage, runtime) for place, (stage, runtime) in enumerate(pairs)],
        )
        return pipeline_id

    def _row(self, pipeline_id: str, position: int, stage: StageRequest, runtime: str) -> dict[str, Any]:
        written = stage.model_dump(mode="json")
        return {
            "pipeline_id": pipeline_id,
            "position": position,
            "tenant_id": self._tenant_id,
            "runtime": runtime,
            "submission": stage.model_dump(mode="json", exclude=set(_OWN_COLUMNS), exclude_defaults=True),
            **{name: written[name] for name in _OWN_COLUMNS},
        }

    async def hold(self, pipeline_id: str) -> Standing:
        """Lock a pipeline, for nobody else to decide about it, and return how it stands. Raises NotFoundError."""
        return await self._standing(self._named(pipeline_id).with_for_update(), pipeline_id)

    async def begin(self, pipeline_id: str, stage: str, evaluation_id: str) -> None:
        """Note what runs for a stage that waited."""
        await self._change(pipeline_id, stage, evaluation_id=evaluation_id)

    async def end(self, pipeline_id: str, stage: str, status: StageStatus, why: str | None, at: datetime) -> None:
        """Note how a stage ended."""
        await self._change(pipeline_id, stage, ended_as=status, why=why, ended_at=at)

    async def request_cancel(self, pipeline_id: str, subject: str) -> None:
        """Note who asked for a held pipeline's end."""
        await self._change_whole(pipeline_id, cancel_requested_by=subject)

    async def stop(self, pipeline_id: str, stage: str) -> None:
        """Note by which stage's failure a held pipeline ends."""
        await self._change_whole(pipeline_id, stopped_by=stage)

    async def finish(self, pipeline_id: str, state: PipelineState) -> None:
        """Note that all stages of a held pipeline have ended."""
        last = sa.select(sa.func.max(_S.ended_at, type_=_S.ended_at.type)).where(_S.pipeline_id == pipeline_id)
        await self._change_whole(pipeline_id, state=state, finished_at=last.scalar_subquery())
        await announce_pipeline(self._connection, self._tenant_id, pipeline_id)

    async def _change(self, pipeline_id: str, stage: str, **values: Any) -> None:
        of_it = sa.and_(_S.pipeline_id == pipeline_id, _S.name == stage, _S.ended_at.is_(None))
        await self._connection.execute(pipeline_stages.update().where(of_it).values(**values))

    async def _change_whole(self, pipeline_id: str, **values: Any) -> None:
        of_it = sa.and_(_P.id == pipeline_id, _P.tenant_id == self._tenant_id)
        await self._connection.execute(pipelines.update().where(of_it).values(**values))


def _status(row: AnyRow) -> StageStatus:
    if row.ended_as is not None:
        ended: StageStatus = row.ended_as
        return ended
    return StageStatus.WAITING if row.evaluation_id is None else stage_status(row.status, row.outcome)


def _to_standing(row: AnyRow) -> StageStanding:
    return StageStanding(
        name=row.name,
        needs=tuple(row.needs),
        on_failure=row.on_failure,
        runtime=row.runtime,
        status=_status(row),
        is_noted=row.ended_as is not None,
        evaluation_id=row.evaluation_id,
        outcome=row.outcome,
        finished_at=row.finished_at,
        cancel_requested=bool(row.cancel_requested),
    )


def _stage(row: AnyRow) -> Stage:
    return Stage(
        name=row.name,
        needs=tuple(row.needs),
        inputs=tuple(StageInput.model_validate(each) for each in row.inputs),
        stdin_from=row.stdin_from,
        on_failure=row.on_failure,
        runtime=row.runtime,
        status=_status(row),
        why=row.why,
        evaluation_id=row.evaluation_id,
        outcome=row.outcome,
        exit_code=row.exit_code,
        cause=row.cause,
        queued_at=row.queued_at,
        started_at=row.started_at,
        finished_at=row.finished_at or row.ended_at,
    )


def _summary(row: AnyRow, stages: Sequence[AnyRow]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "labels": row.labels,
        "state": row.state,
        "created_by": row.created_by,
        "created_at": row.created_at,
        "started_at": min((each.started_at for each in stages if each.started_at), default=None),
        "finished_at": row.finished_at,
        "cancel_requested": row.cancel_requested_by is not None,
        "stopped_by": row.stopped_by,
        "stage_count": len(stages),
        "statuses": Counter(map(_status, stages)),
    }
