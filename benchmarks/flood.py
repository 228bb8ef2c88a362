"""A program that would write ten gigabytes: what that costs the supervisor, and whoever runs beside it."""

import asyncio
import time
from dataclasses import dataclass

from benchmarks.programs import WrongResultError, warm
from benchmarks.report import Row
from benchmarks.timing import Timed
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxFinished, SandboxOutput, SandboxSpec, SandboxStarted
from crucible.executor.client import ExecutorClient

FLOOD_BYTES = 10 * 10**9
ROUNDS = 40
FLOODS = 3
LARGEST_SHARE = 0.02
LARGEST_SLOWDOWN = 1.3
_WATCHED_SECONDS = 2.0
_SETTLING_SECONDS = 0.1
_UNTIL_ANOTHER_STANDS_SECONDS = 0.05
"""After the flood took the sandbox that stood ready: what is measured is the flood, not a pool that was empty."""
_CODE = f"""
import os
part, left = bytes(2**20), {FLOOD_BYTES}
while left > 0:
    left -= os.write(1, part)
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """What came of a flood."""

    kept_bytes: int
    supervisor_seconds: float
    """Processor time of the executor from the last output that it took on, over `_WATCHED_SECONDS`."""


async def measure(executor: ExecutorClient, process: int, runtime: str) -> tuple[list[Row], dict[str, Timed]]:
    """Have floods refused, and a neighbour run with and without one in turn."""
    await warm(executor, runtime)
    refused = [await _refused(executor, process, runtime) for _ in range(FLOODS)]
    alone, beside = Timed("a program alone"), Timed("a program beside a flood")
    for _ in range(ROUNDS):
        alone.seconds.append(await _timed(executor, runtime))
        beside.seconds.append(await _timed_beside(executor, runtime))
    return rows(refused, alone, beside), {one.name: one for one in (alone, beside)}


def rows(refused: list[Refused], alone: Timed, beside: Timed) -> list[Row]:
    """Return the rows: the worst of the floods, and the neighbour's medians."""
    share = max(one.supervisor_seconds for one in refused) / _WATCHED_SECONDS
    slowdown = beside.percentile(50) / alone.percentile(50)
    kept = max(one.kept_bytes for one in refused)
    return [
        Row(
            "flood of 10 GB: the supervisor after the cap",
            measured=f"{share:.2%} of a core, {kept / 1e6:.1f} MB kept",
            target=f"< {LARGEST_SHARE:.0%} of a core",
            reached=share < LARGEST_SHARE,
        ),
        Row(
            "flood of 10 GB: a neighbour meanwhile",
            measured=f"{beside.percentile(50) * 1000:.1f} ms",
            target=f"p50 ≤ {LARGEST_SLOWDOWN:g} of its own, is {slowdown:.2f}",
            reached=slowdown <= LARGEST_SLOWDOWN,
        ),
    ]


async def _refused(executor: ExecutorClient, process: int, runtime: str) -> Refused:
    kept = 0
    at_cap = 0.0
    async for event in executor.run(SandboxSpec(runtime=runtime, code=_CODE)):
        match event:
            case SandboxOutput():
                kept += len(event.data)
                at_cap = _processor_seconds(process)
            case SandboxFinished():
                _expect_refused(event)
    await asyncio.sleep(_WATCHED_SECONDS)
    return Refused(kept, _processor_seconds(process) - at_cap)


async def _timed_beside(executor: ExecutorClient, runtime: str) -> float:
    started = asyncio.Event()

    async def flood() -> None:
        async for event in executor.run(SandboxSpec(runtime=runtime, code=_CODE)):
            if isinstance(event, SandboxStarted):
                started.set()
            elif isinstance(event, SandboxFinished):
                _expect_refused(event)

    flooding = asyncio.create_task(flood())
    await started.wait()
    await asyncio.sleep(_UNTIL_ANOTHER_STANDS_SECONDS)
    if flooding.done():
        raise WrongResultError("the flood was over before anybody ran beside it")
    taken = await _timed(executor, runtime)
    await flooding
    await asyncio.sleep(_SETTLING_SECONDS)
    return taken


async def _timed(executor: ExecutorClient, runtime: str) -> float:
    began = time.perf_counter()
    await warm(executor, runtime)
    return time.perf_counter() - began


def _processor_seconds(process: int) -> float:
    """Return what a process has used, over all its threads, by the clock that the kernel has for each process."""
    return time.clock_gettime(~process << 3 | 2)


def _expect_refused(finished: SandboxFinished) -> None:
    if finished.outcome is not Outcome.OUTPUT_EXCEEDED:
        raise WrongResultError(f"a flood ended as {finished.outcome}: {finished.error}")
