"""How tasks end: those that a library keeps from hearing of it, and those in the middle of something.

A cancellation that comes in the very moment in which a timeout's inner wait is over is lost in Python 3.11's
`asyncio.wait_for`, and in libraries that are built on such; so it is repeated until the task is over. That is for
tasks alone whose own way of ending takes no time.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_AGAIN_SECONDS = 0.5


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """Cancel tasks, and return once they are over."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_SECONDS)


async def whole(step: Coroutine[Any, Any, T]) -> T:
    """Return what a step returns, having it come to its end where somebody cancels meanwhile.

    A transaction that is broken off costs its connection; one that ends takes no longer than that.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def within(seconds: float, step: Awaitable[object]) -> bool:
    """Wait so long for a step, and tell whether it was over by then; else it is broken off. Raises what it raised.

    For who clears up, and may have been cancelled: in such a task, Python 3.11.2's `asyncio.timeout` (Debian 12
    has it) raises no TimeoutError.
    """
    task = asyncio.ensure_future(step)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            await task
            return True
        return False
    finally:
        task.cancel()
