"""How many sandboxes can be alive at once, and what one holds in memory that waits for a program, or in one."""

import asyncio
import contextlib
from statistics import median

from benchmarks.memory import own_bytes, process_tree, resident_bytes, sandboxes
from benchmarks.programs import WrongResultError, warm
from benchmarks.report import Row
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxSpec, SandboxStarted
from crucible.executor.client import ExecutorClient

SANDBOXES = 1000
LARGEST_IDLE_BYTES = 1_000_000
_LONGEST_SECONDS = 120.0
_SETTLING_SECONDS = 1.0
_AT_ONCE = 4
_PATIENT = Limits(wall_seconds=600)
_WAITS = "import sys, time; time.sleep(600)"


async def measure(executor: ExecutorClient, process: int, runtime: str) -> list[Row]:
    """Look at what stands ready, and then have a thousand stand."""
    idle = await idle_bytes(executor, process, runtime)
    each = await at_once(executor, process, runtime, SANDBOXES)
    return [
        Row(
            "memory of an idle warm sandbox, both processes",
            measured=f"{idle / 1e6:.2f} MB",
            target=f"≤ {LARGEST_IDLE_BYTES / 1e6:.0f} MB",
            reached=idle <= LARGEST_IDLE_BYTES,
        ),
        Row(
            f"{SANDBOXES:,} programs alive at once",
            measured="not all stood" if each is None else f"{each / 1e6:.2f} MB each",
            target="all of them",
            reached=each is not None,
        ),
    ]


async def idle_bytes(executor: ExecutorClient, process: int, runtime: str) -> float:
    """Return what a sandbox holds of its own that was made ahead and waits for a program of this kind."""
    others = set(sandboxes(process))
    await asyncio.gather(*(warm(executor, runtime) for _ in range(_AT_ONCE)))
    await asyncio.sleep(_SETTLING_SECONDS)
    held = []
    for one in set(sandboxes(process)) - others:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # one that was used, and ends
            held.append(own_bytes(one))
    if not held:
        raise WrongResultError("no sandbox stands ready")
    return median(held)


async def at_once(executor: ExecutorClient, process: int, runtime: str, programs: int) -> float | None:
    """Have so many programs wait at the same time; return what each holds in memory, in bytes, then end them.

    None where not all of them stand after two minutes.
    """
    before = _held_by(process)
    alive = asyncio.Semaphore(0)

    async def wait() -> None:
        async for event in executor.run(SandboxSpec(runtime=runtime, code=_WAITS, limits=_PATIENT)):
            _expect_alive(event)
            if isinstance(event, SandboxStarted):
                alive.release()

    waiting = [asyncio.create_task(wait()) for _ in range(programs)]
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            for _ in range(programs):
                await alive.acquire()
        after = _held_by(process)
    except TimeoutError:
        return None
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return (after - before) / programs


def _held_by(executor: int) -> int:
    held = 0
    for process in process_tree(executor):
        with contextlib.suppress(FileNotFoundError):  # a spare one that was ended meanwhile
            held += resident_bytes(process)
    return held


def _expect_alive(event: SandboxEvent) -> None:
    outcome = getattr(event, "outcome", None)
    if outcome is not None and outcome is not Outcome.CANCELLED:
        raise WrongResultError(f"a program that waits ended: {outcome}: {getattr(event, 'error', None)}")
