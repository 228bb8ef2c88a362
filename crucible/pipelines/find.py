"""Look at pipelines."""

from collections.abc import Collection

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.pipeline import Pipeline, PipelinePage, PipelineState
from crucible.domain.principal import Principal


async def get(database: Database, principal: Principal, pipeline_id: str) -> Pipeline:
    """Return a pipeline with its stages. Raises NotFoundError where there is none, or it is another tenant's."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.pipelines.get(pipeline_id)


async def page(
    database: Database,
    principal: Principal,
    states: Collection[PipelineState],
    *,
    limit: int,
    cursor: str | None = None,
) -> PipelinePage:
    """Return at most `limit` pipelines, newest first. Raises InvalidRequestError for a cursor that is none."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.pipelines.page(states, limit=limit, cursor=cursor)
