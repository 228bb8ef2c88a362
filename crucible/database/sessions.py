"""Sessions as rows: what a tenant sees of its own, and what the server notes of all that its executor holds."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.listing import newest_first
from crucible.database.tables import AnyRow, sessions
from crucible.domain.errors import NotFoundError
from crucible.domain.identifiers import SESSION_PATTERN, new_identifier
from crucible.domain.sandbox import Containment, Isolation, SandboxAttempt
from crucible.domain.session import EndReason, SessionLimits, SessionStanding
from crucible.domain.session_record import Session, SessionAttempts, SessionPage, SessionRequest, SessionState

_ALIVE = (SessionState.STARTING, SessionState.RUNNING)


class SessionReader:
    """What may be read of one tenant's sessions."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def get(self, session_id: str) -> Session:
        """Return a session. Raises NotFoundError where there is none, or it is another tenant's."""
        return to_session(await self._row(session_id))

    async def get_with_executor(self, session_id: str) -> tuple[Session, str]:
        """Return a session and the name of the executor that holds it. Raises NotFoundError."""
        row = await self._row(session_id)
        return to_session(row), row.executor

    async def attempts(self, session_id: str) -> SessionAttempts:
        """Return what was refused in a session that has ended. Raises NotFoundError."""
        stored = (await self._row(session_id)).attempts
        items = tuple(SandboxAttempt(**one) for one in stored or ())
        return SessionAttempts(items=items, complete=stored is not None)

    async def page(self, states: Sequence[SessionState], *, limit: int, cursor: str | None) -> SessionPage:
        """Return at most `limit` sessions, newest first. Raises InvalidRequestError for a cursor that is none."""
        statement = sa.select(sessions).where(sessions.c.tenant_id == self._tenant_id)
        if states:
            statement = statement.where(sessions.c.state.in_(states))
        statement = newest_first(statement, sessions.c.id, SESSION_PATTERN, limit=limit, cursor=cursor)
        rows = (await self._connection.execute(statement)).all()
        items = tuple(to_session(row) for row in rows[:limit])
        return SessionPage(items=items, next_cursor=items[-1].id if len(rows) > limit else None)

    async def _row(self, session_id: str) -> AnyRow:
        statement = sa.select(sessions).where(sessions.c.id == session_id, sessions.c.tenant_id == self._tenant_id)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no session {session_id[:60]!r}")
        return row


class SessionRepository(SessionReader):
    """What may be written of one tenant's sessions."""

    async def add(self, owner: str, request: SessionRequest, executor: str, at: datetime) -> Session:
        """Insert a session that is about to start."""
        session_id = new_identifier("se")
        row = {
            "id": session_id,
            "tenant_id": self._tenant_id,
            "owner": owner,
            "state": SessionState.STARTING,
            "executor": executor,
            "engine": request.engine,
            "minimum_isolation": request.minimum_isolation,
            "image": request.image,
            "limits": asdict(request.limits),
            "created_at": at,
            "expires_at": at + timedelta(seconds=request.limits.lifetime_seconds),
        }
        await self._connection.execute(sessions.insert(), row)
        return await self.get(session_id)


class SessionLedger:
    """What the server notes of any tenant's sessions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def alive(self, executor: str) -> dict[str, tuple[SessionState, datetime]]:
        """Return the sessions that an executor should hold: their states and when they were made."""
        statement = sa.select(sessions.c.id, sessions.c.state, sessions.c.created_at).where(
            sessions.c.executor == executor, sessions.c.state.in_(_ALIVE)
        )
        return {row.id: (row.state, row.created_at) for row in await self._connection.execute(statement)}

    async def overdue(self, before: datetime) -> list[str]:
        """Return the sessions of any executor that should have ended before then."""
        statement = sa.select(sessions.c.id).where(sessions.c.state.in_(_ALIVE), sessions.c.expires_at < before)
        return list((await self._connection.execute(statement)).scalars())

    async def set_running(self, standing: SessionStanding) -> bool:
        """Note that a session stands; False where it was given up meanwhile."""
        changed = await self._connection.execute(
            sessions.update()
            .where(sessions.c.id == standing.session, sessions.c.state.in_(_ALIVE))
            .values(state=SessionState.RUNNING, user=standing.user, containment=asdict(standing.containment))
        )
        return bool(changed.rowcount)

    async def end(
        self,
        session_id: str,
        state: SessionState,
        reason: EndReason,
        detail: str,
        at: datetime,
        *,
        attempts: Sequence[SandboxAttempt] | None = None,
    ) -> bool:
        """Note that a session is no more; False where that was known. The first reason counts.

        `attempts`: what was refused in it; None where nobody can tell any more.
        """
        tried = None if attempts is None else [asdict(attempt) for attempt in attempts]
        changed = await self._connection.execute(
            sessions.update()
            .where(sessions.c.id == session_id, sessions.c.state.in_(_ALIVE))
            .values(state=state, reason=reason, detail=detail[:1000], ended_at=at, attempts=tried)
        )
        return bool(changed.rowcount)


def to_session(row: AnyRow) -> Session:
    """Return the session that a row holds."""
    return Session(
        id=row.id,
        state=row.state,
        reason=row.reason,
        detail=row.detail,
        owner=row.owner,
        engine=row.engine,
        minimum_isolation=row.minimum_isolation,
        image=row.image,
        limits=SessionLimits(**row.limits),
        user=row.user,
        containment=_containment(row.containment),
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )


def _containment(stored: dict[str, Any] | None) -> Containment | None:
    if stored is None:
        return None
    return Containment(
        **stored | {"isolation": Isolation(stored["isolation"]), "namespaces": tuple(stored["namespaces"])}
    )
