"""What the API can be asked of sessions, as data; see `calls`."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from crucible.client.calls import Call, Parameters, body, new_key
from crucible.client.errors import UnexpectedAnswerError, error_of_problem
from crucible.client.reading import reads
from crucible.domain.answer import Problem
from crucible.domain.errors import InvalidRequestError
from crucible.domain.session import MAXIMUM_OUTPUT_BYTES, WORKING_DIRECTORY
from crucible.domain.session_record import (
    ExecEvent,
    ExecFailed,
    ExecRequest,
    ExecResult,
    Session,
    SessionAttempts,
    SessionPage,
    SessionRequest,
    SessionState,
    Usage,
)

SESSIONS = "/api/v1/sessions"
_TRANSFER_SECONDS = 60.0
"""How long the server may take over a file, beyond its usual thinking."""
_event: TypeAdapter[ExecEvent] = TypeAdapter(ExecEvent)


class ExecOptions(TypedDict, total=False):
    """What an exec may be given beside its arguments, with what holds where it is not."""

    stdin: str | bytes
    """Nothing."""
    env: Mapping[str, str]
    """Beside the session's own."""
    cwd: str
    """`/workspace`, to which it is relative."""
    user: str | None
    """A name or number, or `uid:gid`; `None`: the session's `user`."""
    timeout_seconds: float
    """30."""
    output_bytes: int
    """How much of the end of each stream is kept: 10 MiB."""


def create(request: SessionRequest, idempotency_key: str | None) -> Call[Session]:
    """Make a session."""
    return Call(
        method="POST",
        path=SESSIONS,
        read=reads(Session),
        content=request.model_dump_json(exclude_defaults=True).encode(),
        idempotency_key=idempotency_key or new_key(),
        wait_seconds=_TRANSFER_SECONDS,
    )


def get(session_id: str) -> Call[Session]:
    """Show a session."""
    return Call(method="GET", path=path_of(session_id), read=reads(Session))


def page(states: Sequence[SessionState], limit: int, cursor: str | None) -> Call[SessionPage]:
    """List sessions."""
    parameters = [("state", str(state)) for state in states] + [("limit", str(limit))]
    if cursor is not None:
        parameters.append(("cursor", cursor))
    return Call(method="GET", path=SESSIONS, read=reads(SessionPage), parameters=tuple(parameters))


def destroy(session_id: str) -> Call[Session]:
    """End a session."""
    return Call(method="DELETE", path=path_of(session_id), read=reads(Session))


def usage(session_id: str) -> Call[Usage]:
    """Measure a session."""
    return Call(method="GET", path=f"{path_of(session_id)}/usage", read=reads(Usage))


def attempts(session_id: str) -> Call[SessionAttempts]:
    """Show what was refused in a session."""
    return Call(method="GET", path=f"{path_of(session_id)}/attempts", read=reads(SessionAttempts))


def run(session_id: str, request: ExecRequest) -> Call[ExecResult]:
    """Run a program in a session. Sent once: a connection that breaks leaves it open what came of it."""
    return Call(
        method="POST",
        path=f"{path_of(session_id)}/exec",
        read=reads(ExecResult),
        content=body(request),
        repeatable=False,
        wait_seconds=request.timeout_seconds + _TRANSFER_SECONDS,
    )


def stream_path(session_id: str) -> str:
    """Return where a program is run and followed."""
    return f"{path_of(session_id)}/exec/stream"


def read_file(session_id: str, path: str, user: str | None, most: int) -> Call[bytes]:
    """Read a file of a session."""
    return Call(
        method="GET",
        path=f"{path_of(session_id)}/files",
        read=bytes,
        parameters=(("path", path), *_given(user=user), ("most", str(most))),
        wait_seconds=_TRANSFER_SECONDS,
    )


def write_file(session_id: str, path: str, content: bytes, user: str | None, mode: int | None) -> Call[None]:
    """Make or replace a file of a session."""
    return Call(
        method="PUT",
        path=f"{path_of(session_id)}/files",
        read=lambda _body: None,
        parameters=(("path", path), *_given(user=user, mode=None if mode is None else f"{mode:03o}")),
        content=content,
        media_type="application/octet-stream",
        wait_seconds=_TRANSFER_SECONDS,
    )


def exec_request(
    argv: Sequence[str],
    *,
    stdin: str | bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: str = WORKING_DIRECTORY,
    user: str | None = None,
    timeout_seconds: float = 30.0,
    output_bytes: int = MAXIMUM_OUTPUT_BYTES,
) -> ExecRequest:
    """Return what to run, checked as the server would. Raises InvalidRequestError."""
    if isinstance(argv, str):  # it is a sequence of strings, too: its letters
        raise InvalidRequestError.of_field(
            "argv", f"must be a list of words, is one text; for a shell to read it: ['sh', '-c', {argv!r}]"
        )
    content: dict[str, Any] = (
        {"stdin": stdin}
        if isinstance(stdin, str)
        else {"stdin": base64.b64encode(stdin).decode(), "stdin_encoding": "base64"}
    )
    try:
        return ExecRequest(
            argv=tuple(argv),
            env=dict(env or {}),
            cwd=cwd,
            user=user,
            timeout_seconds=timeout_seconds,
            output_bytes=output_bytes,
            **content,
        )
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "stdin"
        message = first["msg"].removeprefix("Value error, ")
        raise InvalidRequestError.of_field(field, message) from error


def event_of(data: str) -> ExecEvent:
    """Return what a server-sent event tells of an exec. Raises what it failed with, UnexpectedAnswerError."""
    try:
        event = _event.validate_json(data, extra="ignore")
        if not isinstance(event, ExecFailed):
            return event
        problem = Problem.model_validate(event.problem)
    except ValidationError as error:
        raise UnexpectedAnswerError(f"an event is not understood here: {error.errors()[0]['msg']}") from error
    raise error_of_problem(problem)


def path_of(session_id: str) -> str:
    """Return a session's address."""
    return f"{SESSIONS}/{quote(session_id, safe='')}"


def _given(**values: str | None) -> Parameters:
    return tuple((name, value) for name, value in values.items() if value is not None)
