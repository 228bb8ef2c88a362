"""Make a session. The row comes first, so that none runs that nobody knows of."""

import hashlib
from dataclasses import dataclass

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.database.failures import DuplicateKeyError, repeated
from crucible.domain.errors import (
    CrucibleError,
    ExecutorUnavailableError,
    SessionEndedError,
)
from crucible.domain.principal import Principal
from crucible.domain.session import EndReason, SessionSpec
from crucible.domain.session_record import Session, SessionRequest, SessionState
from crucible.sessions.holder import SessionHolder


@dataclass(frozen=True, slots=True)
class Created:
    """A session that was asked for."""

    session: Session
    replayed: bool
    """Whether an earlier request with the same key and body made it; it is shown as it is now."""


async def create(
    database: Database,
    holder: SessionHolder,
    principal: Principal,
    request: SessionRequest,
    *,
    idempotency_key: str | None = None,
) -> Created:
    """Make a session and return it once it stands.

    Raises IdempotencyConflictError, PermissionDeniedError, SandboxUnavailableError, SessionsUnsupportedError,
    ExecutorUnavailableError, StorageUnavailableError.
    """
    require(principal, Permission.USE_SESSIONS)
    sessions = holder.sessions
    digest = hashlib.sha256(b"sessions" + request.model_dump_json().encode()).hexdigest()

    async def attempt() -> Created:
        async with database.unit_of_work(principal) as work:
            if idempotency_key is not None and (made := await work.idempotency.answered(idempotency_key, digest)):
                return Created(await work.sessions.get(made[0]), replayed=True)
            at = await work.now()
            session = await work.sessions.add(principal.subject, request, holder.name, at)
            await work.audit.add_of_session("create_session", session.id, at)
            if idempotency_key is not None:
                await work.idempotency.add(idempotency_key, digest, [session.id], at)
            return Created(session, replayed=False)

    try:
        created = await repeated(attempt)
    except DuplicateKeyError:
        created = await repeated(attempt)  # another request with this key was first; what it made is there now
    if created.replayed:
        return created
    spec = SessionSpec(
        engine=request.engine,
        minimum_isolation=request.minimum_isolation,
        image=request.image,
        compartment=principal.tenant_id,
        env=request.env,
        limits=request.limits,
    )
    try:
        standing = await sessions.open(created.session.id, spec)
    except CrucibleError as error:
        gone = isinstance(error, ExecutorUnavailableError)
        async with database.system_unit_of_work() as work:
            await work.sessions.end(
                created.session.id,
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
        await sessions.get(created.session.id).end()
        raise SessionEndedError(f"session {created.session.id} was given up before it stood")
    async with database.read(principal) as view:
        return Created(await view.sessions.get(created.session.id), replayed=False)
