"""How an evaluation's rows become the domain's words."""

import codecs
from typing import Any

import sqlalchemy as sa

from crucible.database.tables import AnyRow, evaluation_inputs, evaluation_outputs, evaluations
from crucible.domain.evaluation import Evaluation, EvaluationSummary, OutputFile, Timing, Usage
from crucible.domain.limits import Limits
from crucible.domain.need import need_of

SUMMARY = (
    evaluations.c.id,
    evaluations.c.status,
    evaluations.c.outcome,
    evaluations.c.exit_code,
    evaluations.c.signal,
    evaluations.c.error,
    evaluations.c.runtime,
    evaluations.c.runtime_version,
    evaluations.c.first_line,
    evaluations.c.priority,
    evaluations.c.labels,
    evaluations.c.lifecycle,
    evaluations.c.queued_at,
    evaluations.c.started_at,
    evaluations.c.finished_at,
    evaluations.c.wall_seconds,
    evaluations.c.cpu_seconds,
    evaluations.c.peak_memory_bytes,
    evaluations.c.infrastructure_attempts,
    evaluations.c.attempt_count,
    evaluations.c.note,
    evaluations.c.cause,
    evaluations.c.batch_id,
    evaluations.c.batch_position,
    evaluations.c.replaced_by,
    evaluations.c.pipeline_id,
    evaluations.c.stage,
)
_WHOLE = (
    *SUMMARY,
    evaluations.c.limits,
    evaluations.c.cancel_requested_by,
    evaluations.c.engine,
    evaluations.c.minimum_isolation,
    evaluations.c.image,
    evaluations.c.fresh,
    evaluations.c.reports_progress,
    evaluations.c.progress,
    evaluations.c.needs,
    evaluation_inputs.c.code,
    evaluation_inputs.c.entrypoint,
    evaluation_inputs.c.argv,
    evaluation_inputs.c.env,
    evaluation_outputs.c.stdout,
    evaluation_outputs.c.stderr,
    evaluation_outputs.c.stdout_bytes,
    evaluation_outputs.c.stderr_bytes,
    evaluation_outputs.c.output_truncated,
    evaluation_outputs.c.files,
    evaluation_outputs.c.files_truncated,
    evaluation_outputs.c.containment,
    evaluation_outputs.c.attempts,
)
WHOLE_EVALUATION = (
    sa.select(*_WHOLE)
    .join(evaluation_inputs, evaluation_inputs.c.evaluation_id == evaluations.c.id)
    .outerjoin(evaluation_outputs, evaluation_outputs.c.evaluation_id == evaluations.c.id)
)


def summary_fields(row: AnyRow) -> dict[str, Any]:
    """Return what a summary's row says, by the summary's field names."""
    return {
        "id": row.id,
        "status": row.status,
        "outcome": row.outcome,
        "fault": row.outcome.fault if row.outcome else None,
        "exit_code": row.exit_code,
        "signal": row.signal,
        "error": row.error,
        "runtime": row.runtime,
        "runtime_version": row.runtime_version,
        "first_line": row.first_line,
        "priority": row.priority,
        "labels": row.labels,
        "lifecycle": row.lifecycle,
        "timing": Timing(queued=row.queued_at, started=row.started_at, finished=row.finished_at),
        "usage": _usage(row),
        "infrastructure_attempts": row.infrastructure_attempts,
        "attempt_count": row.attempt_count,
        "note": row.note,
        "cause": row.cause,
        "batch_id": row.batch_id,
        "batch_position": row.batch_position,
        "replaced_by": row.replaced_by,
        "pipeline_id": row.pipeline_id,
        "stage": row.stage,
    }


def to_summary(row: AnyRow) -> EvaluationSummary:
    """Return the evaluation as a list shows it."""
    return EvaluationSummary(**summary_fields(row))


def to_evaluation(row: AnyRow) -> Evaluation:
    """Return the evaluation from a row of `WHOLE_EVALUATION`."""
    return Evaluation(
        **summary_fields(row),
        code=None if row.code is None else row.code.decode(),
        entrypoint=row.entrypoint,
        argv=tuple(row.argv),
        env=row.env,
        limits=Limits(**row.limits),
        cancel_requested=row.cancel_requested_by is not None,
        engine=row.engine,
        minimum_isolation=row.minimum_isolation,
        image=row.image,
        fresh=row.fresh,
        reports_progress=row.reports_progress,
        progress=row.progress,
        worker_labels=need_of(row.needs).labels,
        **_output_fields(row),
    )


def _usage(row: AnyRow) -> Usage | None:
    if row.wall_seconds is None:
        return None
    return Usage(
        wall_seconds=row.wall_seconds, cpu_seconds=row.cpu_seconds, peak_memory_bytes=row.peak_memory_bytes
    )


def _output_fields(row: AnyRow) -> dict[str, Any]:
    if row.stdout is None:
        return {}
    return {
        "stdout": shown(row.stdout, row.stdout_bytes),
        "stderr": shown(row.stderr, row.stderr_bytes),
        "stdout_bytes": row.stdout_bytes,
        "stderr_bytes": row.stderr_bytes,
        "output_truncated": row.output_truncated,
        "files": tuple(OutputFile(path=path, size_bytes=size) for path, size in row.files),
        "files_truncated": row.files_truncated,
        "containment": row.containment,
        "attempts": tuple(row.attempts),
    }


def shown(head: bytes, total_bytes: int) -> str:
    """Return a stream's first bytes as text; a character that the cut went through is left out."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return decoder.decode(head, final=total_bytes <= len(head))
