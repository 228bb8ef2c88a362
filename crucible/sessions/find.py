"""Look at sessions."""

from collections.abc import Sequence

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.principal import Principal
from crucible.domain.session_record import Session, SessionPage, SessionState


async def get(database: Database, principal: Principal, session_id: str) -> Session:
    """Return a session. Raises NotFoundError where there is none, or it is another tenant's."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.sessions.get(session_id)


async def page(
    database: Database,
    principal: Principal,
    states: Sequence[SessionState],
    *,
    limit: int,
    cursor: str | None = None,
) -> SessionPage:
    """Return at most `limit` sessions, newest first. Raises InvalidRequestError for a cursor that is none."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.sessions.page(states, limit=limit, cursor=cursor)
