"""Look at batches, at what is in them, and at why that failed."""

from collections.abc import Collection

from crucible.access.policy import Permission, require
from crucible.database.batches import ItemFilter
from crucible.database.database import Database
from crucible.domain.answer import EvaluationPage
from crucible.domain.batch import Batch, BatchPage, BatchState, CauseList
from crucible.domain.errors import InvalidRequestError
from crucible.domain.principal import Principal

_LONGEST_CURSOR = 9
"""Digits of a position."""


async def get(database: Database, principal: Principal, batch_id: str) -> Batch:
    """Return a batch. Raises NotFoundError where there is none, or it is another tenant's."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.batches.get(batch_id)


async def page(
    database: Database,
    principal: Principal,
    states: Collection[BatchState],
    *,
    limit: int,
    cursor: str | None = None,
) -> BatchPage:
    """Return at most `limit` batches, newest first. Raises InvalidRequestError for a cursor that is none."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.batches.page(states, limit=limit, cursor=cursor)


async def items(
    database: Database,
    principal: Principal,
    batch_id: str,
    wanted: ItemFilter,
    *,
    limit: int,
    cursor: str | None = None,
) -> EvaluationPage:
    """Return evaluations in the order in which they were handed in. Raises NotFoundError, InvalidRequestError."""
    require(principal, Permission.READ)
    after = -1 if cursor is None else _position(cursor)
    async with database.read(principal) as view:
        found = await view.batches.items(batch_id, wanted, after=after, limit=limit + 1)
    shown = found[:limit]
    return EvaluationPage(
        items=tuple(shown), next_cursor=str(shown[-1].batch_position) if len(found) > limit else None
    )


async def causes(database: Database, principal: Principal, batch_id: str) -> CauseList:
    """Return why evaluations ended badly, the most frequent cause first. Raises NotFoundError."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.batches.causes(batch_id)


def _position(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _LONGEST_CURSOR):
        raise InvalidRequestError.of_cursor()
    return int(cursor)
