"""What passes between the repositories and the verbs that claim, finish, take back and go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crucible.domain.outcome import Outcome
from crucible.domain.pipeline import OnFailure, PipelineState, StageStatus
from crucible.domain.sandbox import Containment, SandboxAttempt, SandboxFinished, SandboxProgress, SandboxSpec
from crucible.domain.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An evaluation that a worker has a lease on, and what is to be run."""

    evaluation_id: str
    tenant_id: str
    fence: int
    claimed_at: datetime
    waited_seconds: float
    """How long it had been due."""
    infrastructure_attempts: int
    spec: SandboxSpec
    pipeline_id: str | None = None
    """Whose next stages may begin when it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An evaluation without a holder, or whose holder gives it back."""

    evaluation_id: str
    tenant_id: str
    fence: int
    status: Status
    infrastructure_attempts: int
    cancel_requested_by: str | None
    runtime: str
    worker: str | None
    """Who held it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStream:
    """What is kept of an output stream: its head in the row, and the whole in a blob where that is not all."""

    size_bytes: int
    head: bytes
    blob: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFiles:
    """The files that were left: names and sizes, and their bytes one behind the other, here or in a blob."""

    index: Sequence[tuple[str, int]] = ()
    content: bytes = b""
    blob: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All that a finish writes."""

    finished: SandboxFinished
    stdout: KeptStream
    stderr: KeptStream
    files: KeptFiles
    output_truncated: bool
    files_truncated: bool
    search_text: Sequence[str]
    containment: Containment | None = None
    runtime_version: str | None = None
    attempts: Sequence[SandboxAttempt] = ()
    progress: SandboxProgress | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedWork:
    """What runs for a firing of a schedule: one of these."""

    evaluation_id: str | None = None
    batch_id: str | None = None
    pipeline_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStanding:
    """A stage of a pipeline, as far as it is decided by."""

    name: str
    needs: tuple[str, ...]
    on_failure: OnFailure
    runtime: str
    status: StageStatus
    is_noted: bool
    """Whether its end, and what follows from it, is written down."""
    evaluation_id: str | None
    outcome: Outcome | None
    finished_at: datetime | None
    cancel_requested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A pipeline at one moment."""

    pipeline_id: str
    state: PipelineState
    cancel_requested_by: str | None
    stopped_by: str | None
    stages: Mapping[str, StageStanding]
    """By name, in the order in which they were handed in."""
