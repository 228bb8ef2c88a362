"""How a submission becomes rows, and how those become a sandbox's specification or a submission again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from crucible.database.search import folded
from crucible.database.tables import AnyRow
from crucible.domain.evaluation import Evaluation, InputFile, Submission, Timing
from crucible.domain.first_line import first_line
from crucible.domain.limits import Limits
from crucible.domain.need import Need, need_of
from crucible.domain.sandbox import SandboxSpec
from crucible.domain.status import Lifecycle, Status

_FILES = msgspec.msgpack.Decoder(dict[str, bytes])


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where in a batch an evaluation stands."""

    batch_id: str
    position: int


@dataclass(frozen=True, slots=True)
class StagePlace:
    """Which stage of which pipeline an evaluation runs."""

    pipeline_id: str
    stage: str


Place = BatchPlace | StagePlace
"""What an evaluation belongs to."""


def evaluation_row(
    evaluation_id: str,
    tenant_id: str,
    submission: Submission,
    runtime: str,
    at: datetime,
    *,
    place: Place | None = None,
) -> dict[str, Any]:
    """Return the row of an evaluation that is acknowledged now."""
    return {
        "id": evaluation_id,
        "tenant_id": tenant_id,
        "status": Status.QUEUED,
        "lifecycle": Lifecycle.ACTIVE,
        "priority": submission.priority,
        "runtime": runtime,
        "fence": 0,
        "not_before": at,
        "infrastructure_attempts": 0,
        "queued_at": at,
        "limits": msgspec.to_builtins(submission.limits),
        "labels": submission.labels,
        "engine": submission.engine,
        "minimum_isolation": submission.minimum_isolation,
        "image": submission.image,
        "fresh": submission.fresh,
        "reports_progress": submission.reports_progress,
        **_belonging(place),
        "needs": Need.of(submission, runtime).word,
        "memory_bytes": submission.limits.memory_bytes,
        "cpus": submission.limits.cpus,
        "first_line": first_line(_program(submission)),
    }


def _belonging(place: Place | None) -> dict[str, Any]:
    batch = place if isinstance(place, BatchPlace) else None
    stage = place if isinstance(place, StagePlace) else None
    return {
        "batch_id": batch.batch_id if batch else None,
        "batch_position": batch.position if batch else None,
        "pipeline_id": stage.pipeline_id if stage else None,
        "stage": stage.stage if stage else None,
    }


def inputs_row(evaluation_id: str, tenant_id: str, submission: Submission) -> dict[str, Any]:
    """Return the row of what is handed to the program."""
    files = {file.path: file.data() for file in submission.files}
    return {
        "evaluation_id": evaluation_id,
        "tenant_id": tenant_id,
        "entrypoint": submission.entrypoint,
        "argv": list(submission.argv),
        "env": submission.env,
        "code": None if submission.code is None else submission.code.encode(),
        "stdin": submission.stdin.encode(),
        "files": msgspec.msgpack.encode(files) if files else None,
        "search_text": searched_text(submission),
    }


def searched_text(submission: Submission, note: str = "") -> str:
    """Return what of a submission, and of what was noted about it, is found by its text."""
    return folded(_program(submission), *submission.labels.values(), note)


def _program(submission: Submission) -> str:
    if submission.code is not None:
        return submission.code
    (program,) = (file for file in submission.files if file.path == submission.entrypoint)
    return program.data().decode(errors="replace")


def queued_evaluation(row: dict[str, Any], submission: Submission) -> Evaluation:
    """Return the evaluation that `evaluation_row` describes, without asking the database again."""
    return Evaluation(
        id=row["id"],
        status=Status.QUEUED,
        runtime=row["runtime"],
        priority=submission.priority,
        labels=submission.labels,
        first_line=row["first_line"],
        timing=Timing(queued=row["queued_at"]),
        code=submission.code,
        entrypoint=submission.entrypoint,
        argv=submission.argv,
        env=submission.env,
        limits=submission.limits,
        engine=submission.engine,
        minimum_isolation=submission.minimum_isolation,
        image=submission.image,
        fresh=submission.fresh,
        reports_progress=submission.reports_progress,
        batch_id=row["batch_id"],
        batch_position=row["batch_position"],
        pipeline_id=row["pipeline_id"],
        stage=row["stage"],
        worker_labels=submission.worker_labels,
    )


def to_spec(row: AnyRow) -> SandboxSpec:
    """Return what is to be run."""
    return SandboxSpec(
        runtime=row.runtime,
        entrypoint=row.entrypoint,
        code=None if row.code is None else row.code.decode(),
        files=_FILES.decode(row.files) if row.files else {},
        stdin=row.stdin,
        argv=tuple(row.argv),
        env=row.env,
        limits=Limits(**row.limits),
        engine=row.engine,
        minimum_isolation=row.minimum_isolation,
        image=row.image,
        fresh=row.fresh,
        reports_progress=row.reports_progress,
        compartment=row.tenant_id,
    )


def to_submission(row: AnyRow) -> Submission:
    """Return the submission that would make the same evaluation again."""
    spec = to_spec(row)
    return Submission(
        code=spec.code,
        files=tuple(InputFile.of(path, data) for path, data in spec.files.items()),
        entrypoint=spec.entrypoint,
        runtime=spec.runtime,
        stdin=spec.stdin.decode(),
        argv=spec.argv,
        env=spec.env,
        limits=spec.limits,
        engine=spec.engine,
        minimum_isolation=spec.minimum_isolation,
        image=spec.image,
        fresh=spec.fresh,
        reports_progress=spec.reports_progress,
        worker_labels=need_of(row.needs).labels,
        priority=row.priority,
        labels=row.labels,
    )
