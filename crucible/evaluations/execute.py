"""Run a held evaluation in the executor's sandbox, and relay what happens there."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.sandbox import DriverReport, RuntimeReport, SandboxEvent, SandboxFinished, SandboxSpec
from crucible.evaluations.relay import Relay


class Executor(Protocol):
    """Something that runs programs in sandboxes."""

    @property
    def runtimes(self) -> Sequence[RuntimeReport]:
        """What it can run now; nothing while it is away."""

    @property
    def drivers(self) -> Sequence[DriverReport]:
        """Every engine, and what it gives there; none where that was not asked yet."""

    def run(self, spec: SandboxSpec) -> AsyncGenerator[SandboxEvent, None]:
        """Run a program and yield what happens, `SandboxFinished` last; closing the iterator ends the run.

        Raises ExecutorUnavailableError where it goes away before the end.
        """


async def execute(
    executor: Executor, spec: SandboxSpec, relay: Relay, *, kept: asyncio.Event, stop: asyncio.Event
) -> SandboxFinished | None:
    """Return how the program ended, or None where `stop` was set first and the sandbox is being killed.

    It may begin before its claim is on disk; nothing of it is told before that was said by `kept`. Raises
    ExecutorUnavailableError.
    """
    running = asyncio.create_task(_run(executor, spec, relay, kept))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return running.result() if running.done() else None
    finally:
        running.cancel()
        stopping.cancel()
        await asyncio.wait({running, stopping})


async def _run(executor: Executor, spec: SandboxSpec, relay: Relay, kept: asyncio.Event) -> SandboxFinished:
    async with aclosing(executor.run(spec)) as events:
        async for event in events:
            await kept.wait()
            relay.take(event)
            if isinstance(event, SandboxFinished):
                return event
    raise ExecutorUnavailableError("the executor ended the run without saying how it ended")
