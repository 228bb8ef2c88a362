"""One connection's requests to sessions, each in a task of its own. A client that goes away ends its execs."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from crucible.domain.errors import CrucibleError
from crucible.domain.session import EndReason, ExecOutput
from crucible.executor import session_messages as messages
from crucible.executor.sessions import Sessions

_log = structlog.get_logger()

Send = Callable[[messages.SessionAnswer], Awaitable[None]]


class _Window:
    """How much of a stream may still be sent before the other side has taken some of it."""

    def __init__(self) -> None:
        self._left = messages.WINDOW_BYTES
        self._opened = asyncio.Event()
        self._opened.set()

    async def pass_through(self, size: int) -> None:
        """Wait until something may be sent, and count it."""
        await self._opened.wait()
        self._left -= size
        if self._left <= 0:
            self._opened.clear()

    def widen(self, size: int) -> None:
        """Count what was taken."""
        self._left += size
        if self._left > 0:
            self._opened.set()


class SessionRequests:
    """Those of one connection."""

    def __init__(self, sessions: Sessions, send: Send) -> None:
        self._sessions = sessions
        self._send = send
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._windows: dict[int, _Window] = {}

    def take(self, message: messages.SessionRequest) -> bool:
        """Begin what is asked for; False where its number is in use."""
        match message:
            case messages.Taken(request=number, size=size):
                if window := self._windows.get(number):
                    window.widen(size)
            case messages.Abandon(request=number):
                if task := self._tasks.get(number):
                    task.cancel()
            case _ if message.request in self._tasks:
                return False
            case _:
                task = self._tasks[message.request] = asyncio.create_task(self._serve(message))
                task.add_done_callback(lambda _: self._tasks.pop(message.request))
        return True

    async def leave(self) -> None:
        """End what is under way, as nobody waits for it any more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, message: messages.SessionRequest) -> None:
        try:
            await self._answer(message)
        except CrucibleError as error:
            await self._refuse(message.request, error)
        except Exception as error:  # noqa: BLE001 - one request's defect must not end the others on this connection
            _log.exception("executor.session_request_failed", request=message.request)
            await self._refuse(message.request, CrucibleError(f"{type(error).__name__}: {error}"))

    async def _refuse(self, request: int, error: CrucibleError) -> None:
        await self._send(
            messages.Refused(request=request, slug=error.slug, detail=error.detail, fields=error.errors)
        )

    async def _answer(self, message: messages.SessionRequest) -> None:
        number = message.request
        match message:
            case messages.OpenSession(session=name, spec=spec):
                # One that nobody waits for any more is still made: its asker may list it, and it expires.
                standing = await asyncio.shield(self._sessions.open(name, spec))
                await self._send(messages.Standing(request=number, standing=standing))
            case messages.EndSession(session=name):
                ended = await asyncio.shield(self._sessions.end(name, EndReason.DESTROYED, "it was asked to"))
                await self._send(messages.Standing(request=number, standing=ended))
            case messages.ListSessions():
                await self._send(messages.SessionList(request=number, sessions=self._sessions.standings()))
            case messages.MeasureSession(session=name):
                usage = await self._sessions.measure(name)
                await self._send(messages.Usage(request=number, usage=usage))
            case messages.TellAttempts(session=name):
                attempts = await self._sessions.attempts(name)
                await self._send(messages.Attempts(request=number, attempts=attempts))
            case messages.Exec():
                await self._exec(message)
            case messages.ReadFile(session=name, path=path, user=user, most=most):
                with self._sessions.using(name) as session:
                    content = await session.read_file(path, user, most)
                await self._send_content(number, content)
            case messages.WriteFile(session=name, path=path, content=content, user=user, mode=mode):
                with self._sessions.using(name) as session:
                    await session.write_file(path, content, user, mode)
                await self._send(messages.Done(request=number))

    async def _exec(self, message: messages.Exec) -> None:
        number = message.request
        window = self._windows[number] = _Window()

        async def emit(event: ExecOutput) -> None:
            await window.pass_through(len(event.data))
            await self._send(messages.Written(request=number, event=event))

        try:
            with self._sessions.using(message.session) as session:
                finished = await session.exec(message.spec, emit if message.spec.stream else None)
        finally:
            del self._windows[number]
        await self._send(messages.Exited(request=number, event=finished))

    async def _send_content(self, number: int, content: bytes) -> None:
        view = memoryview(content)
        while True:
            part, view = view[: messages.CONTENT_BYTES], view[messages.CONTENT_BYTES :]
            await self._send(messages.Content(request=number, data=bytes(part), last=not view))
            if not view:
                return
