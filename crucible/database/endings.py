"""How an evaluation's end is written where no sandbox made it: cancelled in the queue, or given up."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.bulk import insert_rows
from crucible.database.events import insert_events
from crucible.database.search import folded
from crucible.database.tables import evaluation_outputs
from crucible.domain.event import Finished
from crucible.domain.outcome import Outcome


async def insert_ending(
    connection: AsyncConnection,
    tenant_id: str,
    evaluation_id: str,
    fence: int,
    outcome: Outcome,
    *,
    error: str | None,
    at: datetime,
) -> None:
    """Insert the last event and the empty output of an evaluation whose row was just ended under this fence."""
    await insert_endings(connection, tenant_id, {evaluation_id: fence}, outcome, error=error, at=at)


async def insert_endings(
    connection: AsyncConnection,
    tenant_id: str,
    fences: Mapping[str, int],
    outcome: Outcome,
    *,
    error: str | None,
    at: datetime,
) -> None:
    """Do so for several of one tenant's, each with its fence."""
    finished = (
        Finished(evaluation_id=evaluation_id, fence=fence, sequence=0, at=at, outcome=outcome, error=error)
        for evaluation_id, fence in fences.items()
    )
    await insert_events(connection, tenant_id, finished)
    await insert_rows(
        connection,
        evaluation_outputs,
        [
            {
                "evaluation_id": evaluation_id,
                "tenant_id": tenant_id,
                "stdout_bytes": 0,
                "stderr_bytes": 0,
                "output_truncated": False,
                "files_truncated": False,
                "files": [],
                "stdout": b"",
                "stderr": b"",
                "files_content": b"",
                "search_text": folded(error or ""),
            }
            for evaluation_id in fences
        ],
    )
