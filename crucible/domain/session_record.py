"""A session as the API shows it, and what may be asked of one."""

import base64
import binascii
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from crucible.domain.evaluation import Argument, Name, Text, VariableName
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Containment, Isolation, SandboxAttempt, StreamName
from crucible.domain.session import (
    MAXIMUM_ARGUMENT_BYTES,
    MAXIMUM_ARGV_BYTES,
    MAXIMUM_ENV_BYTES,
    MAXIMUM_OUTPUT_BYTES,
    MAXIMUM_PATH_BYTES,
    MAXIMUM_STDIN_BYTES,
    WORKING_DIRECTORY,
    EndReason,
    ExecFinished,
    SessionLimits,
    SessionUsage,
)
from crucible.domain.shape import ClosedShape, Shape

Encoding = Literal["utf-8", "base64"]


class SessionState(StrEnum):
    """Where a session is."""

    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"
    """As it was asked to, or by a limit; `reason` says which."""
    LOST = "lost"
    """Its executor is gone, and all that was in it."""

    @property
    def is_final(self) -> bool:
        """Whether it is no more."""
        return self in {SessionState.ENDED, SessionState.LOST}


def _argv_fits(argv: tuple[str, ...]) -> tuple[str, ...]:
    for place, argument in enumerate(argv):
        if (size := len(argument.encode())) > MAXIMUM_ARGUMENT_BYTES:
            raise ValueError(
                f"must not have an argument of more than {MAXIMUM_ARGUMENT_BYTES} bytes, which is all that Linux "
                f"takes; argument {place} has {size}"
            )
    if (size := sum(len(argument.encode()) + 1 for argument in argv)) > MAXIMUM_ARGV_BYTES:
        raise ValueError(f"must be at most {MAXIMUM_ARGV_BYTES} bytes together, are {size}")
    if not argv[0]:
        raise ValueError("must name a program: its first element is empty")
    return argv


def _env_fits(env: dict[str, str]) -> dict[str, str]:
    if (size := sum(len(name) + len(value.encode()) + 2 for name, value in env.items())) > MAXIMUM_ENV_BYTES:
        raise ValueError(f"must be at most {MAXIMUM_ENV_BYTES} bytes together, is {size}")
    for name, value in env.items():
        if len(name) + len(value.encode()) + 1 > MAXIMUM_ARGUMENT_BYTES:
            raise ValueError(f"must not have a variable of more than {MAXIMUM_ARGUMENT_BYTES} bytes, as {name} is")
    return env


def _path_fits(path: str) -> str:
    if (size := len(path.encode())) > MAXIMUM_PATH_BYTES:
        raise ValueError(f"must be at most {MAXIMUM_PATH_BYTES} bytes, is {size}")
    return path


Argv = Annotated[tuple[Argument, ...], Field(min_length=1), AfterValidator(_argv_fits)]
Env = Annotated[dict[VariableName, Argument], AfterValidator(_env_fits)]
SessionPath = Annotated[Argument, Field(min_length=1), AfterValidator(_path_fits)]
UserName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$", max_length=65)
]
"""A name or number, and after a colon that of a group."""


class SessionRequest(ClosedShape):
    """A session to make."""

    engine: Name | None = None
    """Which engine isolates it; `null`: this server's default. One that has no sessions refuses."""
    minimum_isolation: Isolation = Isolation.SHARED_KERNEL
    image: Name | None = None
    """A named root file system; `null`: the host's programs, with a root of its own that can be written."""
    env: Env = Field(default_factory=dict)
    """For every exec in it."""
    limits: SessionLimits = Field(default_factory=SessionLimits)


class Session(Shape):
    """A sandbox that stays, or stayed."""

    id: str
    state: SessionState
    reason: EndReason | None = None
    """Why it is no more."""
    detail: str | None = None
    """The same, in words."""
    owner: str
    """Who made it."""
    engine: str | None
    """Which engine was asked for; `containment` has the one that it is."""
    minimum_isolation: Isolation
    image: str | None = None
    limits: SessionLimits
    user: str | None = None
    """Who an exec is that names nobody: root, where the engine maps it."""
    containment: Containment | None = None
    """What stands between it and the host."""
    created_at: datetime
    expires_at: datetime
    """When it ends at the latest."""
    ended_at: datetime | None = None


class SessionPage(Shape):
    """Part of a list, newest first."""

    items: tuple[Session, ...]
    next_cursor: str | None = None


class ExecRequest(ClosedShape):
    """A program to run in a session."""

    argv: Argv
    """The program, sought along PATH where it has no slash, and its arguments. No shell looks at them."""
    stdin: Text = ""
    stdin_encoding: Encoding = "utf-8"
    env: Env = Field(default_factory=dict)
    cwd: SessionPath = WORKING_DIRECTORY
    """Where it runs; relative to `/workspace`, as the paths of files are."""
    user: UserName | None = None
    """By the session's own /etc/passwd; `null`: the session's `user`."""
    timeout_seconds: Annotated[float, Field(ge=0.1, le=7 * 86_400, allow_inf_nan=False)] = 30.0
    """After which the program and all that it started are killed, and the output so far is answered."""
    output_bytes: Annotated[int, Field(ge=1, le=MAXIMUM_OUTPUT_BYTES)] = MAXIMUM_OUTPUT_BYTES
    """How much of the end of each stream is kept."""

    @model_validator(mode="after")
    def _stdin_is_of_its_encoding(self) -> Self:
        if (size := len(self.input())) > MAXIMUM_STDIN_BYTES:
            raise ValueError(f"stdin must be at most {MAXIMUM_STDIN_BYTES} bytes, is {size}")
        return self

    def input(self) -> bytes:
        """Return standard input's bytes."""
        if self.stdin_encoding == "utf-8":
            return self.stdin.encode()
        try:
            return base64.b64decode(self.stdin, validate=True)
        except binascii.Error as error:
            raise ValueError(f"stdin is not base64: {error}") from error


class Bytes(Shape):
    """What a program wrote: text where it is UTF-8, base64 where it is not."""

    encoding: Encoding
    data: str

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Return the bytes as JSON can hold them."""
        try:
            return cls(encoding="utf-8", data=content.decode())
        except UnicodeDecodeError:
            return cls(encoding="base64", data=base64.b64encode(content).decode())

    def content(self) -> bytes:
        """Return the bytes."""
        return self.data.encode() if self.encoding == "utf-8" else base64.b64decode(self.data)

    @property
    def text(self) -> str:
        """The same for people: bytes that are no UTF-8 stand as U+FFFD."""
        return self.content().decode(errors="replace")


class ExecResult(Shape):
    """How an exec ended."""

    outcome: Outcome
    """`succeeded`, `nonzero_exit`, `killed_by_signal`, `timed_out` or `memory_exceeded`."""
    returncode: int
    """The exit code, or 128 and the signal's number."""
    exit_code: int | None = None
    signal: str | None = None
    stdout: Bytes
    """The end of it, where it was longer than what is kept; empty where it was streamed."""
    stderr: Bytes
    stdout_bytes: int
    """How much there was in all."""
    stderr_bytes: int
    wall_seconds: float
    cpu_seconds: float

    @classmethod
    def of(cls, finished: ExecFinished) -> Self:
        """Return what the executor said, as the API says it."""
        return cls(
            outcome=finished.outcome,
            returncode=finished.returncode,
            exit_code=finished.exit_code,
            signal=finished.signal,
            stdout=Bytes.of(finished.stdout),
            stderr=Bytes.of(finished.stderr),
            stdout_bytes=finished.stdout_bytes,
            stderr_bytes=finished.stderr_bytes,
            wall_seconds=finished.wall_seconds,
            cpu_seconds=finished.cpu_seconds,
        )

    @property
    def success(self) -> bool:
        """Whether it ended by itself, with exit code 0."""
        return self.outcome is Outcome.SUCCEEDED

    @property
    def timed_out(self) -> bool:
        """Whether it was ended because its time was over."""
        return self.outcome is Outcome.TIMED_OUT

    @property
    def truncated(self) -> bool:
        """Whether a stream had more than what is kept of it."""
        kept = len(self.stdout.content()), len(self.stderr.content())
        return kept != (self.stdout_bytes, self.stderr_bytes)


class ExecWrote(Shape):
    """An exec that is followed wrote something."""

    kind: Literal["output"] = "output"
    stream: StreamName
    output: Bytes


class ExecEnded(Shape):
    """An exec that is followed ended; nothing follows."""

    kind: Literal["finished"] = "finished"
    result: ExecResult


class ExecFailed(Shape):
    """An exec that is followed could not be run, or was lost with its session; nothing follows."""

    kind: Literal["failed"] = "failed"
    problem: dict[str, object]
    """A problem document, as a refused request has it."""


ExecEvent = Annotated[ExecWrote | ExecEnded | ExecFailed, Field(discriminator="kind")]


class SessionAttempts(Shape):
    """What was tried in a session and refused, in order of the first time; of one that ended, too."""

    items: tuple[SandboxAttempt, ...]
    complete: bool
    """False where its executor went away before it could tell."""


class Usage(Shape):
    """What a session uses now."""

    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int
    peak_memory_bytes: int
    processes: int
    disk_bytes: int
    execs: int
    """How many run now."""

    @classmethod
    def of(cls, usage: SessionUsage) -> Self:
        """Return what the executor measured."""
        return cls(
            wall_seconds=usage.wall_seconds,
            cpu_seconds=usage.cpu_seconds,
            memory_bytes=usage.memory_bytes,
            peak_memory_bytes=usage.peak_memory_bytes,
            processes=usage.processes,
            disk_bytes=usage.disk_bytes,
            execs=usage.execs,
        )
