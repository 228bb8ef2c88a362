"""What a schedule runs, as its command is told: a program with its options, a batch, or a pipeline."""

import dataclasses
from pathlib import Path
from typing import Any, Final

from crucible.cli.batch_sources import submissions_of
from crucible.cli.options import labels_of
from crucible.cli.pipeline_sources import request_of
from crucible.cli.program import LimitOptions, SubmissionOptions
from crucible.domain.errors import InvalidRequestError
from crucible.domain.mistakes import filled
from crucible.domain.schedule import ScheduledBatch

_OF_A_PIPELINE: Final = frozenset({"file", "labels"})
_OF_A_BATCH: Final = _OF_A_PIPELINE.union(
    ("runtime", "priority"), (field.name for field in dataclasses.fields(LimitOptions))
)
"""Options that are for those of its programs that say nothing themselves, as in `crucible batch submit`."""


def work_of(given: SubmissionOptions, name: str | None, *, batch: bool, pipeline: bool) -> dict[str, Any]:
    """Return the one field of a schedule's request that says what runs. Raises InvalidRequestError."""
    if batch and pipeline:
        raise InvalidRequestError("give --batch or --pipeline, not both")
    if batch:
        _refuse_others(given, _OF_A_BATCH, "--batch")
        defaults = {"priority": given.priority, "limits": given.limits()}
        if given.runtime:
            defaults["runtime"] = given.runtime
        whole = {"name": name, "labels": labels_of(given.labels)}
        return {
            "batch": filled(ScheduledBatch, {**whole, "evaluations": submissions_of(given.file, defaults)}),
        }
    if pipeline:
        _refuse_others(given, _OF_A_PIPELINE, "--pipeline")
        changes: dict[str, Any] = {"labels": labels_of(given.labels)} if given.labels else {}
        if name is not None:
            changes["name"] = name
        return {"pipeline": request_of(Path(given.file), **changes)}
    return {"submission": given.submission()}


def _refuse_others(given: SubmissionOptions, taken: frozenset[str], option: str) -> None:
    """Refuse what would be an option of one program: to leave it unheard would be worse."""
    for field in dataclasses.fields(given):
        if field.name not in taken and getattr(given, field.name) != field.default:
            raise InvalidRequestError(f"with {option} each program says its own {field.name.replace('_', ' ')}")
