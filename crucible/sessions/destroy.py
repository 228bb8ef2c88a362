"""End a session."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.errors import NotFoundError
from crucible.domain.principal import Principal
from crucible.domain.session_record import Session
from crucible.sessions import use
from crucible.sessions.holder import SessionHolder
from crucible.sessions.reconcile import UNKNOWN, note_lost, note_standing


async def destroy(database: Database, holder: SessionHolder, principal: Principal, session_id: str) -> Session:
    """End a session and all that runs in it; return it when nothing of it is left. Asking again changes nothing.

    Raises NotFoundError, PermissionDeniedError, ConflictError, ExecutorUnavailableError.
    """
    require(principal, Permission.USE_SESSIONS)
    async with database.read(principal) as view:
        session = await view.sessions.get(session_id)
    if not session.state.is_final:
        held = await use.check(database, holder, principal, session_id, action="destroy_session")
        try:
            standing = await held.end()
        except NotFoundError:
            await note_lost(database, session_id, UNKNOWN)
        else:
            await note_standing(database, holder, standing)
    async with database.read(principal) as view:
        return await view.sessions.get(session_id)
