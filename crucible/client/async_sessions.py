"""Sessions, for programs that do something else meanwhile; see `sessions`."""

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self, Unpack

import httpx2

from crucible.client import session_calls as calls
from crucible.client.calls import AsyncAsk, body
from crucible.client.connection import SILENCE_SECONDS
from crucible.client.errors import error_of, saying_unreachable
from crucible.domain.session import MAXIMUM_READ_BYTES
from crucible.domain.session_record import (
    ExecEnded,
    ExecEvent,
    ExecResult,
    Session,
    SessionAttempts,
    SessionPage,
    SessionRequest,
    SessionState,
    Usage,
)


class AsyncHeldSession:
    """One session. As an asynchronous context manager it is destroyed at the block's end.

    What can't be done is raised as one of the `Session...Error` types of `crucible.domain.errors`;
    SessionEndedError where the session is no more, which never looks like a program's own end.
    """

    def __init__(self, session_id: str, ask: AsyncAsk, http: httpx2.AsyncClient) -> None:
        self.id = session_id
        self._ask = ask
        self._http = http

    def __repr__(self) -> str:
        return f"<AsyncHeldSession {self.id}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.destroy()

    async def exec(self, argv: Sequence[str], **options: Unpack[calls.ExecOptions]) -> ExecResult:
        """Run a program and return how it ended, with the end of its output.

        Options: `stdin` (text or bytes), `env`, `cwd`, `user`, `timeout_seconds` (30), `output_bytes`. A program
        that takes too long is killed with all that it started; the result says `timed_out` and has the output so
        far.
        """
        return await self._ask(calls.run(self.id, calls.exec_request(argv, **options)))

    async def stream(self, argv: Sequence[str], **options: Unpack[calls.ExecOptions]) -> AsyncIterator[ExecEvent]:
        """Run a program and yield what it writes as it writes it, its end last. Leaving early ends it.

        Raises ServerUnreachableError where the connection broke, so that nobody knows what came of it.
        """
        with saying_unreachable(self._http.base_url):
            async with self._http.sse(
                calls.stream_path(self.id),
                method="POST",
                content=body(calls.exec_request(argv, **options)),
                headers={"Content-Type": "application/json"},
                timeout=SILENCE_SECONDS,
                max_event_size=None,
            ) as source:
                if not source.response.is_success:
                    await source.response.aread()
                    raise error_of(source.response)
                async for told in source:
                    event = calls.event_of(told.data)
                    yield event
                    if isinstance(event, ExecEnded):
                        return
                raise httpx2.RemoteProtocolError("the stream ended before the exec did")

    async def read_file(self, path: str, *, user: str | None = None, most: int = MAXIMUM_READ_BYTES) -> bytes:
        """Return a regular file's bytes; one of more than `most` is refused with SessionTooLargeError."""
        return await self._ask(calls.read_file(self.id, path, user, most))

    async def write_file(
        self,
        path: str,
        content: str | bytes,
        *,
        user: str | None = None,
        mode: int | None = None,
    ) -> None:
        """Make or replace a regular file, and the folders above it. `mode`: `0o755`."""
        data = content.encode() if isinstance(content, str) else content
        await self._ask(calls.write_file(self.id, path, data, user, mode))

    async def usage(self) -> Usage:
        """Return what it uses now."""
        return await self._ask(calls.usage(self.id))

    async def attempts(self) -> SessionAttempts:
        """Return what was tried in it and refused, also once it has ended."""
        return await self._ask(calls.attempts(self.id))

    async def show(self) -> Session:
        """Return all that is known of it."""
        return await self._ask(calls.get(self.id))

    async def destroy(self) -> Session:
        """End it, and return when nothing of it is left. Asking again changes nothing."""
        return await self._ask(calls.destroy(self.id))


class AsyncSessions:
    """The sessions of a server."""

    def __init__(self, ask: AsyncAsk, http: httpx2.AsyncClient) -> None:
        self._ask = ask
        self._http = http

    async def create(
        self, request: SessionRequest | None = None, *, idempotency_key: str | None = None
    ) -> AsyncHeldSession:
        """Make a session, and return when it stands."""
        made = await self._ask(calls.create(request or SessionRequest(), idempotency_key))
        return self.get(made.id)

    def get(self, session_id: str) -> AsyncHeldSession:
        """Return a session by its id, without asking whether it is there."""
        return AsyncHeldSession(session_id, self._ask, self._http)

    async def page(
        self, states: Sequence[SessionState] = (), *, limit: int = 50, cursor: str | None = None
    ) -> SessionPage:
        """Return part of the list, newest first; `cursor` is the part's before it `next_cursor`."""
        return await self._ask(calls.page(states, limit, cursor))
