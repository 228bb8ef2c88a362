"""`/sessions`: sandboxes that stay."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from crucible.api.answers import created_response, json_response
from crucible.api.body import read_bytes, read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.connection import while_connected
from crucible.api.event_source import server_sent
from crucible.api.parameters import Cursor, IdempotencyKey, PageLimit, SessionId
from crucible.api.schema import binary, json_body, refusals
from crucible.domain.errors import CrucibleError
from crucible.domain.limits import MIB
from crucible.domain.session import MAXIMUM_READ_BYTES, MAXIMUM_WRITE_BYTES, ExecOutput
from crucible.domain.session_record import (
    Bytes,
    ExecEnded,
    ExecEvent,
    ExecFailed,
    ExecRequest,
    ExecResult,
    ExecWrote,
    Session,
    SessionAttempts,
    SessionPage,
    SessionPath,
    SessionRequest,
    SessionState,
    Usage,
    UserName,
)
from crucible.executor.session_client import HeldSession
from crucible.sessions import create, destroy, find, use

MAXIMUM_EXEC_BODY_BYTES = 72 * MIB
"""50 MiB of standard input in base64, 1 MiB of arguments, and the rest."""
MAXIMUM_CREATE_BODY_BYTES = 1 * MIB

router = APIRouter(prefix="/sessions", tags=["sessions"])
_session: TypeAdapter[SessionRequest] = TypeAdapter(SessionRequest)
_exec: TypeAdapter[ExecRequest] = TypeAdapter(ExecRequest)

_Path = Annotated[SessionPath, Query(description="Absolute, or relative to `/workspace`.")]
_User = Annotated[UserName | None, Query(description="For whom; by default the session's `user`.")]


@router.post(
    "",
    status_code=201,
    response_model=Session,
    response_description="It stands.",
    responses=refusals(409, 410, 422, body=True),
    openapi_extra=json_body(SessionRequest),
)
async def create_session(
    request: Request, crucible: Crucible, asker: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Make a session. It ends when it is destroyed, idle or alive for too long, or its executor ends."""
    wanted = await read_json(request, _session, maximum_bytes=MAXIMUM_CREATE_BODY_BYTES)
    created = await create.create(
        crucible.database, crucible.holder, asker, wanted, idempotency_key=idempotency_key
    )
    return created_response(created.what, f"sessions/{created.what.id}", replayed=created.replayed)


@router.get("", response_model=SessionPage, responses=refusals(422))
async def list_sessions(
    crucible: Crucible,
    asker: Asker,
    state: Annotated[list[SessionState], Query()] = [],  # noqa: B006 - FastAPI reads it and never changes it
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> Response:
    """List sessions, newest first."""
    return json_response(await find.page(crucible.database, asker, state, limit=limit, cursor=cursor))


@router.get("/{session_id}", response_model=Session, responses=refusals(404, 422))
async def get_session(session_id: SessionId, crucible: Crucible, asker: Asker) -> Response:
    """Show a session, and where it is no more, why."""
    return json_response(await find.get(crucible.database, asker, session_id))


@router.delete("/{session_id}", response_model=Session, responses=refusals(404, 409, 422))
async def destroy_session(session_id: SessionId, crucible: Crucible, asker: Asker) -> Response:
    """End a session; answered when nothing of it is left. Asking again changes nothing."""
    return json_response(await destroy.destroy(crucible.database, crucible.holder, asker, session_id))


@router.get("/{session_id}/usage", response_model=Usage, responses=refusals(404, 409, 410, 422))
async def measure_session(session_id: SessionId, crucible: Crucible, asker: Asker) -> Response:
    """Show what a session uses now. Asking is no use of it: it may become idle meanwhile."""
    return json_response(Usage.of(await use.measure(crucible.database, crucible.holder, asker, session_id)))


@router.get("/{session_id}/attempts", response_model=SessionAttempts, responses=refusals(404, 409, 410, 422))
async def get_session_attempts(session_id: SessionId, crucible: Crucible, asker: Asker) -> Response:
    """Show what was tried in a session and refused. Asking is no use of it; of one that ended it is kept."""
    return json_response(await use.attempts(crucible.database, crucible.holder, asker, session_id))


@router.post(
    "/{session_id}/exec",
    response_model=ExecResult,
    response_description="It ended.",
    responses=refusals(404, 409, 410, 422, body=True),
    openapi_extra=json_body(ExecRequest),
)
async def exec_in_session(request: Request, session_id: SessionId, crucible: Crucible, asker: Asker) -> Response:
    """Run a program in a session and answer when it ended. A caller who leaves ends it, with all it started."""
    wanted = await read_json(request, _exec, maximum_bytes=MAXIMUM_EXEC_BODY_BYTES)
    running = use.run(crucible.database, crucible.holder, asker, session_id, wanted)
    finished = await while_connected(request, running)
    return json_response(ExecResult.of(finished))


@router.post(
    "/{session_id}/exec/stream",
    response_class=Response,
    responses={
        200: binary("Server-Sent Events, each with the `ExecEvent` it tells as its data.", "text/event-stream"),
        **refusals(404, 409, 410, 422, body=True),
    },
    openapi_extra=json_body(ExecRequest),
)
async def stream_exec_in_session(
    request: Request, session_id: SessionId, crucible: Crucible, asker: Asker
) -> Response:
    """Run a program in a session and tell what it writes, as it writes it; `finished` or `failed` is the last."""
    wanted = await read_json(request, _exec, maximum_bytes=MAXIMUM_EXEC_BODY_BYTES)
    held = await use.check(crucible.database, crucible.holder, asker, session_id, action="exec")
    return server_sent(_told(crucible, held, wanted), _sse)


@router.get(
    "/{session_id}/files",
    response_class=Response,
    responses={200: binary("The file's bytes."), **refusals(404, 409, 410, 422)},
)
async def read_session_file(
    *,
    session_id: SessionId,
    crucible: Crucible,
    asker: Asker,
    path: _Path,
    user: _User = None,
    most: Annotated[int, Query(ge=0, le=MAXIMUM_READ_BYTES, description="A larger file is refused.")] = (
        MAXIMUM_READ_BYTES
    ),
) -> Response:
    """Read a regular file of a session, as one of its users; links are followed within it."""
    content = await use.read_file(
        crucible.database, crucible.holder, asker, session_id, path, user=user, most=most
    )
    return Response(content, media_type="application/octet-stream")


@router.put(
    "/{session_id}/files",
    status_code=204,
    responses=refusals(404, 409, 410, 422, 507, body=True),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def write_session_file(
    *,
    request: Request,
    session_id: SessionId,
    crucible: Crucible,
    asker: Asker,
    path: _Path,
    user: _User = None,
    mode: Annotated[
        str | None, Query(pattern="^[0-7]{3,4}$", description="Who may do what with it, in octal: `755`.")
    ] = None,
) -> Response:
    """Make or replace a regular file of a session, as one of its users, and the folders above it."""
    content = await read_bytes(request, maximum_bytes=MAXIMUM_WRITE_BYTES)
    await use.write_file(
        crucible.database,
        crucible.holder,
        asker,
        session_id,
        path,
        content=content,
        user=user,
        mode=None if mode is None else int(mode, 8),
    )
    return Response(status_code=204)


async def _told(crucible: Crucible, held: HeldSession, wanted: ExecRequest) -> AsyncGenerator[ExecEvent, None]:
    try:
        async with aclosing(use.follow(crucible.database, held, wanted)) as events:
            async for event in events:
                if isinstance(event, ExecOutput):
                    yield ExecWrote(stream=event.stream, output=Bytes.of(event.data))
                else:
                    yield ExecEnded(result=ExecResult.of(event))
    except CrucibleError as error:
        yield ExecFailed(problem=error.problem())


def _sse(event: ExecEvent) -> bytes:
    return f"event: {event.kind}\ndata: {event.model_dump_json()}\n\n".encode()
