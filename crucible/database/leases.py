"""What Crucible itself does to evaluations, whoever's they are: claim, renew, finish, take back.

Every change is conditional on the fence and the status that its maker saw last. No row changed means that
somebody else was first, and that what was to be written is void.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.announcements import announce_evaluation
from crucible.database.bulk import FEWEST_COPIED
from crucible.database.dead_letters import insert_dead_letter
from crucible.database.endings import insert_ending
from crucible.database.events import insert_events
from crucible.database.lines import Taken, is_in
from crucible.database.postgres import together
from crucible.database.records import Claimed, Lost, Result
from crucible.database.search import folded
from crucible.database.submissions import to_spec
from crucible.database.tables import (
    evaluation_inputs,
    evaluation_outputs,
    evaluations,
    is_running,
)
from crucible.domain.cause import cause_of
from crucible.domain.event import Event, Requeued
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxProgress
from crucible.domain.sharing import Line
from crucible.domain.status import Status
from crucible.domain.webhook import WebhookEvent

_E = evaluations.c

# Statements of every evaluation's way are built once: building one costs as much as SQLite takes to execute it.
_CLAIMED = (
    sa.select(
        _E.tenant_id,
        _E.runtime,
        _E.limits,
        _E.engine,
        _E.minimum_isolation,
        _E.image,
        _E.fresh,
        _E.reports_progress,
        _E.infrastructure_attempts,
        _E.not_before,
        _E.pipeline_id,
        *(column for column in evaluation_inputs.c if column.name not in {"tenant_id", "search_text"}),
    )
    .join(evaluation_inputs, evaluation_inputs.c.evaluation_id == _E.id)
    .where(_E.id.in_(sa.bindparam("ids", expanding=True)))
)
_FINISH = evaluations.update().where(
    _E.id == sa.bindparam("held_id"), _E.fence == sa.bindparam("held_fence"), is_running
)
_NOTE_PROGRESS = _FINISH.values(progress=sa.bindparam("progress"))
_INSERT_OUTPUT = evaluation_outputs.insert()


class LeaseRepository:
    """The leases on evaluations, across tenants."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claimed(self, taken: Sequence[Taken], at: datetime) -> list[Claimed]:
        """Return what is to be run of what was taken, in that order."""
        if not taken:
            return []
        fences = {each.evaluation_id: each.fence for each in taken}
        rows = {row.evaluation_id: row for row in await self._connection.execute(_CLAIMED, {"ids": list(fences)})}
        return [
            Claimed(
                evaluation_id=evaluation_id,
                tenant_id=rows[evaluation_id].tenant_id,
                fence=fence,
                claimed_at=at,
                waited_seconds=(at - rows[evaluation_id].not_before).total_seconds(),
                infrastructure_attempts=rows[evaluation_id].infrastructure_attempts,
                spec=to_spec(rows[evaluation_id]),
                pipeline_id=rows[evaluation_id].pipeline_id,
            )
            for evaluation_id, fence in fences.items()
        ]

    async def renew(
        self, held: Iterable[tuple[str, int]], *, at: datetime, ttl: timedelta
    ) -> dict[tuple[str, int], str | None]:
        """Extend leases; answer, for each (id, fence) that still stands, who asked for its end, if any did."""
        changed = await self._connection.execute(
            evaluations.update()
            .where(sa.tuple_(_E.id, _E.fence).in_(list(held)), is_running)
            .values(lease_until=at + ttl)
            .returning(_E.id, _E.fence, _E.cancel_requested_by)
        )
        return {(row.id, row.fence): row.cancel_requested_by for row in changed}

    async def note_progress(self, progress: Mapping[tuple[str, int], SandboxProgress]) -> None:
        """Write how far held evaluations' programs say that they have come; what was lost is left alone."""
        await self._connection.execute(
            _NOTE_PROGRESS,
            [
                {"held_id": evaluation_id, "held_fence": fence, "progress": msgspec.to_builtins(said)}
                for (evaluation_id, fence), said in progress.items()
            ],
        )

    async def finish(self, claimed: Claimed, result: Result, events: Iterable[Event], *, at: datetime) -> bool:
        """Write how a held evaluation ended; False, and nothing written, where the lease was lost.

        True as well where this holder has finished it before: a commit may succeed though its caller is told
        otherwise, when the connection is lost at that moment.
        """
        finished = result.finished
        changed = await self._connection.execute(
            _FINISH,
            {
                "held_id": claimed.evaluation_id,
                "held_fence": claimed.fence,
                **_ended(finished.outcome, at),
                "exit_code": finished.exit_code,
                "signal": finished.signal,
                "error": finished.error,
                "wall_seconds": finished.wall_seconds,
                "cpu_seconds": finished.cpu_seconds,
                "peak_memory_bytes": finished.peak_memory_bytes,
                "attempt_count": len(result.attempts),
                "progress": None if result.progress is None else msgspec.to_builtins(result.progress),
                "cause": result.cause,
            },
        )
        if not changed.rowcount:
            return await self._was_finished(claimed)
        told = list(events)
        async with together(self._connection) if len(told) < FEWEST_COPIED else nullcontext():
            await self._connection.execute(_INSERT_OUTPUT, _output_row(claimed, result))
            await insert_events(self._connection, claimed.tenant_id, told)
        if finished.outcome.status is Status.FAILED:
            await announce_evaluation(
                self._connection, claimed.tenant_id, claimed.evaluation_id, WebhookEvent.FAILED, at
            )
        return True

    async def _was_finished(self, claimed: Claimed) -> bool:
        """Tell whether this holder ended it; any other end or change of hands would have moved the fence."""
        found = await self._connection.execute(
            sa.select(_E.id).where(
                _E.id == claimed.evaluation_id, _E.fence == claimed.fence, _E.outcome.is_not(None)
            )
        )
        return found.one_or_none() is not None

    async def expired(self, *, at: datetime, everything: bool, limit: int) -> list[Lost]:
        """Return running evaluations whose lease is over, or all that run; locked until the transaction's end."""
        conditions = [is_running] if everything else [is_running, _E.lease_until < at]
        return await self._lost(*conditions, limit=limit)

    async def held(self, evaluation_id: str, fence: int) -> Lost | None:
        """Return an evaluation that its holder wants to give back, or None where the lease was lost."""
        found = await self._lost(_is_held(evaluation_id, fence), limit=1)
        return found[0] if found else None

    async def waiting(self, lines: Iterable[Line], *, limit: int) -> list[Lost]:
        """Return some of what waits in these lines; locked until the transaction's end."""
        found: list[Lost] = []
        for line in lines:
            found += await self._lost(is_in(line), limit=limit - len(found))
            if len(found) == limit:
                break
        return found

    async def requeue(self, lost: Lost, *, reason: str, attempts: int, at: datetime, not_before: datetime) -> bool:
        """Give an evaluation back to the queue under another fence; False where somebody else was first."""
        fence = lost.fence + 1
        changed = await self._connection.execute(
            evaluations.update()
            .where(_E.id == lost.evaluation_id, _E.fence == lost.fence, _E.status == lost.status)
            .values(
                status=Status.QUEUED,
                fence=fence,
                worker=None,
                lease_until=None,
                started_at=None,
                progress=None,
                not_before=not_before,
                infrastructure_attempts=attempts,
            )
        )
        if not changed.rowcount:
            return False
        event = Requeued(
            evaluation_id=lost.evaluation_id,
            fence=fence,
            sequence=0,
            at=at,
            reason=reason,
            infrastructure_attempts=attempts,
            worker=lost.worker,
        )
        await insert_events(self._connection, lost.tenant_id, [event])
        return True

    async def give_up(
        self,
        lost: Lost,
        outcome: Outcome,
        *,
        error: str | None,
        attempts: int,
        at: datetime,
        loss: str | None = None,
    ) -> bool:
        """End an evaluation that has no result and will get none; False where somebody else was first.

        `loss`: what Crucible lost last, where that is why; then it is a dead letter.
        """
        fence = lost.fence + 1
        changed = await self._connection.execute(
            evaluations.update()
            .where(_E.id == lost.evaluation_id, _E.fence == lost.fence, _E.status == lost.status)
            .values(
                **_ended(outcome, at),
                fence=fence,
                error=error,
                infrastructure_attempts=attempts,
                cause=cause_of(outcome, exit_code=None, signal=None, error=error, stderr=b""),
            )
        )
        if not changed.rowcount:
            return False
        await insert_ending(
            self._connection, lost.tenant_id, lost.evaluation_id, fence, outcome, error=error, at=at
        )
        if loss is not None:
            await insert_dead_letter(self._connection, lost, loss, at)
            await announce_evaluation(
                self._connection, lost.tenant_id, lost.evaluation_id, WebhookEvent.DEAD_LETTER, at
            )
        return True

    async def _lost(self, *conditions: sa.ColumnElement[bool], limit: int) -> list[Lost]:
        rows = await self._connection.execute(
            sa.select(
                _E.id,
                _E.tenant_id,
                _E.fence,
                _E.status,
                _E.infrastructure_attempts,
                _E.cancel_requested_by,
                _E.runtime,
                _E.worker,
            )
            .where(*conditions)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [
            Lost(
                evaluation_id=row.id,
                tenant_id=row.tenant_id,
                fence=row.fence,
                status=row.status,
                infrastructure_attempts=row.infrastructure_attempts,
                cancel_requested_by=row.cancel_requested_by,
                runtime=row.runtime,
                worker=row.worker,
            )
            for row in rows
        ]


def _is_held(evaluation_id: str, fence: int) -> sa.ColumnElement[bool]:
    return sa.and_(_E.id == evaluation_id, _E.fence == fence, is_running)


def _ended(outcome: Outcome, at: datetime) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "outcome": outcome,
        "worker": None,
        "lease_until": None,
        "finished_at": at,
    }


def _output_row(claimed: Claimed, result: Result) -> dict[str, Any]:
    return {
        "evaluation_id": claimed.evaluation_id,
        "tenant_id": claimed.tenant_id,
        "stdout_bytes": result.stdout.size_bytes,
        "stderr_bytes": result.stderr.size_bytes,
        "output_truncated": result.output_truncated,
        "files_truncated": result.files_truncated,
        "stdout_blob": result.stdout.blob,
        "stderr_blob": result.stderr.blob,
        "files_blob": result.files.blob,
        "files": [list(entry) for entry in result.files.index],
        "stdout": result.stdout.head,
        "stderr": result.stderr.head,
        "files_content": result.files.content,
        "files_bytes": sum(size for _, size in result.files.index),
        "search_text": folded(*result.search_text),
        "containment": msgspec.to_builtins(result.containment) if result.containment else None,
        "attempts": msgspec.to_builtins(result.attempts),
    }
