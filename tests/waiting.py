"""Waiting in tests: for the event, not for a time that is hopefully enough, and for none that never comes.

pytest's timeout ends a test once. What that test began is then ended by its fixtures and blocks, for which nobody
sets a time any more: whoever waits there does it with one of these.
"""

import asyncio
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog

PATIENCE_SECONDS = 60.0
"""How long a request may go unanswered beside all that tests do to a machine."""


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Return once it holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def said(event: str) -> AsyncIterator[None]:
    """Return once the log has said this in the block, or since. Raises TimeoutError."""
    with structlog.testing.capture_logs() as lines:
        yield

        async def is_there() -> bool:
            return any(line["event"] == event for line in lines)

        await until(is_there)


@contextmanager
def beside(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Return once a process has ended by itself; where the block fails, it is killed for that."""
    with process:
        try:
            yield
        except BaseException:
            process.kill()
            raise


async def ended(process: asyncio.subprocess.Process) -> int:
    """Ask a process to end, and return its exit code. Raises TimeoutError where it had to be killed."""
    process.terminate()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await process.wait()
    except TimeoutError:
        process.kill()
        raise


@contextmanager
def meanwhile(
    work: Callable[..., object], *arguments: object, seconds: float = PATIENCE_SECONDS, name: str | None = None
) -> Iterator[None]:
    """Have something done in another thread, and return once it is. Raises TimeoutError where it takes longer.

    `seconds` count from the block's end. `name`: the thread's.
    """
    thread = threading.Thread(target=work, args=arguments, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(seconds)
        if thread.is_alive():
            raise TimeoutError(f"{work} still goes on, {seconds:g} s later")
