"""What every way of isolating promises to the executor. One that can't keep a promise says so, and refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from crucible.domain.sandbox import DriverReport, SandboxEvent, SandboxFinished, SandboxSpec
from crucible.sandbox.runtimes import Runtime

Emit = Callable[[SandboxEvent], Awaitable[None]]
"""Takes an event as it happens; waits where the reader is slower than the program."""


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
