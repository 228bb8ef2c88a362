"""`crucible sandbox session`: sandboxes that stay, held by an executor alone, with no server and no record.

Start one with `crucible executor --socket PATH`. Sessions are known by names of your choice, and end with it.
"""

import asyncio
import json as json_format
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from crucible.cli import session_options as options
from crucible.cli.attempts import tell_attempts
from crucible.cli.exit_codes import exit_code
from crucible.cli.option_groups import spread
from crucible.cli.options import Json
from crucible.cli.rendering import print_json
from crucible.cli.session_options import ExecOptions, SessionOptions
from crucible.cli.terminal import standard_error, standard_output
from crucible.client.session_calls import exec_request
from crucible.domain.session import ExecFinished, ExecOutput, ExecSpec, SessionSpec, SessionStanding
from crucible.domain.session_record import ExecResult, SessionAttempts, Usage
from crucible.executor.client import ExecutorClient
from crucible.executor.session_client import HeldSession, SessionClient

T = TypeVar("T")

session = typer.Typer(help="Use sandboxes that stay, of an executor without a server.", no_args_is_help=True)

Socket = Annotated[
    Path, typer.Option("--socket", envvar="CRUCIBLE_EXECUTOR_SOCKET", help="Where the executor listens.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What you call it.", show_default=False)]


@session.command()
@spread
def create(name: Name, *, socket: Socket, wanted: SessionOptions, json: Json = False) -> None:
    """Make a session."""
    request = wanted.request()
    spec = SessionSpec(
        engine=request.engine,
        minimum_isolation=request.minimum_isolation,
        image=request.image,
        env=request.env,
        limits=request.limits,
    )
    standing = _with(socket, lambda sessions: sessions.open(name, spec))
    _tell(standing, json=json)


@session.command(name="exec")
@spread
def exec_(name: Name, *, socket: Socket, wanted: ExecOptions, json: Json = False) -> None:
    """Run a program in a session, show its output live, and exit as it does."""
    checked = exec_request(wanted.argv, **wanted.fields())
    spec = ExecSpec(
        argv=checked.argv,
        stdin=checked.input(),
        env=checked.env,
        cwd=checked.cwd,
        user=checked.user,
        timeout_seconds=checked.timeout_seconds,
        stream=not json,
    )
    finished = _with(socket, lambda sessions: _shown(sessions.get(name), spec))
    if json:
        print_json(ExecResult.of(finished))
    raise typer.Exit(exit_code(finished.outcome, finished.exit_code, finished.signal))


async def _shown(held: HeldSession, spec: ExecSpec) -> ExecFinished:
    writers = {"stdout": standard_output(), "stderr": standard_error()}
    try:
        async with aclosing(held.stream(spec)) as events:
            async for event in events:
                if isinstance(event, ExecOutput):
                    writers[event.stream].write(event.data)
                else:
                    return event
    finally:
        for writer in writers.values():
            writer.close()
    raise AssertionError("a stream ends with how the exec ended, or raises")


@session.command(name="list")
def list_sessions(*, socket: Socket, json: Json = False) -> None:
    """List the sessions that the executor holds, and those that ended not long ago."""
    for standing in _with(socket, lambda sessions: sessions.list()):
        _tell(standing, json=json)


@session.command()
def usage(name: Name, *, socket: Socket, json: Json = False) -> None:
    """Show what a session uses now."""
    measured = Usage.of(_with(socket, lambda sessions: sessions.get(name).usage()))
    if json:
        print_json(measured)
    else:
        for field, value in measured:
            typer.echo(f"{field} {value:.2f}" if isinstance(value, float) else f"{field} {value}")


@session.command()
def attempts(name: Name, *, socket: Socket, json: Json = False) -> None:
    """Show what was tried in a session and refused; of one that ended not long ago, too."""
    tried = _with(socket, lambda sessions: sessions.get(name).attempts())
    if json:
        print_json(SessionAttempts(items=tried, complete=True))
    else:
        tell_attempts(tried)


@session.command()
def write(
    name: Name,
    path: options.PathInside,
    *,
    socket: Socket,
    source: options.Source = "-",
    user: options.User = None,
    mode: options.Mode = None,
) -> None:
    """Write a file in a session."""
    content, bits = options.input_of(source), options.mode_of(mode)
    _with(socket, lambda sessions: sessions.get(name).write_file(path, content, user=user, mode=bits))


@session.command()
def read(
    name: Name,
    path: options.PathInside,
    *,
    socket: Socket,
    target: options.Target = "-",
    user: options.User = None,
    json: Json = False,
) -> None:
    """Read a file of a session."""
    content = _with(socket, lambda sessions: sessions.get(name).read_file(path, user=user))
    options.put(content, path, target, json=json)


@session.command()
def destroy(name: Name, *, socket: Socket, json: Json = False) -> None:
    """End a session and all that runs in it."""
    _tell(_with(socket, lambda sessions: sessions.get(name).end()), json=json)


def _with(socket: Path, ask: Callable[[SessionClient], Awaitable[T]]) -> T:
    """Return what the executor answers. Raises the errors of `crucible.domain.errors`."""

    async def connected() -> T:
        client = await ExecutorClient.connect(socket)
        try:
            return await ask(SessionClient(client))
        finally:
            await client.close()

    return asyncio.run(connected())


def _tell(standing: SessionStanding, *, json: bool) -> None:
    if json:
        typer.echo(json_format.dumps(asdict(standing)))
    else:
        state = f"ended ({standing.ended}): {standing.detail}" if standing.ended else "running"
        typer.echo(f"{standing.session} {standing.containment.engine} {state}")
