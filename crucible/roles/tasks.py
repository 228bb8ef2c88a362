"""The tasks of one process that must all live."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from crucible.roles.stopping import Stopping


class RoleTasks:
    """Tasks that stand and fall together; the stack's end ends them, the last one started first."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, role: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a task beside the others."""
        task = self._tasks[name] = asyncio.create_task(role, name=name)
        self._stack.push_async_callback(_end, task)
        return task

    async def until(self, stopping: Stopping) -> None:
        """Return when asked to stop. Raises what ended a task before that."""
        waiting = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait({waiting, *self._tasks.values()}, return_when=asyncio.FIRST_COMPLETED)
        if waiting in done:
            return
        waiting.cancel()
        for task in done:
            task.result()
            raise RuntimeError(f"the {task.get_name()} ended, which it never should")


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task once: some have an executor to stop or programs to let go, which must not be broken off."""
    task.cancel()
    await asyncio.wait({task})
