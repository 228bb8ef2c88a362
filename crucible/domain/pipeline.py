"""Programs one after another: each stage begins when those it needs have ended, and sees what they left."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator

from crucible.domain.evaluation import Argument, InputFile, Labels, Name, RelativePath, Submission
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import StreamName
from crucible.domain.shape import ClosedShape, Shape
from crucible.domain.status import Status

MAXIMUM_STAGES: Final = 100
"""In one pipeline: all of it is decided about in one transaction."""
MAXIMUM_STAGE_INPUTS: Final = 100


class OnFailure(StrEnum):
    """What becomes of the others where a stage ends in any way but success."""

    STOP = "stop"
    """The pipeline ends: what waits or is queued is cancelled, and what runs is stopped."""
    SKIP = "skip"
    """What needs it, or what needs that, is skipped; the rest goes on."""
    CONTINUE = "continue"
    """What needs it runs all the same."""


class StageStatus(StrEnum):
    """Where a stage is."""

    WAITING = "waiting"
    """For the stages that it needs."""
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    """Its program succeeded."""
    FAILED = "failed"
    """Its program ended otherwise, or could not have what it was to have."""
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    """It never runs, since something that it needs did not succeed."""

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self not in {StageStatus.WAITING, StageStatus.QUEUED, StageStatus.RUNNING}


class PipelineState(StrEnum):
    """Where a pipeline is."""

    RUNNING = "running"
    COMPLETED = "completed"
    """Every stage succeeded."""
    FAILED = "failed"
    """All stages have ended, and not all of them succeeded."""
    CANCELLED = "cancelled"
    """Its end was asked for, and all have ended."""


class StageInput(ClosedShape):
    """Files for a stage: one that a former stage left, all of them, or what it wrote to a stream."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=True, serialize_by_alias=True)

    stage: Name
    path: RelativePath | None = None
    """That file; all files where neither this nor `stream` is given."""
    stream: StreamName | None = None
    """What it wrote there, as a file."""
    as_: Annotated[RelativePath | None, Field(alias="as")] = None
    """Under which path; of all files, in which folder."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.path is not None and self.stream is not None:
            raise ValueError("give `path` or `stream`, not both")
        return self

    @property
    def target(self) -> str | None:
        """Where the file goes; `None` for all files, whose paths are known once they are there."""
        if self.stream is not None:
            return self.as_ or f"{self.stage}.{self.stream}"
        return None if self.path is None else self.as_ or self.path


class StageRequest(Submission):
    """A stage to run: a submission, what it waits for, and what it is given of that."""

    name: Name
    needs: Annotated[tuple[Name, ...], Field(max_length=MAXIMUM_STAGES)] = ()
    """The stages that must have ended before it begins."""
    inputs: Annotated[tuple[StageInput, ...], Field(max_length=MAXIMUM_STAGE_INPUTS)] = ()
    """Files of stages before it, beside its own `files`; its `entrypoint` may be among them."""
    stdin_from: Name | None = None
    """The stage before it whose standard output is its standard input, in place of `stdin`."""
    on_failure: OnFailure = OnFailure.STOP

    @model_validator(mode="after")
    def _has_one_stdin(self) -> Self:
        if self.stdin and self.stdin_from is not None:
            raise ValueError("give `stdin` or `stdin_from`, not both")
        return self

    def _has_file(self, path: str | None) -> bool:
        return super()._has_file(path) or any(each.target in {path, None} for each in self.inputs)

    def submission(self, files: Collection[InputFile] = (), stdin: str | None = None) -> Submission:
        """Return what is handed in, given this beside its own. Raises ValidationError where it is too much."""
        fields = {name: getattr(self, name) for name in Submission.model_fields}
        fields["files"] = (*self.files, *files)
        if stdin is not None:
            fields["stdin"] = stdin
        return Submission.model_validate(fields)


class PipelineRequest(ClosedShape):
    """A pipeline to run."""

    name: Annotated[Argument, Field(min_length=1, max_length=255)] | None = None
    labels: Labels = Field(default_factory=dict)
    """Of the pipeline; each stage has its own."""
    stages: Annotated[tuple[StageRequest, ...], Field(min_length=1, max_length=MAXIMUM_STAGES)]


class Stage(Shape):
    """A stage, and how far it is."""

    name: str
    needs: tuple[str, ...]
    inputs: tuple[StageInput, ...]
    stdin_from: str | None
    on_failure: OnFailure
    runtime: str
    status: StageStatus
    why: str | None = None
    """Why it failed, was cancelled or skipped; in words."""
    evaluation_id: str | None = None
    """What runs for it; none while it waits, and where it never ran."""
    outcome: Outcome | None = None
    exit_code: int | None = None
    cause: str | None = None
    """What ended its program badly, as that said itself: it proves nothing."""
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class PipelineSummary(Shape):
    """A pipeline as a list shows it."""

    id: str
    name: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    state: PipelineState
    created_by: str
    created_at: datetime
    started_at: datetime | None = None
    """When the first of its programs began."""
    finished_at: datetime | None = None
    """When the last of its stages ended."""
    cancel_requested: bool = False
    stopped_by: str | None = None
    """The stage whose failure ended it."""
    stage_count: int
    statuses: dict[StageStatus, int]
    """How many stages stand where."""


class Pipeline(PipelineSummary):
    """A pipeline with its stages, in the order in which they were handed in."""

    stages: tuple[Stage, ...]


class PipelinePage(Shape):
    """Part of a list, newest first."""

    items: tuple[PipelineSummary, ...]
    next_cursor: str | None = None


def stage_status(status: Status, outcome: Outcome | None) -> StageStatus:
    """Return where a stage is whose evaluation is there."""
    if not status.is_final:
        return StageStatus(status)
    if status is Status.CANCELLED:
        return StageStatus.CANCELLED
    return StageStatus.COMPLETED if outcome is Outcome.SUCCEEDED else StageStatus.FAILED


def state_of(statuses: Collection[StageStatus], *, cancel_requested: bool) -> PipelineState:
    """Return where a pipeline is whose stages stand there."""
    if not all(status.is_final for status in statuses):
        return PipelineState.RUNNING
    if cancel_requested:
        return PipelineState.CANCELLED
    succeeded = all(status is StageStatus.COMPLETED for status in statuses)
    return PipelineState.COMPLETED if succeeded else PipelineState.FAILED
