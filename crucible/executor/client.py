"""How a worker reaches the executor: one connection, many runs and requests to sessions at once.

Each run's events wait in a queue of their own. It needs no bound besides the run's limits: output is cut at
`output_bytes`, files at what is collected, samples come a few a second.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Self

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.log_level import Level
from crucible.domain.sandbox import DriverReport, SandboxEvent, SandboxFinished, SandboxSpec
from crucible.executor import protocol
from crucible.executor.session_messages import Abandon, SessionAnswer, SessionRequest

_HELLO_SECONDS = 10.0


class ExecutorClient:
    """A connection to the executor. Make it with `connect`; it can't be reopened."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: protocol.Welcome
    ) -> None:
        self.welcome = welcome
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._events: dict[int, asyncio.Queue[SandboxEvent | None]] = {}
        self._requests = itertools.count(1)
        self._answers: dict[int, asyncio.Queue[SessionAnswer | None]] = {}
        self._surveys: list[asyncio.Future[tuple[DriverReport, ...]]] = []
        self._lost = asyncio.Event()
        self._loss = "the executor went away"
        """What is said of a connection that is gone."""
        self._dispatching = asyncio.create_task(self._dispatch())

    @classmethod
    async def connect(cls, path: Path) -> Self:
        """Connect and exchange hellos. Raises ExecutorUnavailableError, saying why."""
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=1024 * 1024)
        except OSError as error:
            raise ExecutorUnavailableError(f"no executor listens on {path}: {error.strerror or error}") from error
        try:
            writer.write(protocol.encode(protocol.Hello()))
            async with asyncio.timeout(_HELLO_SECONDS):
                answer = await protocol.read_from_server(reader)
        except (OSError, protocol.ProtocolError) as error:  # a timeout is an OSError, too
            writer.close()
            raise ExecutorUnavailableError(f"the executor on {path} did not answer: {error}") from error
        if isinstance(answer, protocol.Welcome) and answer.version == protocol.VERSION:
            return cls(reader, writer, answer)
        writer.close()
        reason = answer.reason if isinstance(answer, protocol.Refusal) else "it ended the connection"
        raise ExecutorUnavailableError(f"the executor on {path} refused: {reason}")

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands."""
        return not self._lost.is_set()

    async def wait_until_lost(self) -> None:
        """Return once the connection is gone."""
        await self._lost.wait()

    async def run(self, spec: SandboxSpec) -> AsyncGenerator[SandboxEvent, None]:
        """Run a program and yield what happens, `SandboxFinished` last.

        Leaving the iteration early (`aclose`, cancellation) stops the run. Raises ExecutorUnavailableError where
        the connection is lost before the end.
        """
        number = next(self._numbers)
        queue = self._events[number] = asyncio.Queue()
        finished = False
        try:
            await self._send(protocol.Run(run=number, spec=spec))
            while not finished:
                event = await queue.get()
                if event is None:
                    raise ExecutorUnavailableError(f"{self._loss} during the run")
                finished = isinstance(event, SandboxFinished)
                yield event
        finally:
            del self._events[number]
            if not finished and self.is_connected:
                self._writer.write(protocol.encode(protocol.Stop(run=number)))

    async def survey(self) -> tuple[DriverReport, ...]:
        """Return what each engine gives on the executor's host, or why it can't. The first time takes seconds.

        Raises ExecutorUnavailableError where the connection is lost meanwhile.
        """
        answer: asyncio.Future[tuple[DriverReport, ...]] = asyncio.get_running_loop().create_future()
        self._surveys.append(answer)
        try:
            await self._send(protocol.Survey())
            return await answer
        finally:
            if answer in self._surveys:
                self._surveys.remove(answer)

    def set_log_level(self, level: Level | None) -> None:
        """Have the executor write to its log from this level on; None: from where it began."""
        if self.is_connected:
            self._writer.write(protocol.encode(protocol.LogLevel(level=level)))

    def next_request(self) -> int:
        """Return a number for a request to a session."""
        return next(self._requests)

    async def ask(self, request: SessionRequest) -> AsyncGenerator[SessionAnswer, None]:
        """Ask something of a session and yield the answers, whose last one the asker knows.

        Leaving the iteration after the last one costs nothing; before, it ends what was asked for. Raises
        ExecutorUnavailableError where the connection is lost meanwhile.
        """
        number = request.request
        queue = self._answers[number] = asyncio.Queue()
        try:
            await self.tell(request)
            while (answer := await queue.get()) is not None:
                yield answer
            raise ExecutorUnavailableError(self._loss)
        finally:
            del self._answers[number]
            if self.is_connected:
                self._writer.write(protocol.encode(Abandon(request=number)))

    async def tell(self, request: SessionRequest) -> None:
        """Send what has no answer of its own. Raises ExecutorUnavailableError."""
        await self._send(request)

    async def close(self) -> None:
        """End the connection; the executor stops whatever still runs on it."""
        self._dispatching.cancel()
        await asyncio.gather(self._dispatching, return_exceptions=True)
        self._lose()
        self._writer.close()

    async def _send(self, message: protocol.FromClient) -> None:
        if not self.is_connected:
            raise ExecutorUnavailableError("the connection to the executor is gone")
        try:
            self._writer.write(protocol.encode(message))
            await self._writer.drain()
        except OSError as error:
            raise ExecutorUnavailableError(f"the connection to the executor broke: {error}") from error

    async def _dispatch(self) -> None:
        try:
            while (message := await protocol.read_from_server(self._reader)) is not None:
                if isinstance(message, protocol.Welcome | protocol.Refusal):
                    raise protocol.ProtocolError("a greeting after the greeting")
                if isinstance(message, protocol.Surveyed):
                    self._answer_surveys(message.drivers)
                elif isinstance(message, SessionAnswer):
                    if answers := self._answers.get(message.request):
                        answers.put_nowait(message)
                elif events := self._events.get(message.run):
                    events.put_nowait(message.event)
        except OSError:
            pass  # every run on it learns that it is lost
        except protocol.ProtocolError as error:
            self._loss = f"the executor sent what can't be read ({error})"
        finally:
            self._lose()

    def _answer_surveys(self, drivers: tuple[DriverReport, ...]) -> None:
        while self._surveys:
            answer = self._surveys.pop()
            if not answer.done():
                answer.set_result(drivers)

    def _lose(self) -> None:
        self._lost.set()
        for survey in self._surveys:
            if not survey.done():
                survey.set_exception(ExecutorUnavailableError(self._loss))
        for events in self._events.values():
            events.put_nowait(None)
        for answers in self._answers.values():
            answers.put_nowait(None)
