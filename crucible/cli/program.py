"""The options that describe a program, and the submission that they add up to."""

import base64
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Any

import typer

from crucible.cli.given_files import read_file, read_text_file
from crucible.cli.options import (
    ISOLATION,
    Env,
    IsolationOptions,
    Labels,
    Stdin,
    labels_of,
    limit,
    variables_of,
)
from crucible.cli.suffixes import runtime_of
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import InputFile, Priority, Submission
from crucible.domain.limits import Limits
from crucible.domain.mistakes import filled

_USUAL = Limits()
PriorityName = Annotated[Priority, typer.Option("--priority", help="Who goes first.")]


@dataclass(frozen=True, kw_only=True)
class LimitOptions:
    """What a program may use at most."""

    wall: Annotated[
        float | None, limit("--wall", "SECONDS", "From its start to its end.", _USUAL.wall_seconds)
    ] = None
    cpu: Annotated[
        float | None, limit("--cpu", "SECONDS", "Of processor time, over all its processes.", _USUAL.cpu_seconds)
    ] = None
    memory: Annotated[
        int | None,
        limit("--memory", "SIZE", "Over all its processes and files: 512M, 2G.", _USUAL.memory_bytes),
    ] = None
    processes: Annotated[
        int | None, limit("--processes", "COUNT", "And threads, alive at once.", _USUAL.processes)
    ] = None
    disk: Annotated[int | None, limit("--disk", "SIZE", "In all files that it writes.", _USUAL.disk_bytes)] = None
    output: Annotated[
        int | None, limit("--output", "SIZE", "On standard output and error together.", _USUAL.output_bytes)
    ] = None

    def limits(self) -> dict[str, float]:
        """Return those limits that were given; the others keep their defaults."""
        given = {
            "wall_seconds": self.wall,
            "cpu_seconds": self.cpu,
            "memory_bytes": self.memory,
            "processes": self.processes,
            "disk_bytes": self.disk,
            "output_bytes": self.output,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class ProgramOptions(IsolationOptions, LimitOptions):
    """A program and what is around it, for whoever runs it at once."""

    file: Annotated[str, typer.Argument(metavar="FILE", help="The program; - reads it from standard input.")]
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- ARGS", help="The program's arguments, behind --.", show_default=False),
    ] = None
    runtime: Annotated[str | None, typer.Option("--runtime", "-r", help="By FILE's suffix where not given.")] = (
        None
    )
    stdin: Stdin = None
    env: Env = None
    files: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="PATH[=NAME]", help="A file to find in its working directory; repeatable."),
    ] = None
    progress: Annotated[
        bool,
        typer.Option("--progress", help="It tells how far it has come, on a descriptor: see docs/progress.md."),
    ] = False
    fresh: Annotated[
        bool, typer.Option("--fresh", help="An interpreter started for this alone.", rich_help_panel=ISOLATION)
    ] = False

    def submission(self) -> Submission:
        """Return what to hand in. Raises InvalidRequestError, before anything is sent."""
        if self.file == "-" and self.stdin == "-":
            raise InvalidRequestError("standard input can be the program or its input, not both")
        return filled(Submission, self._fields())

    def _fields(self) -> dict[str, Any]:
        return {
            "code": read_text_file(self.file),
            "runtime": self.runtime or runtime_of(self.file),
            "stdin": read_text_file(self.stdin) if self.stdin is not None else "",
            "argv": self.arguments or [],
            "env": variables_of(self.env),
            "files": [_input_file(item) for item in self.files or []],
            "limits": self.limits(),
            "engine": self.engine,
            "minimum_isolation": self.isolation,
            "image": self.image,
            "fresh": self.fresh,
            "reports_progress": self.progress,
        }


@dataclass(frozen=True, kw_only=True)
class SubmissionOptions(ProgramOptions):
    """The same for a server, which has a queue and keeps what it is handed."""

    labels: Labels = None
    priority: PriorityName = Priority.NORMAL
    worker_labels: Annotated[
        list[str] | None,
        typer.Option("--worker-label", help="A label that its worker must have, as gpu; repeatable."),
    ] = None

    def _fields(self) -> dict[str, Any]:
        return super()._fields() | {
            "labels": labels_of(self.labels),
            "priority": self.priority,
            "worker_labels": self.worker_labels or [],
        }


def _input_file(item: str) -> InputFile:
    path, _, name = item.partition("=")
    content = base64.b64encode(read_file(path)).decode()
    return InputFile(path=name or PurePosixPath(path).name, content=content, encoding="base64")
