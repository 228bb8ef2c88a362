"""A tenant's evaluations. Every query here carries the tenant; what is another's does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.bulk import insert_rows
from crucible.database.endings import insert_ending
from crucible.database.listing import cursor_after, page_statement
from crucible.database.rows import WHOLE_EVALUATION, to_evaluation, to_summary
from crucible.database.submissions import (
    BatchPlace,
    Place,
    evaluation_row,
    inputs_row,
    queued_evaluation,
    searched_text,
    to_submission,
)
from crucible.database.tables import (
    AnyRow,
    AnySelect,
    evaluation_inputs,
    evaluation_labels,
    evaluation_outputs,
    evaluations,
)
from crucible.database.tallies import reopen
from crucible.domain.answer import EvaluationPage
from crucible.domain.errors import DeletedError, NotFoundError
from crucible.domain.evaluation import Annotation, Evaluation, EvaluationFilter, Submission
from crucible.domain.identifiers import new_evaluation_id
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import StreamName
from crucible.domain.status import Lifecycle, Status

_IS_ONE = sa.and_(
    evaluations.c.id == sa.bindparam("the_id"), evaluations.c.tenant_id == sa.bindparam("the_tenant_id")
)
_IS_SHOWN = sa.and_(_IS_ONE, evaluations.c.lifecycle != Lifecycle.DELETED)
_GET = WHOLE_EVALUATION.where(_IS_SHOWN)
_GET_EVEN_DELETED = WHOLE_EVALUATION.where(_IS_ONE)
_GET_QUEUED_AT = sa.select(evaluations.c.queued_at).where(_IS_ONE)
_GET_DELETED_AT = sa.select(evaluations.c.deleted_at).where(_IS_ONE, evaluations.c.deleted_at.is_not(None))
_GET_STATUS = sa.select(evaluations.c.status).where(_IS_SHOWN)
_GET_SUBMISSION = (
    sa.select(evaluations, *(column for column in evaluation_inputs.c if column.name not in evaluations.c))
    .join(evaluation_inputs, evaluation_inputs.c.evaluation_id == evaluations.c.id)
    .where(_IS_SHOWN)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where bytes are that a finished evaluation left: here, and, where they are too many for that, in a blob."""

    size_bytes: int
    inline: bytes
    blob: str | None


class EvaluationReader:
    """What may be asked about one tenant's evaluations."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def get(self, evaluation_id: str, *, deleted: bool = False) -> Evaluation:
        """Return an evaluation, a deleted one only where asked for. Raises NotFoundError."""
        return to_evaluation(await self._one(_GET_EVEN_DELETED if deleted else _GET, evaluation_id))

    async def get_all(self, evaluation_ids: Sequence[str]) -> list[Evaluation]:
        """Return evaluations, deleted ones too, in the order of their ids' list."""
        rows = await self._connection.execute(
            WHOLE_EVALUATION.where(
                evaluations.c.tenant_id == self._tenant_id, evaluations.c.id.in_(evaluation_ids)
            )
        )
        found = {row.id: to_evaluation(row) for row in rows}
        return [found[evaluation_id] for evaluation_id in evaluation_ids if evaluation_id in found]

    async def status(self, evaluation_id: str) -> Status:
        """Return where an evaluation is. Raises NotFoundError."""
        status: Status = (await self._one(_GET_STATUS, evaluation_id)).status
        return status

    async def page(self, wanted: EvaluationFilter, *, limit: int, cursor: str | None) -> EvaluationPage:
        """Return a page of evaluations. Raises InvalidRequestError for a cursor that is none."""
        statement = page_statement(self._tenant_id, wanted, limit=limit, cursor=cursor)
        rows = (await self._connection.execute(statement)).all()
        shown = rows[:limit]
        return EvaluationPage(
            items=tuple(to_summary(row) for row in shown),
            next_cursor=cursor_after(shown[-1], wanted) if len(rows) > limit else None,
        )

    async def submission(self, evaluation_id: str) -> Submission:
        """Return what was submitted. Raises NotFoundError."""
        return to_submission(await self._one(_GET_SUBMISSION, evaluation_id))

    async def kept_output(self, evaluation_id: str, stream: StreamName) -> Kept:
        """Return what is kept of a stream: nothing before the end. Raises NotFoundError."""
        columns = evaluation_outputs.c
        row = await self._output(
            evaluation_id, columns[f"{stream}_bytes"], columns[stream], columns[f"{stream}_blob"]
        )
        return Kept(row[1] or 0, row[2] or b"", row[3])

    async def kept_files(self, evaluation_id: str) -> tuple[list[tuple[str, int]], Kept]:
        """Return each file's path and size, and where their bytes are, one behind the other.

        There is none before the end. Raises NotFoundError.
        """
        columns = evaluation_outputs.c
        row = await self._output(evaluation_id, columns.files, columns.files_content, columns.files_blob)
        files = [(path, size) for path, size in row.files or ()]
        return files, Kept(sum(size for _, size in files), row.files_content or b"", row.files_blob)

    async def _output(self, evaluation_id: str, *columns: sa.ColumnElement[Any]) -> AnyRow:
        statement = (
            sa.select(evaluations.c.id, *columns)
            .outerjoin(evaluation_outputs, evaluation_outputs.c.evaluation_id == evaluations.c.id)
            .where(_IS_SHOWN)
        )
        return await self._one(statement, evaluation_id)

    def _named(self, evaluation_id: str) -> dict[str, str]:
        """Return the parameters of `_IS_ONE`: what it is called, and whose it has to be."""
        return {"the_id": evaluation_id, "the_tenant_id": self._tenant_id}

    async def _one(self, statement: AnySelect, evaluation_id: str) -> AnyRow:
        row = (await self._connection.execute(statement, self._named(evaluation_id))).one_or_none()
        if row is None:
            raise await self._missing(evaluation_id)
        return row

    async def _missing(self, evaluation_id: str) -> NotFoundError:
        found = (await self._connection.execute(_GET_DELETED_AT, self._named(evaluation_id))).one_or_none()
        if found is None:
            return NotFoundError(
                f"there is no evaluation {evaluation_id!r}: none was handed in, or it was deleted and is removed"
            )
        moment = f"{found.deleted_at:%Y-%m-%d %H:%M} UTC"
        deleted = DeletedError(f"evaluation {evaluation_id!r} was deleted at {moment}: it can be restored")
        deleted.deleted_at = found.deleted_at
        return deleted


class EvaluationRepository(EvaluationReader):
    """What may be done to one tenant's evaluations; what is read here is locked until the transaction's end."""

    async def _one(self, statement: AnySelect, evaluation_id: str) -> AnyRow:
        return await super()._one(statement.with_for_update(of=evaluations), evaluation_id)

    async def add(
        self,
        submissions: Sequence[Submission],
        runtimes: Sequence[str],
        at: datetime,
        *,
        first_place: Place | None = None,
    ) -> list[Evaluation]:
        """Insert queued evaluations; their ids sort in the order of the submissions.

        `first_place`: where in a batch the first of them stands, whom the others follow; or which stage it runs.
        """
        ids = sorted(new_evaluation_id() for _ in submissions)
        rows = [
            evaluation_row(evaluation_id, self._tenant_id, submission, runtime, at, place=place)
            for evaluation_id, submission, runtime, place in zip(
                ids, submissions, runtimes, _places(first_place, len(ids)), strict=True
            )
        ]
        pairs = list(zip(ids, submissions, strict=True))
        await insert_rows(self._connection, evaluations, rows)
        inputs = [inputs_row(evaluation_id, self._tenant_id, submission) for evaluation_id, submission in pairs]
        await insert_rows(self._connection, evaluation_inputs, inputs)
        await self._add_labels(pairs)
        return [queued_evaluation(row, submission) for row, submission in zip(rows, submissions, strict=True)]

    async def _add_labels(self, pairs: Sequence[tuple[str, Submission]]) -> None:
        labels = [
            {"evaluation_id": evaluation_id, "tenant_id": self._tenant_id, "key": key, "value": value}
            for evaluation_id, submission in pairs
            for key, value in submission.labels.items()
        ]
        if labels:
            await insert_rows(self._connection, evaluation_labels, labels)

    async def cancel_queued(self, evaluation_id: str, at: datetime) -> int | None:
        """End an evaluation that nobody holds and return its fence; None where it is not queued."""
        changed = await self._connection.execute(
            evaluations.update()
            .where(_IS_SHOWN, evaluations.c.status == Status.QUEUED)
            .values(
                status=Status.CANCELLED,
                outcome=Outcome.CANCELLED,
                fence=evaluations.c.fence + 1,
                finished_at=at,
            )
            .returning(evaluations.c.fence),
            self._named(evaluation_id),
        )
        fence: int | None = changed.scalar_one_or_none()
        if fence is None:
            return None
        await insert_ending(
            self._connection, self._tenant_id, evaluation_id, fence, Outcome.CANCELLED, error=None, at=at
        )
        return fence

    async def request_cancel(self, evaluation_id: str, subject: str) -> bool:
        """Leave a note for a running evaluation's holder; False where it runs no more or has such a note."""
        changed = await self._connection.execute(
            evaluations.update()
            .where(
                _IS_SHOWN,
                evaluations.c.status == Status.RUNNING,
                evaluations.c.cancel_requested_by.is_(None),
            )
            .values(cancel_requested_by=subject),
            self._named(evaluation_id),
        )
        return bool(changed.rowcount)

    async def annotate(self, evaluation_id: str, annotation: Annotation) -> None:
        """Replace what is given of note and labels, and what is searched with them. Raises NotFoundError."""
        row = await self._one(_GET_SUBMISSION, evaluation_id)
        note = row.note if annotation.note is None else annotation.note
        labels = row.labels if annotation.labels is None else annotation.labels
        submission = to_submission(row).model_copy(update={"labels": labels})
        named = self._named(evaluation_id)
        await self._connection.execute(evaluations.update().where(_IS_ONE).values(note=note, labels=labels), named)
        await self._connection.execute(
            evaluation_inputs.update()
            .where(evaluation_inputs.c.evaluation_id == evaluation_id)
            .values(search_text=searched_text(submission, note))
        )
        if annotation.labels is not None:
            await self._connection.execute(
                evaluation_labels.delete().where(evaluation_labels.c.evaluation_id == evaluation_id)
            )
            await self._add_labels([(evaluation_id, submission)])

    async def set_lifecycle(self, evaluation_id: str, lifecycle: Lifecycle, at: datetime) -> None:
        """Change whether the record is shown, and with it what is counted. Raises NotFoundError."""
        row = await self._one(_GET_QUEUED_AT, evaluation_id)
        await reopen(self._connection, self._tenant_id, row.queued_at, at)
        await self._connection.execute(
            evaluations.update()
            .where(_IS_ONE)
            .values(lifecycle=lifecycle, deleted_at=at if lifecycle is Lifecycle.DELETED else None),
            self._named(evaluation_id),
        )


def _places(first: Place | None, count: int) -> list[Place | None]:
    if not isinstance(first, BatchPlace):
        return [first] * count
    return [BatchPlace(first.batch_id, first.position + further) for further in range(count)]
