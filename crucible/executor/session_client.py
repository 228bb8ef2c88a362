"""Sessions as a client of the executor has them: made, used and ended over one connection, many at once.

    client = await ExecutorClient.connect(path)
    session = await SessionClient(client).open("build", SessionSpec())
    finished = await session.exec(ExecSpec(argv=("make",)))
    await session.end()

Whatever can't be done is raised as one of the types of `crucible.domain.errors`. Where the executor goes away,
everything under way raises ExecutorUnavailableError, and no session of its is left.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from crucible.domain import errors
from crucible.domain.sandbox import SandboxAttempt
from crucible.domain.session import (
    MAXIMUM_READ_BYTES,
    ExecFinished,
    ExecOutput,
    ExecSpec,
    SessionSpec,
    SessionStanding,
    SessionUsage,
)
from crucible.executor import session_messages as messages
from crucible.executor.client import ExecutorClient
from crucible.executor.protocol import ProtocolError

_Answer = TypeVar("_Answer")


def _error_types(kind: type[errors.CrucibleError]) -> dict[str, type[errors.CrucibleError]]:
    found = {kind.slug: kind}
    for inner in kind.__subclasses__():
        found |= _error_types(inner)
    return found


class HeldSession:
    """One session, by its name. Holding it holds nothing open."""

    def __init__(self, client: ExecutorClient, name: str) -> None:
        self.name = name
        self._client = client

    async def exec(self, spec: ExecSpec) -> ExecFinished:
        """Run a program to its end. Its output is in the answer, unless `spec.stream`. Cancelling ends it."""
        finished: ExecFinished | None = None
        async with aclosing(self.stream(spec)) as events:
            async for event in events:
                if isinstance(event, ExecFinished):
                    finished = event
        assert finished is not None  # noqa: S101 - `stream` ends with it, or raises
        return finished

    async def stream(self, spec: ExecSpec) -> AsyncGenerator[ExecOutput | ExecFinished, None]:
        """Run a program and yield what it writes where `spec.stream`, and how it ended. Leaving early ends it."""
        request = messages.Exec(request=self._client.next_request(), session=self.name, spec=spec)
        async with aclosing(_ask(self._client, request)) as answers:
            async for answer in answers:
                match answer:
                    case messages.Written(event=output):
                        yield output
                        size = len(output.data)
                        await self._client.tell(messages.Taken(request=request.request, size=size))
                    case messages.Exited(event=finished):
                        yield finished
                        return

    async def read_file(self, path: str, *, user: str | None = None, most: int = MAXIMUM_READ_BYTES) -> bytes:
        """Return a regular file's bytes."""
        parts: list[bytes] = []
        request = messages.ReadFile(
            request=self._client.next_request(), session=self.name, path=path, user=user, most=most
        )
        async with aclosing(_ask(self._client, request)) as answers:
            async for answer in answers:
                if isinstance(answer, messages.Content):
                    parts.append(answer.data)
                    if answer.last:
                        break
        return b"".join(parts)

    async def write_file(
        self, path: str, content: bytes, *, user: str | None = None, mode: int | None = None
    ) -> None:
        """Make or replace a regular file, and the folders above it."""
        await _one(
            self._client,
            messages.WriteFile(
                request=self._client.next_request(),
                session=self.name,
                path=path,
                content=content,
                user=user,
                mode=mode,
            ),
            messages.Done,
        )

    async def usage(self) -> SessionUsage:
        """Return what it uses now."""
        request = messages.MeasureSession(request=self._client.next_request(), session=self.name)
        return (await _one(self._client, request, messages.Usage)).usage

    async def attempts(self) -> tuple[SandboxAttempt, ...]:
        """Return what was tried in it and refused, also where it ended not long ago."""
        request = messages.TellAttempts(request=self._client.next_request(), session=self.name)
        return (await _one(self._client, request, messages.Attempts)).attempts

    async def end(self) -> SessionStanding:
        """End it, and return when nothing of it is left. One that has ended says how."""
        request = messages.EndSession(request=self._client.next_request(), session=self.name)
        return (await _one(self._client, request, messages.Standing)).standing


class SessionClient:
    """The sessions of the executor behind a connection."""

    def __init__(self, client: ExecutorClient) -> None:
        self._client = client

    async def open(self, name: str, spec: SessionSpec) -> SessionStanding:
        """Make a session under this name.

        Raises ConflictError, SandboxUnavailableError, SessionsUnsupportedError.
        """
        request = messages.OpenSession(request=self._client.next_request(), session=name, spec=spec)
        return (await _one(self._client, request, messages.Standing)).standing

    def get(self, name: str) -> HeldSession:
        """Return a session by its name, without asking whether it is there."""
        return HeldSession(self._client, name)

    async def list(self) -> tuple[SessionStanding, ...]:
        """Return every session that the executor holds, and those that ended not long ago."""
        request = messages.ListSessions(request=self._client.next_request())
        return (await _one(self._client, request, messages.SessionList)).sessions


async def _one(client: ExecutorClient, request: messages.SessionRequest, kind: type[_Answer]) -> _Answer:
    """Return the one answer. Raises ProtocolError where it is of another kind."""
    async with aclosing(_ask(client, request)) as answers:
        answer = await anext(answers)
    if not isinstance(answer, kind):
        raise ProtocolError(f"answered by {type(answer).__name__}, where {kind.__name__} was due")
    return answer


async def _ask(
    client: ExecutorClient, request: messages.SessionRequest
) -> AsyncGenerator[messages.SessionAnswer, None]:
    """Yield the answers; a refusal is raised as the error that it is."""
    async with aclosing(client.ask(request)) as answers:
        async for answer in answers:
            if isinstance(answer, messages.Refused):
                kind = _error_types(errors.CrucibleError).get(answer.slug, errors.CrucibleError)
                raise kind(answer.detail, errors=answer.fields)
            yield answer
