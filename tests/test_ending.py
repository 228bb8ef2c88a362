import asyncio
import contextlib

import pytest

from crucible.ending import ended, within


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


async def test_a_step_in_time_is_over_and_one_too_late_is_broken_off():
    late = asyncio.create_task(asyncio.sleep(60))
    assert await within(5, asyncio.sleep(0))
    assert not await within(0.01, late)
    await asyncio.wait({late}, timeout=5)
    assert late.cancelled()


async def test_what_a_step_raises_is_raised():
    async def fail() -> None:
        raise ValueError("so")

    with pytest.raises(ValueError, match="so"):
        await within(5, fail())


async def test_who_was_cancelled_waits_no_longer_than_it_said():
    """Python 3.11.2's `asyncio.timeout` raises CancelledError there."""
    was_over: list[bool] = []

    async def clear_up() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            was_over.append(await within(0.01, asyncio.sleep(60)))

    task = asyncio.create_task(clear_up())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert (task.cancelled(), was_over) == (True, [False])
