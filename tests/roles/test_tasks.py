import asyncio
from contextlib import AsyncExitStack

from crucible.roles.tasks import RoleTasks


async def test_a_task_that_needs_time_to_end_is_given_it():
    ended = []

    async def orderly() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.8)
            ended.append("in order")

    async with AsyncExitStack() as stack:
        RoleTasks(stack).start("orderly", orderly())
        await asyncio.sleep(0)
    assert ended == ["in order"]
