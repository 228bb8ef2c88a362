"""How many sandboxes can be alive at once, and what one that waits holds in memory."""

import asyncio
import contextlib

from benchmarks.memory import process_tree, resident_bytes
from benchmarks.programs import WrongResultError
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxSpec, SandboxStarted
from crucible.executor.client import ExecutorClient

SANDBOXES = 1000
_LONGEST_SECONDS = 120.0
_PATIENT = Limits(wall_seconds=600)
_WAITS = "import sys, time; time.sleep(600)"


async def at_once(executor: ExecutorClient, executor_process: int, runtime: str, sandboxes: int) -> float | None:
    """Have so many programs wait at the same time; return what each holds in memory, in bytes, then end them.

    None where not all of them stand after two minutes.
    """
    before = _held_by(executor_process)
    alive = asyncio.Semaphore(0)

    async def wait() -> None:
        async for event in executor.run(SandboxSpec(runtime=runtime, code=_WAITS, limits=_PATIENT)):
            _expect_alive(event)
            if isinstance(event, SandboxStarted):
                alive.release()

    waiting = [asyncio.create_task(wait()) for _ in range(sandboxes)]
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            for _ in range(sandboxes):
                await alive.acquire()
        after = _held_by(executor_process)
    except TimeoutError:
        return None
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return (after - before) / sandboxes


def _held_by(executor_process: int) -> int:
    held = 0
    for process in process_tree(executor_process):
        with contextlib.suppress(FileNotFoundError):  # a spare one that was ended meanwhile
            held += resident_bytes(process)
    return held


def _expect_alive(event: SandboxEvent) -> None:
    outcome = getattr(event, "outcome", None)
    if outcome is not None and outcome is not Outcome.CANCELLED:
        raise WrongResultError(f"a program that waits ended: {outcome}: {getattr(event, 'error', None)}")
