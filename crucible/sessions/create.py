"""Make a session. The row comes first, so that none runs that nobody knows of."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.once import Created, digest_of, once
from crucible.domain.errors import (
    CrucibleError,
    ExecutorUnavailableError,
    SessionEndedError,
)
from crucible.domain.principal import Principal
from crucible.domain.session import EndReason, SessionSpec
from crucible.domain.session_record import Session, SessionRequest, SessionState
from crucible.sessions.holder import SessionHolder


async def create(
    database: Database,
    holder: SessionHolder,
    principal: Principal,
    request: SessionRequest,
    *,
    idempotency_key: str | None = None,
) -> Created[Session]:
    """Make a session and return it once it stands.

    Raises IdempotencyConflictError, PermissionDeniedError, SandboxUnavailableError, SessionsUnsupportedError,
    ExecutorUnavailableError, StorageUnavailableError.
    """
    require(principal, Permission.USE_SESSIONS)
    sessions = holder.sessions

    async def make(work: TenantWork) -> tuple[list[str], Session]:
        at = await work.now()
        session = await work.sessions.add(principal.subject, request, holder.name, at)
        await work.audit.add_of_session("create_session", session.id, at)
        return [session.id], session

    created = await once(
        database,
        principal,
        idempotency_key,
        digest_of("sessions", request),
        make=make,
        show=lambda work, ids: work.sessions.get(ids[0]),
    )
    if created.replayed:
        return created
    session_id = created.what.id
    spec = SessionSpec(
        engine=request.engine,
        minimum_isolation=request.minimum_isolation,
        image=request.image,
        compartment=principal.tenant_id,
        env=request.env,
        limits=request.limits,
    )
    try:
        standing = await sessions.open(session_id, spec)
    except CrucibleError as error:
        gone = isinstance(error, ExecutorUnavailableError)
        async with database.system_unit_of_work() as work:
            await work.sessions.end(
                session_id,
                SessionState.LOST if gone else SessionState.ENDED,
                EndReason.EXECUTOR_GONE if gone else EndReason.BROKEN,
                f"it could not be made: {error.detail}",
                await work.now(),
                attempts=None if gone else (),
            )
        raise
    async with database.system_unit_of_work() as work:
        stands = await work.sessions.set_running(standing)
    if not stands:
        await sessions.get(session_id).end()
        raise SessionEndedError(f"session {session_id} was given up before it stood")
    async with database.read(principal) as view:
        return Created(await view.sessions.get(session_id), replayed=False)
