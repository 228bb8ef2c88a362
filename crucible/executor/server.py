"""The executor's side of the socket: takes runs from its clients, has a driver run them, relays what happens.

A client that goes away takes its runs with it: nobody is left to fence or to record them. Sessions stay.
"""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Self

import structlog

from crucible.domain.bounds import out_of_bounds
from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.log_level import Level
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    SandboxAttempt,
    SandboxEvent,
    SandboxFile,
    SandboxFinished,
    SandboxOutput,
    SandboxProgress,
    SandboxSample,
    SandboxSpec,
    SandboxStarted,
)
from crucible.executor import protocol
from crucible.executor.session_messages import SessionAnswer
from crucible.executor.session_requests import SessionRequests
from crucible.executor.sessions import Sessions
from crucible.sandbox.engines import Engines
from crucible.sandbox.images import Images
from crucible.sandbox.runtimes.known import KnownRuntimes
from crucible.telemetry.logging import log_level, set_log_level

_HELLO_SECONDS = 5.0
_LEAVING_SECONDS = 3.0
"""How long clients may take to read what is on its way to them when the executor ends."""
_PEER_CREDENTIALS = struct.Struct("3i")

_log = structlog.get_logger()


class ExecutorServer:
    """Serves one socket. Make it with `listen`."""

    def __init__(self, engines: Engines, runtimes: KnownRuntimes, images: Images, client: int | None) -> None:
        self._engines = engines
        self._runtimes = runtimes
        self._sessions = Sessions(engines, images)
        self._served = os.geteuid() if client is None else client
        self._usual_level = log_level()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @classmethod
    async def listen(
        cls, path: Path, engines: Engines, runtimes: KnownRuntimes, images: Images, *, client: int | None = None
    ) -> Self:
        """Return a server that answers on `path`, which its owner alone may connect to.

        `client`: the uid of another account that may, where it is in the owner's group; so whoever holds
        credentials need not have the account of who stands next to hostile code.
        """
        server = cls(engines, runtimes, images, client)
        _remove_stale(path)
        before = os.umask(0o177 if client is None else 0o117)
        try:
            server._server = await asyncio.start_unix_server(server._accept, path, limit=1024 * 1024)
        finally:
            os.umask(before)
        return server

    async def close(self) -> None:
        """Stop listening, end every run, and leave nothing behind."""
        assert self._server is not None  # noqa: S101 - `listen` sets it
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections, timeout=_LEAVING_SECONDS)
        for writer in self._connections.values():
            writer.transport.abort()  # a run that waits for a client to read would wait for as long as that lives
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._sessions.close()
        await self._engines.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this in a task of its own
        self._connections[task] = writer
        try:
            if await self._greet(reader, writer):
                connection = _Connection(
                    reader, writer, self._engines, self._runtimes, self._sessions, usual_level=self._usual_level
                )
                await connection.serve()
        except protocol.ProtocolError as error:
            _log.warning("executor.connection_refused", reason=str(error))
            _send(writer, protocol.Refusal(reason=str(error)))
        except asyncio.CancelledError:
            pass  # `close` ends every connection; there is nobody above to tell
        finally:
            del self._connections[task]
            writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Exchange hellos; False where the client left without one. Raises ProtocolError."""
        peer: socket.socket = writer.get_extra_info("socket")
        credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER_CREDENTIALS.size)
        _, uid, _ = _PEER_CREDENTIALS.unpack(credentials)
        if uid not in {0, os.geteuid(), self._served}:
            raise protocol.ProtocolError(f"this executor serves uid {self._served}, not {uid}")
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                hello = await protocol.read_from_client(reader)
        except TimeoutError:
            raise protocol.ProtocolError(f"no hello within {_HELLO_SECONDS:g} s") from None
        if hello is None:
            return False
        if not isinstance(hello, protocol.Hello):
            raise protocol.ProtocolError("the first message must be a hello")
        if hello.version != protocol.VERSION:
            raise protocol.ProtocolError(
                f"this executor speaks version {protocol.VERSION}, the client {hello.version}: update the older"
            )
        _send(
            writer,
            protocol.Welcome(
                runtimes=tuple(runtime.report for runtime in self._runtimes),
            ),
        )
        return True


def _remove_stale(path: Path) -> None:
    """Remove the socket that an executor left which was killed."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


class _Connection:
    """One client's runs."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        engines: Engines,
        runtimes: KnownRuntimes,
        sessions: Sessions,
        *,
        usual_level: Level,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._engines = engines
        self._runtimes = runtimes
        self._runs: dict[int, tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._surveys: set[asyncio.Task[None]] = set()
        self._requests = SessionRequests(sessions, self._answer)
        self._usual_level = usual_level
        self._leaving = False
        """Whether runs are being ended because either side goes, which must not look like somebody's wish."""

    async def serve(self) -> None:
        """Take messages until the client leaves, then end what it left running."""
        try:
            while (message := await protocol.read_from_client(self._reader)) is not None:
                self._take(message)
        finally:
            self._leaving = True
            tasks = [*self._surveys, *(task for task, _ in self._runs.values())]
            for survey in self._surveys:
                survey.cancel()
            for _, cancelled in self._runs.values():
                cancelled.set()
            await asyncio.gather(self._requests.leave(), *tasks, return_exceptions=True)

    def _take(self, message: protocol.FromClient) -> None:
        """Begin or end what is asked for. Raises ProtocolError."""
        match message:
            case protocol.Run(run=number) if number in self._runs:
                raise protocol.ProtocolError(f"run {number} is already under way")
            case protocol.Run(run=number, spec=spec):
                cancelled = asyncio.Event()
                self._runs[number] = (asyncio.create_task(self._run(number, spec, cancelled)), cancelled)
            case protocol.Stop(run=number):
                if run := self._runs.get(number):
                    run[1].set()
            case protocol.Survey():
                self._begin_survey()
            case protocol.LogLevel(level=level):
                set_log_level(level or self._usual_level, asked_by="a worker")
            case protocol.Hello():
                raise protocol.ProtocolError("a second hello")
            case _ if not self._requests.take(message):
                raise protocol.ProtocolError(f"request {message.request} is already under way")

    def _begin_survey(self) -> None:
        survey = asyncio.create_task(self._survey())
        self._surveys.add(survey)
        survey.add_done_callback(self._surveys.discard)

    async def _survey(self) -> None:
        await self._send(protocol.Surveyed(drivers=await self._engines.reports()))

    async def _answer(self, answer: SessionAnswer) -> None:
        await self._send(answer)

    async def _send(self, message: protocol.FromServer) -> None:
        if not (self._leaving or self._writer.is_closing()):
            self._writer.write(protocol.encode(message))
            with contextlib.suppress(ConnectionError):  # the client left; what it asked for is ended for that
                await self._writer.drain()

    async def _run(self, number: int, spec: SandboxSpec, cancelled: asyncio.Event) -> None:
        async def emit(event: SandboxEvent) -> None:
            await self._send(_message(number, event))

        try:
            if wrong := out_of_bounds(spec.limits):
                raise SandboxUnavailableError(f"limits.{wrong}")
            runtime = await self._runtimes.find(spec.runtime, spec.image)
            driver = await self._engines.choose(spec)
            finished = await driver.run(spec, runtime, emit, cancelled)
        except SandboxUnavailableError as error:
            finished = SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=error.detail)
        except Exception as error:  # noqa: BLE001 - one run's defect must not end the others on this connection
            _log.exception("executor.run_failed", run=number)
            finished = SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=f"{type(error).__name__}: {error}")
        del self._runs[number]
        await emit(finished)


_MESSAGES: Final[Mapping[type[SandboxEvent], Callable[..., protocol.RunEvent]]] = {
    SandboxStarted: protocol.Started,
    SandboxOutput: protocol.Output,
    SandboxSample: protocol.Sample,
    SandboxAttempt: protocol.Attempt,
    SandboxProgress: protocol.Progress,
    SandboxFile: protocol.File,
    SandboxFinished: protocol.Finished,
}


def _message(number: int, event: SandboxEvent) -> protocol.RunEvent:
    return _MESSAGES[type(event)](run=number, event=event)


def _send(writer: asyncio.StreamWriter, message: protocol.FromServer) -> None:
    if not writer.is_closing():
        writer.write(protocol.encode(message))
