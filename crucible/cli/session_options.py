"""The options of what is asked of sessions, whether a server holds them or the executor alone."""

import base64
import json as json_format
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from crucible.cli.given_files import read_file
from crucible.cli.options import (
    Env,
    IsolationOptions,
    Stdin,
    limit,
    variables_of,
)
from crucible.cli.terminal import standard_output
from crucible.domain.errors import InvalidRequestError
from crucible.domain.mistakes import filled
from crucible.domain.session import SessionLimits
from crucible.domain.session_record import SessionRequest

_USUAL = SessionLimits()
_MOST_MODE = 0o7777

SessionId = Annotated[str, typer.Argument(metavar="ID", help="The session: `se_…`.", show_default=False)]
PathInside = Annotated[
    str, typer.Argument(metavar="PATH", help="In the session; relative to /workspace.", show_default=False)
]
User = Annotated[str | None, typer.Option("--user", "-u", help="For whom: a name, `uid` or `uid:gid`.")]
Source = Annotated[str, typer.Option("--from", metavar="FILE", help="What to write; - reads standard input.")]
Target = Annotated[str, typer.Option("--to", metavar="FILE", help="Where to put it; - is standard output.")]
Mode = Annotated[str | None, typer.Option("--mode", metavar="OCTAL", help="As chmod takes it: 755.")]


@dataclass(frozen=True, kw_only=True)
class SessionOptions(IsolationOptions):
    """What session to make."""

    env: Env = None
    lifetime: Annotated[
        float | None, limit("--lifetime", "SECONDS", "From its start to its end.", _USUAL.lifetime_seconds)
    ] = None
    idle: Annotated[
        float | None, limit("--idle", "SECONDS", "Without use, after which it ends.", _USUAL.idle_seconds)
    ] = None
    cpus: Annotated[
        float | None, limit("--cpus", "COUNT", "Cores' worth of processor time at once.", _USUAL.cpus)
    ] = None
    memory: Annotated[
        int | None, limit("--memory", "SIZE", "Over all in it, files too: 512M, 2G.", _USUAL.memory_bytes)
    ] = None
    processes: Annotated[
        int | None, limit("--processes", "COUNT", "And threads, alive at once.", _USUAL.processes)
    ] = None
    disk: Annotated[int | None, limit("--disk", "SIZE", "In all its files.", _USUAL.disk_bytes)] = None

    def request(self) -> SessionRequest:
        """Return the same, checked. Raises InvalidRequestError, naming the field and its bound."""
        limits = {
            "lifetime_seconds": self.lifetime,
            "idle_seconds": self.idle,
            "cpus": self.cpus,
            "memory_bytes": self.memory,
            "processes": self.processes,
            "disk_bytes": self.disk,
        }
        fields = {
            "engine": self.engine,
            "minimum_isolation": self.isolation,
            "image": self.image,
            "env": variables_of(self.env),
            "limits": {name: value for name, value in limits.items() if value is not None},
        }
        return filled(SessionRequest, fields)


@dataclass(frozen=True, kw_only=True)
class ExecOptions:
    """What to run in one, and how."""

    argv: Annotated[
        list[str], typer.Argument(metavar="-- PROGRAM [ARGS]", help="What to run, behind --.", show_default=False)
    ]
    stdin: Stdin = None
    env: Env = None
    cwd: Annotated[str, typer.Option("--cwd", help="Where it runs; relative to /workspace.")] = "/workspace"
    user: User = None
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="Then it is killed, with all it started.")
    ] = 30.0

    def fields(self) -> dict[str, Any]:
        """Return what the client takes beside the program's arguments. Raises InvalidRequestError."""
        return {
            "stdin": input_of(self.stdin),
            "env": variables_of(self.env),
            "cwd": self.cwd,
            "user": self.user,
            "timeout_seconds": self.timeout,
        }


def input_of(path: str | None) -> bytes:
    """Return what a file or our own standard input holds; nothing where none is named."""
    return b"" if path is None else read_file(path)


def mode_of(text: str | None) -> int | None:
    """Return the mode that octal digits mean. Raises InvalidRequestError."""
    if text is None:
        return None
    try:
        mode = int(text, 8)
    except ValueError as error:
        raise InvalidRequestError(f"--mode takes octal digits, as in 755, not {text!r}") from error
    if not 0 <= mode <= _MOST_MODE:
        raise InvalidRequestError(f"--mode must be 000 to 7777, is {text}")
    return mode


def put(content: bytes, path: str, target: str, *, json: bool) -> None:
    """Put a file that was read where it is wanted. On a terminal nothing in it is obeyed."""
    if json:
        print_document({"path": path, "size_bytes": len(content), "base64": base64.b64encode(content).decode()})
    elif target == "-":
        writer = standard_output()
        writer.write(content)
        writer.close()
    else:
        try:
            Path(target).write_bytes(content)
        except OSError as error:
            raise InvalidRequestError(f"{target} can't be written: {error.strerror}") from error


def print_document(document: dict[str, Any]) -> None:
    """Write a line of JSON to standard output."""
    typer.echo(json_format.dumps(document))
