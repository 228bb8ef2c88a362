"""`crucible session`: sandboxes that stay, on a server."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crucible.cli import session_options as options
from crucible.cli.attempts import tell_attempts
from crucible.cli.exit_codes import exit_code
from crucible.cli.option_groups import spread
from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import print_json, show
from crucible.cli.server import connected
from crucible.cli.session_options import ExecOptions, SessionOptions
from crucible.cli.session_rendering import panel, table
from crucible.cli.terminal import safe_line, standard_error, standard_output
from crucible.client.session_calls import exec_request
from crucible.domain.session_record import (
    ExecEnded,
    ExecEvent,
    ExecResult,
    ExecWrote,
    SessionState,
)

session = typer.Typer(help="Use sandboxes that stay.", no_args_is_help=True)


@session.command()
@spread
def create(wanted: SessionOptions, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Make a session and print its id."""
    request = wanted.request()
    with connected(url) as crucible:
        made = crucible.sessions.create(request)
        if json:
            print_json(made.show())
        else:
            typer.echo(made.id)


@session.command(name="exec")
@spread
def exec_(
    session_id: options.SessionId, wanted: ExecOptions, *, json: Json = False, url: Url = DEFAULT_URL
) -> None:
    """Run a program in a session, show its output live, and exit as it does."""
    fields = wanted.fields()
    exec_request(wanted.argv, **fields)  # refused here, before a server is asked
    with connected(url) as crucible:
        held = crucible.sessions.get(session_id)
        if json:
            result = held.exec(wanted.argv, **fields)
            print_json(result)
        else:
            result = _shown(held.stream(wanted.argv, **fields))
    raise typer.Exit(exit_code(result.outcome, result.exit_code, result.signal))


def _shown(events: Iterable[ExecEvent]) -> ExecResult:
    writers = {"stdout": standard_output(), "stderr": standard_error()}
    result: ExecResult | None = None
    try:
        for event in events:
            if isinstance(event, ExecWrote):
                writers[event.stream].write(event.output.content())
            elif isinstance(event, ExecEnded):
                result = event.result
    finally:
        for writer in writers.values():
            writer.close()
    assert result is not None  # noqa: S101 - the client raises where a stream ends without one
    if result.timed_out:
        typer.echo("timed out: what it started was killed", err=True)
    return result


@session.command(name="list")
def list_sessions(
    *,
    state: Annotated[list[SessionState] | None, typer.Option("--state", help="Repeatable.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="At most so many.")] = 20,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List sessions, newest first."""
    with connected(url) as crucible:
        found = crucible.sessions.page(state or (), limit=limit).items
    if json:
        print_json(*found)
    elif found:
        show(table(found))
    else:
        typer.echo("No session. Make one:  crucible session create")


@session.command(name="show")
def show_session(session_id: options.SessionId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show all that is known of a session, and what it uses."""
    with connected(url) as crucible:
        held = crucible.sessions.get(session_id)
        found = held.show()
        usage = held.usage() if found.state is SessionState.RUNNING and not json else None
    if json:
        print_json(found)
    else:
        show(panel(found, usage))


@session.command()
def usage(session_id: options.SessionId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show what a session uses now."""
    with connected(url) as crucible:
        held = crucible.sessions.get(session_id)
        measured = held.usage()
        if json:
            print_json(measured)
        else:
            show(panel(held.show(), measured))


@session.command()
def attempts(session_id: options.SessionId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show what was tried in a session and refused; of one that ended, too."""
    with connected(url) as crucible:
        tried = crucible.sessions.get(session_id).attempts()
    if json:
        print_json(tried)
        return
    tell_attempts(tried.items)
    if not tried.complete:
        typer.echo("its executor went away before it could tell", err=True)


@session.command()
def write(
    session_id: options.SessionId,
    path: options.PathInside,
    *,
    source: options.Source = "-",
    user: options.User = None,
    mode: options.Mode = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Write a file in a session."""
    content = options.input_of(source)
    with connected(url) as crucible:
        crucible.sessions.get(session_id).write_file(path, content, user=user, mode=options.mode_of(mode))
    if json:
        options.print_document({"path": path, "size_bytes": len(content)})


@session.command()
def read(
    session_id: options.SessionId,
    path: options.PathInside,
    *,
    target: options.Target = "-",
    user: options.User = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Read a file of a session."""
    with connected(url) as crucible:
        content = crucible.sessions.get(session_id).read_file(path, user=user)
    options.put(content, path, target, json=json)


@session.command()
def destroy(session_id: options.SessionId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """End a session and all that runs in it."""
    with connected(url) as crucible:
        ended = crucible.sessions.get(session_id).destroy()
    if json:
        print_json(ended)
    else:
        typer.echo(
            f"{ended.id} {ended.state}" + (f" ({safe_line(ended.detail)})" if ended.detail else ""), err=True
        )
