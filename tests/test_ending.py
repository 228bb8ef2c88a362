import asyncio
import contextlib

from crucible.ending import ended


async def test_a_task_that_misses_its_first_cancellation_ends_all_the_same():
    missed = 0

    async def deaf_once() -> None:
        nonlocal missed
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        missed += 1
        await asyncio.sleep(60)

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    await asyncio.wait_for(ended(task), 5)
    assert (task.cancelled(), missed) == (True, 1)


async def test_what_is_over_already_needs_no_end():
    task = asyncio.create_task(asyncio.sleep(0))
    await task
    await ended(task)
    await ended()
