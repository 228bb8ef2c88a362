"""What every way of isolating promises to the executor. One that can't keep a promise says so, and refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from crucible.domain.sandbox import (
    Containment,
    DriverReport,
    SandboxAttempt,
    SandboxEvent,
    SandboxFinished,
    SandboxSpec,
)
from crucible.domain.session import EndReason, ExecFinished, ExecOutput, ExecSpec, SessionSpec, SessionUsage
from crucible.sandbox.runtimes.runtime import Runtime

Emit = Callable[[SandboxEvent], Awaitable[None]]
"""Takes an event as it happens; waits where the reader is slower than the program."""

EmitOutput = Callable[[ExecOutput], Awaitable[None]]
"""The same, for what an exec writes."""


class Driver(Protocol):
    """A way to isolate."""

    engine: str
    """What a caller names it."""

    def report(self) -> DriverReport:
        """Return what this driver enforces on this host, and by which mechanism."""
        ...

    async def run(
        self, spec: SandboxSpec, runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        """Run a program to its end and return how it ended; emit everything else on the way.

        When it returns, nothing of the program is left. It raises nothing on the program's account, and answers
        what it could not do with `sandbox_error` and the cause. Setting `cancelled` ends the program.
        """
        ...

    async def give_back(self) -> None:
        """End whatever is kept ready, and return when nothing of it or of an earlier run is left."""
        ...

    async def close(self) -> None:
        """End whatever still runs and leave nothing behind."""
        ...


class Session(Protocol):
    """A sandbox that stays. Everything may be asked of it many times at once.

    Where it has ended, or ends meanwhile, everything raises SessionEndedError: it never looks like an exec's own
    end. What else can't be done is one of the `Session...Error` types of `crucible.domain.errors`. A caller that
    is cancelled ends what it asked for.
    """

    user: str
    """Who an exec is that names nobody."""
    containment: Containment
    ended: "asyncio.Future[tuple[EndReason, str]]"
    """Done once it is no more; the reason, and its detail in words."""

    async def exec(self, spec: ExecSpec, emit: EmitOutput | None) -> ExecFinished:
        """Run a program and return how it ended, with the end of its output; emit all output where wanted.

        After `timeout_seconds` everything that came of it is killed, and the output so far is returned. What it
        left in the background otherwise, stays.
        """
        ...

    async def read_file(self, path: str, user: str | None, most: int) -> bytes:
        """Return a regular file's bytes, which are at most `most`. Links are followed within the session."""
        ...

    async def write_file(self, path: str, content: bytes, user: str | None, mode: int | None) -> None:
        """Make or replace a regular file, and the folders above it."""
        ...

    async def usage(self) -> SessionUsage:
        """Return what it uses now."""
        ...

    @property
    def tried(self) -> tuple[SandboxAttempt, ...]:
        """What was refused in it, as it was told until now; once it has ended, all that there was."""
        ...

    async def attempts(self) -> tuple[SandboxAttempt, ...]:
        """Return what was refused in it, each with its count by now. After its end, too."""
        ...

    async def end(self, reason: EndReason, detail: str) -> None:
        """End everything in it; return when nothing is left. The first reason counts."""
        ...


@runtime_checkable
class SessionDriver(Protocol):
    """A driver that has sessions. One that doesn't implement this has none, and its report says so."""

    async def open_session(self, spec: SessionSpec, prefix: str) -> Session:
        """Return a session that stands. Raises SandboxUnavailableError, SessionsUnsupportedError.

        `prefix`: whose programs it shows, `/usr` for the host's or what stands for an image.
        """
        ...
