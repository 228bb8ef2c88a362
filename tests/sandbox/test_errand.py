"""An errand whose reader is gone ends, whichever moment the reader chose to go."""

import asyncio
import os
from contextlib import ExitStack

import pytest

from crucible.domain.session import ExecOutput
from crucible.sandbox.sessions.errand import Errand
from crucible.sandbox.sessions.streams import Leftovers
from crucible.sandbox.sessions.tracking import TrackedInside


async def never_taken(_output: ExecOutput) -> None:
    await asyncio.Event().wait()


async def kills() -> None:
    """Nothing is there to be killed."""


@pytest.mark.parametrize("turns", range(5))
async def test_who_leaves_in_the_moment_of_its_end_is_not_waited_for(turns: int) -> None:
    errand = Errand(TrackedInside(), 10, never_taken, ExitStack())
    os.write(errand.stdout.writing, b"more")
    leftovers, reported = Leftovers(), asyncio.get_running_loop().create_future()
    following = asyncio.create_task(errand.follow(reported, 600.0, leftovers, kills))
    await asyncio.sleep(0)
    reported.set_result({"code": 0})
    for _ in range(turns):
        await asyncio.sleep(0)
    following.cancel()
    done, _ = await asyncio.wait({following}, timeout=30)
    assert done, "it waits for a reader who left"
    assert following.cancelled()
    errand.handed_over()
    leftovers.close()
