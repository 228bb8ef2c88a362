"""The options that describe a program, and the submission that they add up to. `run` and `submit` share them."""

import base64
from pathlib import PurePosixPath
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from crucible.cli.given_files import read_file, read_text_file
from crucible.cli.sizes import parse_size
from crucible.cli.suffixes import runtime_of
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import InputFile, Priority, Submission
from crucible.domain.mistakes import first_mistake
from crucible.domain.sandbox import Isolation

_LIMITS = "Limits"
_ISOLATION = "Isolation"

File = Annotated[str, typer.Argument(metavar="FILE", help="The program; - reads it from standard input.")]
Arguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="-- ARGS", help="The program's arguments, behind --.", show_default=False),
]
RuntimeName = Annotated[str | None, typer.Option("--runtime", "-r", help="By FILE's suffix where not given.")]
Stdin = Annotated[str | None, typer.Option("--stdin", help="A file that the program reads; - passes ours on.")]
Env = Annotated[list[str] | None, typer.Option("--env", "-e", metavar="KEY=VALUE", help="A variable; repeatable.")]
Files = Annotated[
    list[str] | None,
    typer.Option("--file", metavar="PATH[=NAME]", help="A file to find in its working directory; repeatable."),
]
Labels = Annotated[list[str] | None, typer.Option("--label", "-l", metavar="KEY=VALUE", help="Repeatable.")]
PriorityName = Annotated[Priority, typer.Option("--priority", help="Who goes first.")]
Wall = Annotated[float | None, typer.Option("--wall", metavar="SECONDS", rich_help_panel=_LIMITS)]
Cpu = Annotated[float | None, typer.Option("--cpu", metavar="SECONDS", rich_help_panel=_LIMITS)]
Memory = Annotated[
    int | None, typer.Option("--memory", metavar="SIZE", parser=parse_size, rich_help_panel=_LIMITS, help="512M")
]
Processes = Annotated[int | None, typer.Option("--processes", metavar="COUNT", rich_help_panel=_LIMITS)]
Disk = Annotated[int | None, typer.Option("--disk", metavar="SIZE", parser=parse_size, rich_help_panel=_LIMITS)]
OutputSize = Annotated[
    int | None, typer.Option("--output", metavar="SIZE", parser=parse_size, rich_help_panel=_LIMITS)
]

EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine", help="namespaces, runc, gvisor, ...; auto: the strongest there is.", rich_help_panel=_ISOLATION
    ),
]
MinimumIsolation = Annotated[
    Isolation, typer.Option("--isolation", help="No less than this, or not at all.", rich_help_panel=_ISOLATION)
]
Image = Annotated[
    str | None, typer.Option("--image", help="A named root file system to run in.", rich_help_panel=_ISOLATION)
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="An interpreter started for this alone.", rich_help_panel=_ISOLATION)
]
ReportsProgress = Annotated[
    bool, typer.Option("--progress", help="It tells how far it has come, on a descriptor: see docs/progress.md.")
]
WorkerLabels = Annotated[
    list[str] | None,
    typer.Option("--worker-label", help="A label that its worker must have, as gpu; repeatable."),
]


def limits_of(
    *,
    wall: float | None,
    cpu: float | None,
    memory: int | None,
    processes: int | None,
    disk: int | None,
    output: int | None,
) -> dict[str, Any]:
    """Return those limits that were given; the others keep their defaults."""
    given = {
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "memory_bytes": memory,
        "processes": processes,
        "disk_bytes": disk,
        "output_bytes": output,
    }
    return {name: value for name, value in given.items() if value is not None}


def submission_of(
    file: str,
    *,
    runtime: str | None,
    stdin: str | None,
    argv: list[str] | None,
    env: list[str] | None,
    files: list[str] | None,
    labels: list[str] | None,
    priority: Priority,
    limits: dict[str, Any],
    engine: str | None,
    minimum_isolation: Isolation,
    image: str | None,
    fresh: bool,
    worker_labels: list[str] | None = None,
    reports_progress: bool = False,
) -> Submission:
    """Return what to hand in. Raises InvalidRequestError, before anything is sent."""
    if file == "-" and stdin == "-":
        raise InvalidRequestError("standard input can be the program or its input, not both")
    fields = {
        "code": read_text_file(file),
        "runtime": runtime or runtime_of(file),
        "stdin": read_text_file(stdin) if stdin is not None else "",
        "argv": argv or [],
        "env": dict(pair(item, "--env") for item in env or []),
        "files": [_input_file(item) for item in files or []],
        "labels": dict(pair(item, "--label", optional=True) for item in labels or []),
        "priority": priority,
        "limits": limits,
        "engine": engine,
        "minimum_isolation": minimum_isolation,
        "image": image,
        "fresh": fresh,
        "worker_labels": worker_labels or [],
        "reports_progress": reports_progress,
    }
    try:
        return Submission.model_validate(fields)
    except ValidationError as error:
        raise InvalidRequestError(first_mistake(error)) from error


def pair(item: str, option: str, *, optional: bool = False) -> tuple[str, str]:
    """Return what an option's KEY=VALUE says. Raises InvalidRequestError."""
    key, separator, value = item.partition("=")
    if not key or not (separator or optional):
        raise InvalidRequestError(f"{option} takes KEY=VALUE, not {item!r}")
    return key, value


def _input_file(item: str) -> InputFile:
    path, _, name = item.partition("=")
    content = base64.b64encode(read_file(path)).decode()
    return InputFile(path=name or PurePosixPath(path).name, content=content, encoding="base64")
