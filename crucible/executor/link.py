"""A lasting link to an executor, which may die and come back.

While it is away a worker claims nothing and hands back what ran; what it could run is remembered, so that programs
can be submitted meanwhile. Where it is there and no sandbox can be made, its engine is reported as one that isn't
available, so that what waits goes on waiting.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.limits import MIB, Limits
from crucible.domain.log_level import Level
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import DriverReport, RuntimeReport, SandboxEvent, SandboxFinished, SandboxSpec
from crucible.executor.client import ExecutorClient
from crucible.executor.session_client import SessionClient

_FIRST_RETRY_SECONDS = 0.02
_LONGEST_RETRY_SECONDS = 1.0
_SURVEY_SECONDS = 20.0
_TRIAL_SECONDS = 60.0
_MOST_TRIED = 3
_TRIAL_LIMITS = Limits(memory_bytes=511 * MIB)
"""Not those of a sandbox that waits in stock, as one that does says nothing of the next."""
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
        self._drivers: tuple[DriverReport, ...] = ()
        self._broken: dict[str | None, str] = {}
        self._ran_last = SandboxSpec(runtime="")
        self.doubted = asyncio.Event()
        """Set where no sandbox was found for a program: `try_out` tells whether that was the program's alone."""
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

    @property
    def drivers(self) -> tuple[DriverReport, ...]:
        """Every engine, and what it gave there when it was last surveyed; empty before the first time.

        One in which not even an empty program begins is not available, whatever it says of itself.
        """
        return tuple(self._as_tried(report) for report in self._drivers)

    @property
    def is_broken(self) -> bool:
        """Whether an engine failed when it was last tried."""
        return bool(self._broken)

    async def survey(self) -> tuple[DriverReport, ...]:
        """Return every engine, and what it gives there or why it can't: the last that is known where none answers.

        The executor remembers, so that only its first answer takes seconds.
        """
        if self._client is not None:
            try:
                async with asyncio.timeout(_SURVEY_SECONDS):
                    self._drivers = await self._client.survey()
            except (ExecutorUnavailableError, TimeoutError) as error:
                _log.warning("engines_not_surveyed", reason=str(error) or "the executor took too long")
        return self.drivers

    async def try_out(self, engine: str | None = None) -> None:
        """Find out whether a sandbox can be made, by an empty program; None: for one that names no engine.

        Not by one runtime alone, as a sandbox that fails with each of a few is not theirs to mend.
        """
        error = None
        for runtime in self._to_try():
            try:
                async with asyncio.timeout(_TRIAL_SECONDS):
                    error = await self._trial(runtime, engine)
            except TimeoutError:
                error = f"it did not end within {_TRIAL_SECONDS:g} s"
            except ExecutorUnavailableError:
                return  # which is told of by itself
            if error is None:
                break
        if error is None:
            if self._broken.pop(engine, None) is not None:
                _log.info("sandboxes_again", engine=engine or "default")
            return
        if engine not in self._broken:
            _log.error("no_sandboxes", engine=engine or "default", reason=error)
        self._broken[engine] = error

    def _to_try(self) -> list[str]:
        """Return one runtime of each of a few languages: first the one that ran last, which has something warm."""
        host = [runtime for runtime in self.runtimes if runtime.image is None]
        host.sort(key=lambda runtime: (runtime.name != self._ran_last.runtime, runtime.compiled))
        each = {runtime.language: runtime.name for runtime in reversed(host)}
        return [runtime.name for runtime in host if each[runtime.language] == runtime.name][:_MOST_TRIED]

    async def _trial(self, runtime: str, engine: str | None) -> str | None:
        """Return why no sandbox could be made; None where one was."""
        warm = self._ran_last.compartment
        spec = SandboxSpec(runtime=runtime, code="", engine=engine, compartment=warm, limits=_TRIAL_LIMITS)
        async with aclosing(self._run(spec)) as events:
            async for event in events:
                if isinstance(event, SandboxFinished) and event.outcome is Outcome.SANDBOX_ERROR:
                    return event.error or "it does not say why"
        return None

    def _as_tried(self, report: DriverReport) -> DriverReport:
        reason = self._broken.get(report.engine) or (self._broken.get(None) if report.default else None)
        if reason is None or not report.available:
            return report
        return replace(
            report,
            available=False,
            missing={**report.missing, "engine": f"an empty program did not begin: {reason}"},
        )

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
        if spec.image is None:
            self._ran_last = spec
        async with aclosing(self._run(spec)) as events:
            async for event in events:
                if isinstance(event, SandboxFinished) and event.outcome is Outcome.SANDBOX_ERROR:
                    self.doubted.set()
                yield event

    async def _run(self, spec: SandboxSpec) -> AsyncGenerator[SandboxEvent, None]:
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
