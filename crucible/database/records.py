"""What passes between the leases and the verbs that claim, finish and take back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
    attempts: Sequence[SandboxAttempt] = ()
    progress: SandboxProgress | None = None
    cause: str | None = None
