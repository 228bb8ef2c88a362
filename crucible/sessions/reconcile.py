"""Keep the rows true: a session whose executor doesn't hold it is lost, one that nobody's row names is ended.

The rows are read before the executor is asked, so that what was made in between is taken for neither.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

import structlog

from crucible.database.database import Database
from crucible.domain.errors import ExecutorUnavailableError, NotFoundError, StorageUnavailableError
from crucible.domain.sandbox import SandboxAttempt
from crucible.domain.session import EndReason, SessionStanding
from crucible.domain.session_record import SessionState
from crucible.sessions.holder import SessionHolder

_PAUSE_SECONDS = 5.0
_PATIENCE_SECONDS = 10.0
"""How long an executor may take to listen, or to come back, before its absence is worth a word."""
_STARTING = timedelta(minutes=2)
"""How long a session may take from its row to standing."""
_OVERDUE = timedelta(minutes=10)
"""How long after its time an executor that isn't ours has to say so."""
UNKNOWN = "the executor that should hold it doesn't know it: it was started again since"
"""Why a session is lost whose executor answers."""
_log = structlog.stdlib.get_logger(__name__)


async def keep_reconciling(database: Database, holder: SessionHolder) -> None:
    """Reconcile now and again, whatever is away meanwhile; at once where an executor comes back."""
    told = ""
    while True:
        with contextlib.suppress(TimeoutError):  # why it isn't there, is told by asking it
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await holder.connected()
        try:
            await reconcile(database, holder)
            told = ""
        except (ExecutorUnavailableError, StorageUnavailableError) as error:
            if error.detail != told:
                _log.info("sessions_not_reconciled", reason=error.detail)
            told = error.detail
        await asyncio.sleep(_PAUSE_SECONDS)


async def reconcile(database: Database, holder: SessionHolder) -> None:
    """Compare once. Raises ExecutorUnavailableError, StorageUnavailableError."""
    async with database.system_unit_of_work() as work:
        rows, now = await work.sessions.alive(holder.name), await work.now()
        overdue = await work.sessions.overdue(now - _OVERDUE)
    held = {standing.session: standing for standing in await holder.sessions.list()}
    for session_id, (state, created_at) in rows.items():
        standing = held.get(session_id)
        if standing is None:
            if state is SessionState.RUNNING or now - created_at > _STARTING:
                await note_lost(database, session_id, UNKNOWN)
        elif standing.ended is not None:
            await note_standing(database, holder, standing)
    for session_id in overdue:
        await note_lost(database, session_id, "its time is over, and its executor was not heard of")
    await _end_strays(
        database, holder, [name for name, one in held.items() if one.ended is None and name not in rows]
    )


async def note_standing(database: Database, holder: SessionHolder, standing: SessionStanding) -> None:
    """Note how a session ended that its executor still knows, and what was refused in it.

    Raises ExecutorUnavailableError.
    """
    try:
        attempts = await holder.sessions.get(standing.session).attempts()
    except NotFoundError:
        attempts = None  # so many have ended since that it was forgotten
    reason = standing.ended or EndReason.DESTROYED
    await note_end(
        database, standing.session, SessionState.ENDED, reason, standing.detail or "", attempts=attempts
    )


async def note_lost(database: Database, session_id: str, why: str) -> None:
    """Note that nobody holds a session any more, unless its end is known."""
    await note_end(database, session_id, SessionState.LOST, EndReason.EXECUTOR_GONE, why)


async def note_end(
    database: Database,
    session_id: str,
    state: SessionState,
    reason: EndReason,
    detail: str,
    *,
    attempts: Sequence[SandboxAttempt] | None = None,
) -> None:
    """Note that a session is no more, unless that is known; and what was refused in it, where that is known."""
    async with database.system_unit_of_work() as work:
        if await work.sessions.end(session_id, state, reason, detail, await work.now(), attempts=attempts):
            _log.info("session_ended", session=session_id, state=str(state), reason=str(reason), detail=detail)


async def _end_strays(database: Database, holder: SessionHolder, strays: list[str]) -> None:
    """End what the executor holds for nobody: its row was given up, or there is none."""
    if not strays:
        return
    async with database.system_unit_of_work() as work:
        rows = await work.sessions.alive(holder.name)
    for session_id in strays:
        if session_id not in rows:
            _log.warning("stray_session_ended", session=session_id)
            try:
                await holder.sessions.get(session_id).end()
            except NotFoundError:
                continue  # it ended by itself meanwhile
