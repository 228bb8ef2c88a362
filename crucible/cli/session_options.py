"""The options of what is asked of sessions, whether a server holds them or the executor alone."""

import base64
import json as json_format
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from crucible.cli.given_files import read_file
from crucible.cli.program import EngineName, Env, Image, MinimumIsolation
from crucible.cli.sizes import parse_size
from crucible.cli.terminal import standard_output
from crucible.client.session_calls import exec_request
from crucible.domain.errors import InvalidRequestError
from crucible.domain.session_record import ExecRequest, SessionRequest

__all__ = ["EngineName", "Env", "Image", "MinimumIsolation"]

_LIMITS = "Limits"
_MOST_MODE = 0o7777

SessionId = Annotated[str, typer.Argument(metavar="ID", help="The session: `se_…`.", show_default=False)]
Argv = Annotated[
    list[str], typer.Argument(metavar="-- PROGRAM [ARGS]", help="What to run, behind --.", show_default=False)
]
PathInside = Annotated[
    str, typer.Argument(metavar="PATH", help="In the session; relative to /workspace.", show_default=False)
]
Stdin = Annotated[str | None, typer.Option("--stdin", help="A file that the program reads; - passes ours on.")]
Cwd = Annotated[str, typer.Option("--cwd", help="Where it runs.")]
User = Annotated[str | None, typer.Option("--user", "-u", help="For whom: a name, `uid` or `uid:gid`.")]
Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", help="Then it is killed, with all it started.")
]
Lifetime = Annotated[float | None, typer.Option("--lifetime", metavar="SECONDS", rich_help_panel=_LIMITS)]
Idle = Annotated[float | None, typer.Option("--idle", metavar="SECONDS", rich_help_panel=_LIMITS)]
Cpus = Annotated[float | None, typer.Option("--cpus", metavar="COUNT", rich_help_panel=_LIMITS)]
Memory = Annotated[
    int | None, typer.Option("--memory", metavar="SIZE", parser=parse_size, rich_help_panel=_LIMITS, help="512M")
]
Processes = Annotated[int | None, typer.Option("--processes", metavar="COUNT", rich_help_panel=_LIMITS)]
Disk = Annotated[int | None, typer.Option("--disk", metavar="SIZE", parser=parse_size, rich_help_panel=_LIMITS)]
Source = Annotated[str, typer.Option("--from", metavar="FILE", help="What to write; - reads standard input.")]
Target = Annotated[str, typer.Option("--to", metavar="FILE", help="Where to put it; - is standard output.")]
Mode = Annotated[str | None, typer.Option("--mode", metavar="OCTAL", help="As chmod takes it: 755.")]


def request_of(**fields: Any) -> SessionRequest:
    """Return what session to make. Raises InvalidRequestError, naming the field and its bound."""
    try:
        return SessionRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidRequestError(f"{field}: {first['msg'].removeprefix('Value error, ')}") from error


def exec_of(argv: list[str], **fields: Any) -> ExecRequest:
    """Return what to run. Raises InvalidRequestError, naming the field and its bound."""
    return exec_request(argv, **fields)


def limits_of(**given: float | None) -> dict[str, float]:
    """Return those limits that were given; the others keep their defaults."""
    return {name: value for name, value in given.items() if value is not None}


def pairs(items: list[str] | None) -> dict[str, str]:
    """Return variables from KEY=VALUE. Raises InvalidRequestError."""
    found = {}
    for item in items or []:
        key, separator, value = item.partition("=")
        if not key or not separator:
            raise InvalidRequestError(f"--env takes KEY=VALUE, not {item!r}")
        found[key] = value
    return found


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
