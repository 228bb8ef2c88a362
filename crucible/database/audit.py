"""Who did what to which evaluation, session, pipeline or tenant, written in the transaction that did it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.bulk import insert_rows
from crucible.database.tables import audit_entries
from crucible.domain.identifiers import new_identifier
from crucible.domain.principal import Principal

_INSERT = audit_entries.insert()


class AuditRepository:
    """The audit entries of one principal."""

    def __init__(self, connection: AsyncConnection, principal: Principal) -> None:
        self._connection = connection
        self._principal = principal

    async def add(self, action: str, evaluation_ids: Iterable[str], at: datetime) -> None:
        """Record that the principal did this to each of these."""
        rows = [{**self._entry(action, at), "evaluation_id": evaluation_id} for evaluation_id in evaluation_ids]
        await insert_rows(self._connection, audit_entries, rows)

    async def add_of_session(self, action: str, session_id: str, at: datetime) -> None:
        """Record that the principal did this to a session."""
        await self._connection.execute(_INSERT, {**self._entry(action, at), "session_id": session_id})

    async def add_of_pipeline(self, action: str, pipeline_id: str, at: datetime) -> None:
        """Record that the principal did this to a pipeline; what becomes of its stages is recorded of each."""
        await self._connection.execute(_INSERT, {**self._entry(action, at), "pipeline_id": pipeline_id})

    async def add_of_tenant(self, action: str, tenant_id: str, at: datetime) -> None:
        """Record that the principal did this to a tenant, its own or another."""
        await self._connection.execute(_INSERT, {**self._entry(action, at), "changed_tenant_id": tenant_id})

    def _entry(self, action: str, at: datetime) -> dict[str, object]:
        return {
            "id": new_identifier("au"),
            "tenant_id": self._principal.tenant_id,
            "subject": self._principal.subject,
            "action": action,
            "at": at,
        }
