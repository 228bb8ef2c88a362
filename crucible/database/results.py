"""How a result becomes an evaluation's: where its holder still holds it all of it at once, and elsewhere nothing.

On PostgreSQL that is one statement, and so one message: what it changed of the evaluation is what it inserts the
output and the events from, so that where nothing was changed there is nothing to insert. SQLite knows no such
statement, and has no server to wait for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from crucible.database.announcements import announce_evaluation
from crucible.database.bulk import insert_rows
from crucible.database.clock import ARRIVED
from crucible.database.events import event_row, insert_events
from crucible.database.records import Claimed, Result
from crucible.database.search import folded
from crucible.database.tables import evaluation_outputs, evaluations, events, is_running
from crucible.database.transactions import Transaction
from crucible.domain.event import Event, Finished
from crucible.domain.outcome import Outcome
from crucible.domain.status import Status
from crucible.domain.webhook import WebhookEvent

_E, _O, _V = evaluations.c, evaluation_outputs.c, events.c
IS_HELD = sa.and_(_E.id == sa.bindparam("held_id"), _E.fence == sa.bindparam("held_fence"), is_running)
_CHANGED = (
    "status",
    "outcome",
    "worker",
    "lease_until",
    "exit_code",
    "signal",
    "error",
    "wall_seconds",
    "cpu_seconds",
    "peak_memory_bytes",
    "attempt_count",
    "runtime_version",
    "progress",
    "cause",
)
_OF_EVENT = (_V.sequence, _V.kind, _V.at, _V.payload)

# Statements of every evaluation's way are built once: building one costs as much as SQLite takes to execute it.
_FINISH = evaluations.update().where(IS_HELD)
_WAS_FINISHED = sa.select(_E.id).where(
    _E.id == sa.bindparam("held_id"), _E.fence == sa.bindparam("held_fence"), _E.outcome.is_not(None)
)


def _in_one_statement() -> sa.Select[str]:
    """Return the statement, whose parameters are a value of each column, and of the events' columns a list."""
    held = (
        _FINISH.values(
            finished_at=ARRIVED,
            **{name: sa.bindparam(f"new_{name}", type_=_E[name].type) for name in _CHANGED},
        )
        .returning(_E.id, _E.fence, _E.tenant_id)
        .cte("held")
    )
    of_held = {_O.evaluation_id: held.c.id, _O.tenant_id: held.c.tenant_id}
    output = {
        column: of_held.get(column, sa.bindparam(f"output_{column.name}", type_=column.type)) for column in _O
    }
    lists = [sa.bindparam(f"event_{column.name}", type_=ARRAY(column.type)) for column in _OF_EVENT]
    names = [column.name for column in _OF_EVENT]
    told = sa.func.unnest(*lists).table_valued(*names, name="told").render_derived()
    event = {
        _V.evaluation_id: held.c.id,
        _V.fence: held.c.fence,
        _V.tenant_id: held.c.tenant_id,
        _V.sequence: told.c.sequence,
        _V.kind: told.c.kind,
        _V.at: sa.func.coalesce(told.c.at, ARRIVED),
        _V.payload: told.c.payload,
    }
    each = sa.select(*event.values()).join_from(held, told, sa.true())
    return sa.select(held.c.id).add_cte(
        evaluation_outputs.insert().from_select(list(output), sa.select(*output.values())).cte("kept"),
        events.insert().from_select(list(event), each).cte("noted"),
    )


_FINISH_AT_ONCE = _in_one_statement()


class ResultRepository:
    """What came of held evaluations, across tenants."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    async def keep(self, claimed: Claimed, result: Result, told: Sequence[Event], *, place: int) -> bool:
        """Write how a held evaluation ended; False, and nothing written, where the lease was lost.

        `told`: its events but the last, whose `place` in their order is given.

        True as well where this holder has finished it before: a commit may succeed though its caller is told
        otherwise, when the connection is lost at that moment.
        """
        if self._connection.dialect.name == "postgresql" and result.finished.outcome.status is not Status.FAILED:
            return await self._keep_at_once(claimed, result, told, place) or await self._was_finished(claimed)
        await self._transaction.as_one()
        at = await self._transaction.now()
        changed = await self._connection.execute(
            _FINISH, {**_held(claimed), **_changes(result), "finished_at": at}
        )
        if not changed.rowcount:
            return await self._was_finished(claimed)
        await insert_rows(self._connection, evaluation_outputs, [_output_row(claimed, result)])
        await insert_events(self._connection, claimed.tenant_id, [*told, _last(claimed, result, place, at)])
        if result.finished.outcome.status is Status.FAILED:
            await announce_evaluation(
                self._connection, claimed.tenant_id, claimed.evaluation_id, WebhookEvent.FAILED, at
            )
        return True

    async def _keep_at_once(self, claimed: Claimed, result: Result, told: Sequence[Event], place: int) -> bool:
        last = _last(claimed, result, place, claimed.claimed_at)
        rows = [event_row(event, claimed.tenant_id) for event in (*told, last)]
        rows[-1]["at"] = None  # the statement's own moment, which nobody knows here
        changed = await self._connection.execute(
            _FINISH_AT_ONCE,
            {
                **_held(claimed),
                **{f"new_{name}": value for name, value in _changes(result).items()},
                **{f"output_{name}": value for name, value in _output_row(claimed, result).items()},
                **{f"event_{column.name}": [row[column.name] for row in rows] for column in _OF_EVENT},
            },
        )
        return changed.one_or_none() is not None

    async def _was_finished(self, claimed: Claimed) -> bool:
        """Tell whether this holder ended it; any other end or change of hands would have moved the fence."""
        found = await self._connection.execute(_WAS_FINISHED, _held(claimed))
        return found.one_or_none() is not None


def ended(outcome: Outcome, at: datetime) -> dict[str, Any]:
    """Return what changes of any evaluation that ends."""
    return {**_ended(outcome), "finished_at": at}


def _ended(outcome: Outcome) -> dict[str, Any]:
    return {"status": outcome.status, "outcome": outcome, "worker": None, "lease_until": None}


def _held(claimed: Claimed) -> dict[str, Any]:
    return {"held_id": claimed.evaluation_id, "held_fence": claimed.fence}


def _last(claimed: Claimed, result: Result, place: int, at: datetime) -> Finished:
    finished = result.finished
    return Finished(
        evaluation_id=claimed.evaluation_id,
        fence=claimed.fence,
        sequence=place,
        at=at,
        outcome=finished.outcome,
        exit_code=finished.exit_code,
        signal=finished.signal,
        error=finished.error,
    )


def _changes(result: Result) -> dict[str, Any]:
    finished = result.finished
    return {
        **_ended(finished.outcome),
        "exit_code": finished.exit_code,
        "signal": finished.signal,
        "error": finished.error,
        "wall_seconds": finished.wall_seconds,
        "cpu_seconds": finished.cpu_seconds,
        "peak_memory_bytes": finished.peak_memory_bytes,
        "attempt_count": len(result.attempts),
        "runtime_version": result.runtime_version,
        "progress": None if result.progress is None else msgspec.to_builtins(result.progress),
        "cause": result.cause,
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
