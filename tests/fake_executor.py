"""A fake executor: it plays a script where the real one would run a program.

What is tested with it is everything between a submission and its result. A script can pause, fail and flood at an
exact moment, which no real program can be made to do; the real executor has its own tests and those end to end.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    Containment,
    DriverReport,
    Isolation,
    RuntimeReport,
    SandboxAttempt,
    SandboxEvent,
    SandboxFinished,
    SandboxOutput,
    SandboxProgress,
    SandboxSpec,
    SandboxStarted,
)

PYTHON = RuntimeReport(
    name="python3.11", language="python", version="3.11.7", entrypoint="main.py", aliases=("python",)
)
BASH = RuntimeReport(name="bash", language="bash", version="5.2", entrypoint="main.sh")
RUNTIMES = (PYTHON, BASH)
ENGINES = (
    DriverReport(
        engine="strong",
        driver="fake",
        available=False,
        isolation=Isolation.USER_SPACE_KERNEL,
        missing={"engine": "it is not installed; sudo apt-get install it"},
    ),
    DriverReport(engine="fake", driver="fake", available=True, isolation=Isolation.SHARED_KERNEL, default=True),
)


async def known_engines() -> tuple[DriverReport, ...]:
    return ENGINES


CONTAINMENT = Containment(engine="fake", driver="fake", isolation=Isolation.SHARED_KERNEL, kernel="none")
STARTED = SandboxStarted(containment=CONTAINMENT, runtime_version="CPython 3.11.7")
SUCCEEDED = SandboxFinished(
    outcome=Outcome.SUCCEEDED, exit_code=0, wall_seconds=0.5, cpu_seconds=0.25, peak_memory_bytes=1024
)


def stdout(data: bytes, offset: int = 0) -> SandboxOutput:
    return SandboxOutput(stream="stdout", offset=offset, data=data)


def stderr(data: bytes, offset: int = 0) -> SandboxOutput:
    return SandboxOutput(stream="stderr", offset=offset, data=data)


async def hello(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
    yield STARTED
    yield stdout(b"hello\n")
    yield SUCCEEDED


def attempt(where: str, count: int = 1) -> SandboxAttempt:
    return SandboxAttempt(action="connection", name="connect", detail=where, count=count, wall_seconds=0.125)


def says(done: float, total: float | None = None, message: str = "") -> SandboxProgress:
    return SandboxProgress(done=done, total=total, message=message, malformed=0, wall_seconds=0.5)


def tries(*attempts: SandboxAttempt) -> Callable[[SandboxSpec], AsyncIterator[SandboxEvent]]:
    async def script(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        for one in attempts:
            yield one
        yield SUCCEEDED

    return script


curious = tries(
    attempt("192.0.2.7:80"),
    SandboxAttempt(action="system_call", name="mount", detail='target="/"', count=1, wall_seconds=0.25),
    attempt("192.0.2.7:80", count=1200),
)


class FakeExecutor:
    """Plays `script` for every program, and counts what runs."""

    def __init__(self, script: Callable[[SandboxSpec], AsyncIterator[SandboxEvent]] = hello) -> None:
        self.script = script
        self.runtimes: tuple[RuntimeReport, ...] = RUNTIMES
        self.drivers: tuple[DriverReport, ...] = ()
        self.specs: list[SandboxSpec] = []
        self.running = 0

    async def run(self, spec: SandboxSpec) -> AsyncGenerator[SandboxEvent, None]:
        self.specs.append(spec)
        self.running += 1
        try:
            async for event in self.script(spec):
                yield event
        finally:
            self.running -= 1


class Gate:
    """A script that says `before`, waits until it is opened, and goes on to succeed."""

    def __init__(self, *before: SandboxEvent) -> None:
        self.before = before or (STARTED, stdout(b"so far"))
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self, _spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        for event in self.before:
            yield event
        self.reached.set()
        await self.opened.wait()
        yield SUCCEEDED


async def dies(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
    yield STARTED
    raise ExecutorUnavailableError("the executor went away during the run")
