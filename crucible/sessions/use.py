"""What is asked of a session that stands; and what is noted where it turns out to stand no more."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.errors import (
    ConflictError,
    ExecutorUnavailableError,
    NotFoundError,
    SessionEndedError,
)
from crucible.domain.principal import Principal
from crucible.domain.session import ExecFinished, ExecOutput, ExecSpec, SessionUsage
from crucible.domain.session_record import ExecRequest, Session, SessionAttempts, SessionState
from crucible.executor.session_client import HeldSession
from crucible.sessions.holder import SessionHolder
from crucible.sessions.reconcile import UNKNOWN, note_lost


async def check(
    database: Database,
    holder: SessionHolder,
    principal: Principal,
    session_id: str,
    *,
    permission: Permission = Permission.USE_SESSIONS,
    action: str | None = None,
) -> HeldSession:
    """Return a session that the principal may use and that should stand; record what is done with it.

    Raises PermissionDeniedError, NotFoundError, ConflictError where it is starting, SessionEndedError,
    ExecutorUnavailableError.
    """
    require(principal, permission)
    if action is None:
        async with database.read(principal) as view:
            session, executor = await view.sessions.get_with_executor(session_id)
    else:
        async with database.unit_of_work(principal) as work:
            session, executor = await work.sessions.get_with_executor(session_id)
            if session.state is SessionState.RUNNING:
                await work.audit.add_of_session(action, session_id, await work.now())
    if session.state.is_final:
        raise ended(session)
    if executor != holder.name:
        raise ConflictError(f"session {session_id} is held by the executor {executor}: ask the server beside it")
    if session.state is SessionState.STARTING:
        raise ConflictError(f"session {session_id} is starting: ask again in a moment")
    return holder.sessions.get(session_id)


def ended(session: Session) -> SessionEndedError:
    """Return the error that tells how a session ended."""
    return SessionEndedError(f"session {session.id} is {session.state} ({session.reason}): {session.detail}")


@asynccontextmanager
async def noticing(database: Database, session_id: str) -> AsyncIterator[None]:
    """Note it where the session turns out to have ended, and say so."""
    try:
        yield
    except ExecutorUnavailableError as error:
        raise await _lost(database, session_id, "the executor that held it went away") from error
    except NotFoundError as error:
        raise await _lost(database, session_id, UNKNOWN) from error


async def _lost(database: Database, session_id: str, why: str) -> SessionEndedError:
    await note_lost(database, session_id, why)
    return SessionEndedError(f"session {session_id} is lost: {why}")


async def run(
    database: Database, holder: SessionHolder, principal: Principal, session_id: str, request: ExecRequest
) -> ExecFinished:
    """Run a program to its end. What can't be done is one of the `Session...Error` types."""
    held = await check(database, holder, principal, session_id, action="exec")
    async with noticing(database, session_id):
        return await held.exec(_spec(request, stream=False))


async def follow(
    database: Database, held: HeldSession, request: ExecRequest
) -> AsyncGenerator[ExecOutput | ExecFinished, None]:
    """Run a program in a session that was `check`ed; yield what it writes and how it ended."""
    async with noticing(database, held.name), aclosing(held.stream(_spec(request, stream=True))) as events:
        async for event in events:
            yield event


async def read_file(
    database: Database,
    holder: SessionHolder,
    principal: Principal,
    session_id: str,
    path: str,
    *,
    user: str | None,
    most: int,
) -> bytes:
    """Return a file's bytes."""
    held = await check(database, holder, principal, session_id)
    async with noticing(database, session_id):
        return await held.read_file(path, user=user, most=most)


async def write_file(
    database: Database,
    holder: SessionHolder,
    principal: Principal,
    session_id: str,
    path: str,
    *,
    content: bytes,
    user: str | None,
    mode: int | None,
) -> None:
    """Make or replace a file."""
    held = await check(database, holder, principal, session_id, action="write_file")
    async with noticing(database, session_id):
        await held.write_file(path, content, user=user, mode=mode)


async def measure(
    database: Database, holder: SessionHolder, principal: Principal, session_id: str
) -> SessionUsage:
    """Return what a session uses now."""
    held = await check(database, holder, principal, session_id, permission=Permission.READ)
    async with noticing(database, session_id):
        return await held.usage()


async def attempts(
    database: Database, holder: SessionHolder, principal: Principal, session_id: str
) -> SessionAttempts:
    """Return what was tried in a session and refused, until now or until its end."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        if (await view.sessions.get(session_id)).state.is_final:
            return await view.sessions.attempts(session_id)
    held = await check(database, holder, principal, session_id, permission=Permission.READ)
    async with noticing(database, session_id):
        return SessionAttempts(items=await held.attempts(), complete=True)


def _spec(request: ExecRequest, *, stream: bool) -> ExecSpec:
    return ExecSpec(
        argv=request.argv,
        stdin=request.input(),
        env=request.env,
        cwd=request.cwd,
        user=request.user,
        timeout_seconds=request.timeout_seconds,
        output_bytes=request.output_bytes,
        stream=stream,
    )
