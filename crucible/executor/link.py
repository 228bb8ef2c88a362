"""A lasting link to an executor, which may die and come back.

While it is away a worker claims nothing and hands back what ran; what it could run is remembered, so that programs
can be submitted meanwhile.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.log_level import Level
from crucible.domain.sandbox import DriverReport, RuntimeReport, SandboxEvent, SandboxSpec
from crucible.executor.client import ExecutorClient
from crucible.executor.session_client import SessionClient

_FIRST_RETRY_SECONDS = 0.02
_LONGEST_RETRY_SECONDS = 1.0
_SURVEY_SECONDS = 20.0
_log = structlog.stdlib.get_logger(__name__)


class ExecutorLink:
    """An `Executor` that reconnects in the background, from `async with` on."""

    def __init__(self, path: Path, *, only: Collection[str] = ()) -> None:
        """Take where it listens; `only`: the runtimes to use of those that it has, all where none is named."""
        self._path = path
        self._only = frozenset(only)
        self._client: ExecutorClient | None = None
        self._connected = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self.known_runtimes: tuple[RuntimeReport, ...] = ()
        """What it could run when it was last heard of."""
        self.drivers: tuple[DriverReport, ...] = ()
        """Every engine, and what it gave there when it was last surveyed; empty before the first time."""
        self._log_level: Level | None = None
        self.refusal = "no connection was tried yet"
        """Why there is no connection, while there is none."""

    async def __aenter__(self) -> Self:
        self._keeping = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})

    @property
    def name(self) -> str:
        """See `SessionHolder`."""
        return f"{socket.gethostname()}:{self._path}"

    @property
    def sessions(self) -> SessionClient:
        """See `SessionHolder`."""
        if self._client is None:
            raise ExecutorUnavailableError(self.refusal, retry_after_seconds=1)
        return SessionClient(self._client)

    @property
    def is_connected(self) -> bool:
        """Whether the executor can be reached."""
        return self._connected.is_set()

    @property
    def runtimes(self) -> tuple[RuntimeReport, ...]:
        """See `Executor`."""
        return self.known_runtimes if self.is_connected else ()

    async def survey(self) -> tuple[DriverReport, ...]:
        """Return every engine, and what it gives there or why it can't: the last that is known where none answers.

        The executor remembers, so that only its first answer takes seconds.
        """
        if self._client is not None:
            try:
                async with asyncio.timeout(_SURVEY_SECONDS):
                    self.drivers = await self._client.survey()
            except (ExecutorUnavailableError, TimeoutError) as error:
                _log.warning("engines_not_surveyed", reason=str(error) or "the executor took too long")
        return self.drivers

    def set_log_level(self, level: Level | None) -> None:
        """Have whichever executor is there write to its log from this level on; None: from where it began."""
        self._log_level = level
        if self._client is not None:
            self._client.set_log_level(level)

    async def connected(self) -> None:
        """Wait until the executor can be reached."""
        await self._connected.wait()

    async def run(self, spec: SandboxSpec) -> AsyncGenerator[SandboxEvent, None]:
        """See `Executor`."""
        if self._client is None:
            raise ExecutorUnavailableError(self.refusal)
        async with aclosing(self._client.run(spec)) as events:
            async for event in events:
                yield event

    async def _keep_connected(self) -> None:
        wait = _FIRST_RETRY_SECONDS
        while True:
            try:
                client = await ExecutorClient.connect(self._path)
            except ExecutorUnavailableError as error:
                self.refusal = error.detail
                await asyncio.sleep(wait)
                wait = min(_LONGEST_RETRY_SECONDS, wait * 2)
                continue
            wait = _FIRST_RETRY_SECONDS
            try:
                self._take(client)
                await client.wait_until_lost()
                self.refusal = "the executor went away"
                _log.warning("executor_lost", socket=str(self._path))
            finally:
                self._client = None
                self._connected.clear()
                await client.close()

    def _take(self, client: ExecutorClient) -> None:
        self._client = client
        self.known_runtimes = tuple(
            runtime for runtime in client.welcome.runtimes if not self._only or runtime.name in self._only
        )
        if self._log_level is not None:
            client.set_log_level(self._log_level)
        self._connected.set()
