"""Sessions, for programs that wait for each answer.

>>> with Crucible() as crucible, crucible.sessions.create() as session:
...     session.write_file("main.py", "print(6 * 7)")
...     print(session.exec(["python3", "main.py"]).stdout.text)
"""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self, Unpack

import httpx2

from crucible.client import session_calls as calls
from crucible.client.calls import Ask, body
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


class HeldSession:
    """One session. As a context manager it is destroyed at the block's end.

    What can't be done is raised as one of the `Session...Error` types of `crucible.domain.errors`;
    SessionEndedError where the session is no more, which never looks like a program's own end.
    """

    def __init__(self, session_id: str, ask: Ask, http: httpx2.Client) -> None:
        self.id = session_id
        self._ask = ask
        self._http = http

    def __repr__(self) -> str:
        return f"<HeldSession {self.id}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.destroy()

    def exec(self, argv: Sequence[str], **options: Unpack[calls.ExecOptions]) -> ExecResult:
        """Run a program and return how it ended, with the end of its output.

        Options: `stdin` (text or bytes), `env`, `cwd`, `user`, `timeout_seconds` (30), `output_bytes`. A program
        that takes too long is killed with all that it started; the result says `timed_out` and has the output so
        far.
        """
        return self._ask(calls.run(self.id, calls.exec_request(argv, **options)))

    def stream(self, argv: Sequence[str], **options: Unpack[calls.ExecOptions]) -> Iterator[ExecEvent]:
        """Run a program and yield what it writes as it writes it, its end last. Leaving early ends it.

        Raises ServerUnreachableError where the connection broke, so that nobody knows what came of it.
        """
        with (
            saying_unreachable(self._http.base_url),
            self._http.sse(
                calls.stream_path(self.id),
                method="POST",
                content=body(calls.exec_request(argv, **options)),
                headers={"Content-Type": "application/json"},
                timeout=SILENCE_SECONDS,
                max_event_size=None,
            ) as source,
        ):
            if not source.response.is_success:
                source.response.read()
                raise error_of(source.response)
            for told in source:
                event = calls.event_of(told.data)
                yield event
                if isinstance(event, ExecEnded):
                    return
            raise httpx2.RemoteProtocolError("the stream ended before the exec did")

    def read_file(self, path: str, *, user: str | None = None, most: int = MAXIMUM_READ_BYTES) -> bytes:
        """Return a regular file's bytes; one of more than `most` is refused with SessionTooLargeError."""
        return self._ask(calls.read_file(self.id, path, user, most))

    def write_file(
        self,
        path: str,
        content: str | bytes,
        *,
        user: str | None = None,
        mode: int | None = None,
    ) -> None:
        """Make or replace a regular file, and the folders above it. `mode`: `0o755`."""
        data = content.encode() if isinstance(content, str) else content
        self._ask(calls.write_file(self.id, path, data, user, mode))

    def usage(self) -> Usage:
        """Return what it uses now."""
        return self._ask(calls.usage(self.id))

    def attempts(self) -> SessionAttempts:
        """Return what was tried in it and refused, also once it has ended."""
        return self._ask(calls.attempts(self.id))

    def show(self) -> Session:
        """Return all that is known of it."""
        return self._ask(calls.get(self.id))

    def destroy(self) -> Session:
        """End it, and return when nothing of it is left. Asking again changes nothing."""
        return self._ask(calls.destroy(self.id))


class Sessions:
    """The sessions of a server."""

    def __init__(self, ask: Ask, http: httpx2.Client) -> None:
        self._ask = ask
        self._http = http

    def create(self, request: SessionRequest | None = None, *, idempotency_key: str | None = None) -> HeldSession:
        """Make a session, and return when it stands."""
        made = self._ask(calls.create(request or SessionRequest(), idempotency_key))
        return self.get(made.id)

    def get(self, session_id: str) -> HeldSession:
        """Return a session by its id, without asking whether it is there."""
        return HeldSession(session_id, self._ask, self._http)

    def page(
        self, states: Sequence[SessionState] = (), *, limit: int = 50, cursor: str | None = None
    ) -> SessionPage:
        """Return part of the list, newest first; `cursor` is the part's before it `next_cursor`."""
        return self._ask(calls.page(states, limit, cursor))
