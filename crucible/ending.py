"""How a task ends that a library may keep from hearing of its cancellation.

A cancellation that comes in the very moment in which a timeout's inner wait is over is lost in Python 3.11's
`asyncio.wait_for`, and in libraries that are built on such; so it is repeated until the task is over. That is for
tasks alone whose own way of ending takes no time.
"""

import asyncio

_AGAIN_SECONDS = 0.5


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """Cancel tasks, and return once they are over."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_SECONDS)
