"""The central noun: one submitted program with its inputs, its limits and, later, its outcome."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from crucible.domain.limits import KIB, MIB, Limits
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.sandbox import Containment, Isolation, SandboxAttempt, SandboxProgress
from crucible.domain.shape import ClosedShape, Shape
from crucible.domain.status import Lifecycle, Status
from crucible.domain.waiting import Wait

MAXIMUM_CODE_BYTES = 1 * MIB
MAXIMUM_FILES = 100
MAXIMUM_INPUT_BYTES = 8 * MIB
MAXIMUM_ARGUMENTS_BYTES = 128 * KIB - 1
"""Linux takes no single string of 128 KiB or more, its NUL included."""
MAXIMUM_LABELS = 32
MAXIMUM_NOTE = 2000
MAXIMUM_WORKER_LABELS = 8
MAXIMUM_BATCH = 1000
INLINE_OUTPUT_BYTES = 64 * KIB
"""How much of each stream an evaluation shows itself; the whole of it is at its `output` address."""


class Priority(StrEnum):
    """Who goes first."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL: the kernel would cut it there, and databases refuse it")
    return text


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must not contain lone surrogates: they are no UTF-8") from error
    return text


def _relative_path(path: str) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or not parts:
        raise ValueError("must be a path inside the working directory: relative, without '..'")
    if any(ord(character) < ord(" ") or character == "\x7f" for character in path):
        raise ValueError("must not contain control characters")
    if any(len(part.encode()) > 255 for part in parts):  # noqa: PLR2004 - NAME_MAX of Linux
        raise ValueError("must not have a part longer than 255 bytes")
    return str(PurePosixPath(path))


def at_most(maximum_bytes: int) -> Callable[[str], str]:
    """Return a validator of texts that hold this much in UTF-8."""

    def check(text: str) -> str:
        if (size := len(text.encode())) > maximum_bytes:
            raise ValueError(f"must be at most {maximum_bytes} bytes, is {size}")
        return text

    return check


def _program(code: str) -> str:
    if not code.strip():
        raise ValueError("must not be empty: there is nothing to run")
    return at_most(MAXIMUM_CODE_BYTES)(code)


def _fits_in_exec(arguments: tuple[str, ...]) -> tuple[str, ...]:
    at_most(MAXIMUM_ARGUMENTS_BYTES)("\0".join(arguments))
    return arguments


def _environment_fits(environment: dict[str, str]) -> dict[str, str]:
    _fits_in_exec((*environment, *environment.values()))
    return environment


Text = Annotated[str, AfterValidator(_encodable)]
Argument = Annotated[str, AfterValidator(_encodable), AfterValidator(_no_nul)]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=256)]
RelativePath = Annotated[
    str, Field(min_length=1, max_length=1024), AfterValidator(_encodable), AfterValidator(_relative_path)
]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", max_length=64)]
LabelKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$", max_length=63)]
LabelValue = Annotated[str, Field(max_length=255), AfterValidator(_encodable), AfterValidator(_no_nul)]
Labels = Annotated[dict[LabelKey, LabelValue], Field(max_length=MAXIMUM_LABELS)]


class InputFile(ClosedShape):
    """A file that the program finds in its working directory."""

    path: RelativePath
    content: Text = ""
    encoding: Literal["utf-8", "base64"] = "utf-8"

    @model_validator(mode="after")
    def _content_is_of_its_encoding(self) -> Self:
        self.data()
        return self

    @classmethod
    def of(cls, path: str, data: bytes) -> Self:
        """Return a file of these bytes. Raises ValidationError for a path that no input may have."""
        try:
            return cls(path=path, content=data.decode())
        except UnicodeDecodeError:
            return cls(path=path, content=base64.b64encode(data).decode(), encoding="base64")

    def data(self) -> bytes:
        """Return the file's bytes."""
        if self.encoding == "utf-8":
            return self.content.encode()
        try:
            return base64.b64decode(self.content, validate=True)
        except binascii.Error as error:
            raise ValueError(f"content is not base64: {error}") from error


def file_tree(files: tuple[InputFile, ...]) -> tuple[InputFile, ...]:
    """Return the files where they can lie in one folder and fit. Raises ValueError."""
    paths: set[str] = set()
    for file in files:
        if file.path in paths:
            raise ValueError(f"must not have {file.path!r} twice")
        paths.add(file.path)
    for path in paths:
        if any(str(parent) in paths for parent in PurePosixPath(path).parents):
            raise ValueError(f"must not have {path!r} inside of what is itself a file")
    if (size := sum(len(file.data()) for file in files)) > MAXIMUM_INPUT_BYTES:
        raise ValueError(f"must hold at most {MAXIMUM_INPUT_BYTES} bytes together, hold {size}")
    return files


class Submission(ClosedShape):
    """What a researcher hands in: a program, its inputs and its limits.

    Either `code`, which becomes the runtime's usual file (`main.py`), or `files` with the `entrypoint` among
    them; `files` beside `code` are inputs.
    """

    code: Annotated[Text, AfterValidator(_program)] | None = None
    files: Annotated[tuple[InputFile, ...], Field(max_length=MAXIMUM_FILES), AfterValidator(file_tree)] = ()
    entrypoint: RelativePath | None = None
    runtime: Annotated[str, Field(min_length=1, max_length=64)] = "python"
    stdin: Annotated[Text, AfterValidator(at_most(MAXIMUM_INPUT_BYTES))] = ""
    argv: Annotated[tuple[Argument, ...], Field(max_length=1024), AfterValidator(_fits_in_exec)] = ()
    env: Annotated[dict[VariableName, Argument], Field(max_length=256), AfterValidator(_environment_fits)] = Field(
        default_factory=dict
    )
    limits: Limits = Limits()
    engine: Name | None = None
    """What isolates it: `namespaces`, `gvisor`; `auto`: the strongest there is; `None`: the server's default."""
    minimum_isolation: Isolation = Isolation.SHARED_KERNEL
    """Run it behind no less than this, or not at all."""
    image: Name | None = None
    """The named root file system to run in; `None`: the least of the executor's host, read-only."""
    fresh: bool = False
    """Whether it gets an interpreter that was started for it alone."""
    reports_progress: bool = False
    """Whether it is given a descriptor on which it tells how far it has come."""
    worker_labels: Annotated[tuple[Name, ...], Field(max_length=MAXIMUM_WORKER_LABELS)] = ()
    """Which labels a worker must have to run it: `gpu`. It waits where none has them, and says so."""
    priority: Priority = Priority.NORMAL
    labels: Labels = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one_program(self) -> Self:
        if self.code is None and self.entrypoint is None:
            raise ValueError("give `code`, or `files` and the `entrypoint` among them")
        if self.code is None and not self._has_file(self.entrypoint):
            raise ValueError(f"`entrypoint` {self.entrypoint!r} is not among `files`")
        if self.code is not None and any(file.path == self.entrypoint for file in self.files):
            raise ValueError(f"both `code` and `files` give {self.entrypoint!r}")
        return self

    def _has_file(self, path: str | None) -> bool:
        return any(file.path == path for file in self.files)


class Annotation(ClosedShape):
    """What people say about an evaluation. What is given replaces what was there; what is not stays."""

    note: Annotated[Argument, Field(max_length=MAXIMUM_NOTE)] | None = None
    labels: Labels | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.note is None and self.labels is None:
            raise ValueError("give a `note`, `labels`, or both")
        return self


class Usage(Shape):
    """What the program used, as the kernel counted it."""

    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int


class Timing(Shape):
    """When it was acknowledged, when its last run began, and when it ended; by the database's clock, in UTC."""

    queued: datetime
    started: datetime | None = None
    finished: datetime | None = None


class OutputFile(Shape):
    """A file that the program left in its working directory."""

    path: str
    """Relative. Bytes that are no UTF-8 stand as `\\xNN`, and so does a backslash before an `x`."""
    size_bytes: int


class EvaluationSummary(Shape):
    """An evaluation as a list shows it."""

    id: str
    status: Status
    outcome: Outcome | None = None
    fault: Fault | None = None
    """Whose doing the outcome is."""
    exit_code: int | None = None
    signal: str | None = None
    """The name of the signal that ended it: `SIGSEGV`."""
    error: str | None = None
    """Why Crucible could not run it, or which limit was hit; in words."""
    runtime: str
    runtime_version: str | None = None
    """What ran or compiled it, and of which release: `CPython 3.12.1`, `gcc 12.2.0`; none where nothing did.

    An interpreter that waited for the program says it of itself. Of one that was started for it, and of a
    compiler, the file was seen to be the one that had said so, just before the program was handed over.
    """
    first_line: str | None = None
    """The first line of its program that says something, cut to 120 characters."""
    priority: Priority
    labels: dict[str, str]
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    timing: Timing
    usage: Usage | None = None
    infrastructure_attempts: int = 0
    """How often a worker or executor was lost while running it."""
    attempt_count: int = 0
    """How many different things it tried that its sandbox refused; `attempts` says which."""
    note: str = ""
    """What somebody noted about it."""
    cause: str | None = None
    """What ended it badly, without what differs between those that ended alike; batches group by it."""
    batch_id: str | None = None
    batch_position: int | None = None
    """Its place in the batch, from 0."""
    replaced_by: str | None = None
    """The evaluation that a retry put in its place."""
    pipeline_id: str | None = None
    stage: str | None = None
    """Which stage of the pipeline it runs."""


class Evaluation(EvaluationSummary):
    """An evaluation with all that is known of it, its first 64 KiB of each output stream included."""

    code: str | None
    entrypoint: str | None
    argv: tuple[str, ...]
    env: dict[str, str]
    limits: Limits
    stdout: str = ""
    """Its first 64 KiB; bytes that are no UTF-8 stand as U+FFFD. The exact bytes are at `output`."""
    stderr: str = ""
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    output_truncated: bool = False
    """Whether the program wrote more than `limits.output_bytes`, so that the rest was not kept."""
    files: tuple[OutputFile, ...] = ()
    files_truncated: bool = False
    """Whether it left more or larger files than are kept."""
    cancel_requested: bool = False
    engine: str | None = None
    """Which engine was asked for; `containment` says which it was."""
    minimum_isolation: Isolation = Isolation.SHARED_KERNEL
    image: str | None = None
    fresh: bool = False
    reports_progress: bool = False
    progress: SandboxProgress | None = None
    """What it said last of how far it has come; while it runs, some seconds old: its events are not."""
    worker_labels: tuple[str, ...] = ()
    waiting: Wait | None = None
    """Why it has not started, while it is queued; told where an evaluation is asked for by its id."""
    containment: Containment | None = None
    """What stood between the program and the host; none where it never started."""
    attempts: tuple[SandboxAttempt, ...] = ()
    """What it tried and was refused, in order of the first time; known once it ended."""


class Sort(StrEnum):
    """What a list of evaluations is in order of. What has no such value yet comes last."""

    QUEUED = "queued"
    FINISHED = "finished"
    DURATION = "duration"
    CPU = "cpu"
    MEMORY = "memory"
    ATTEMPTS = "attempts"
    RUNTIME = "runtime"
    OUTCOME = "outcome"


class Order(StrEnum):
    """In which direction."""

    DESCENDING = "desc"
    ASCENDING = "asc"


class EvaluationFilter(ClosedShape):
    """Which evaluations to list, and in which order. All that is given must hold."""

    status: frozenset[Status] = frozenset()
    outcome: frozenset[Outcome] = frozenset()
    runtime: frozenset[str] = frozenset()
    label: tuple[str, ...] = ()
    """`key` or `key=value`; each must be there."""
    since: datetime | None = None
    """Queued at or after this moment."""
    until: datetime | None = None
    """Queued before this moment."""
    attempted: bool | None = None
    """Whether it tried something that its sandbox refused."""
    text: Annotated[str, Field(max_length=256)] = ""
    """Found, whatever its case, in code, shown output, error, attempts, note or a label's value; or the id."""
    lifecycle: frozenset[Lifecycle] = frozenset({Lifecycle.ACTIVE})
    sort: Sort = Sort.QUEUED
    order: Order = Order.DESCENDING
