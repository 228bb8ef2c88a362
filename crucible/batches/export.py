"""Take a batch home: every evaluation in the order in which it was handed in, as lines of JSON or of CSV.

Read and written in pieces, so that a hundred thousand cost no more memory than a few hundred. Each piece is of one
moment; what runs meanwhile is exported as it was when its piece was read.
"""

import csv
import io
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from enum import StrEnum
from typing import Any

from crucible.access.policy import Permission, require
from crucible.database.batches import ItemFilter
from crucible.database.database import Database
from crucible.domain.evaluation import EvaluationSummary
from crucible.domain.principal import Principal

_SUMMARIES_AT_ONCE = 500
_WHOLE_AT_ONCE = 50
"""Each may carry a program of 1 MiB and two streams of 64 KiB."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take text for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""


class ExportFormat(StrEnum):
    """How a batch is written."""

    JSONL = "jsonl"
    """Each evaluation with its program and what is shown of its output, a line each."""
    CSV = "csv"
    """What a spreadsheet can use: how each ended, and what it took."""


MEDIA_TYPES: dict[str, str] = {
    ExportFormat.JSONL: "application/x-ndjson",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
_COLUMNS: dict[str, Callable[[EvaluationSummary], Any]] = {
    "position": lambda one: one.batch_position,
    "id": lambda one: one.id,
    "status": lambda one: one.status,
    "outcome": lambda one: one.outcome,
    "fault": lambda one: one.fault,
    "exit_code": lambda one: one.exit_code,
    "signal": lambda one: one.signal,
    "cause": lambda one: _inert(one.cause),
    "error": lambda one: _inert(one.error),
    "runtime": lambda one: one.runtime,
    "runtime_version": lambda one: one.runtime_version,
    "priority": lambda one: one.priority,
    "queued": lambda one: one.timing.queued.isoformat(),
    "started": lambda one: one.timing.started and one.timing.started.isoformat(),
    "finished": lambda one: one.timing.finished and one.timing.finished.isoformat(),
    "wall_seconds": lambda one: one.usage and one.usage.wall_seconds,
    "cpu_seconds": lambda one: one.usage and one.usage.cpu_seconds,
    "peak_memory_bytes": lambda one: one.usage and one.usage.peak_memory_bytes,
    "refused": lambda one: one.attempt_count,
    "labels": lambda one: json.dumps(one.labels, ensure_ascii=False),
}


async def export(
    database: Database, principal: Principal, batch_id: str, written: ExportFormat
) -> AsyncGenerator[bytes, None]:
    """Return what yields the batch in pieces. Raises NotFoundError, before the first of them."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        await view.batches.get(batch_id)
    pieces = {ExportFormat.JSONL: _jsonl, ExportFormat.CSV: _csv}[written]
    return pieces(database, principal, batch_id)


async def _jsonl(database: Database, principal: Principal, batch_id: str) -> AsyncGenerator[bytes, None]:
    after: int | None = -1
    while after is not None:
        async with database.read(principal) as view:
            found = await view.batches.whole_items(batch_id, after=after, limit=_WHOLE_AT_ONCE)
        if found:
            yield b"".join(one.model_dump_json().encode() + b"\n" for one in found)
        after = found[-1].batch_position if found else None


async def _csv(database: Database, principal: Principal, batch_id: str) -> AsyncGenerator[bytes, None]:
    yield _rows([list(_COLUMNS)])
    after: int | None = -1
    while after is not None:
        async with database.read(principal) as view:
            found = await view.batches.items(batch_id, ItemFilter(), after=after, limit=_SUMMARIES_AT_ONCE)
        if found:
            yield _rows([[column(one) for column in _COLUMNS.values()] for one in found])
        after = found[-1].batch_position if found else None


def _rows(rows: Sequence[Sequence[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _inert(text: str | None) -> str | None:
    """Return text that a program chose so that no spreadsheet acts upon it."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text
