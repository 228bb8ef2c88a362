"""How many programs a second, with every core busy."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from benchmarks.programs import warm
from benchmarks.timing import Subject
from crucible.executor.client import ExecutorClient

AT_ONCE = 2 * (os.cpu_count() or 1)
OTHERS_SECONDS = 3.0
TURNS = 3


def in_turns(measures: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Return what each measured, one after another and all of them again: see `timing`."""
    rates: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(TURNS):
        for name, measure in measures.items():
            rates[name].append(measure())
    return rates


async def of_executor(executor: ExecutorClient, runtime: str, programs: int) -> float:
    """Return how many empty programs a second the executor gets through, some at once."""
    left = iter(range(programs))

    async def work() -> None:
        for _ in left:
            await warm(executor, runtime)

    await asyncio.gather(*(warm(executor, runtime) for _ in range(AT_ONCE)))
    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return programs / (time.perf_counter() - began)


def of_others(subject: Subject) -> float:
    """Return the same of another way of running programs apart, one for each core at once."""
    cores = os.cpu_count() or 1
    began = time.perf_counter()

    def work() -> int:
        done = 0
        while time.perf_counter() - began < OTHERS_SECONDS:
            subject.run()
            done += 1
        return done

    with ThreadPoolExecutor(cores) as pool:
        done = sum(pool.map(lambda _: work(), range(cores)))
    return done / (time.perf_counter() - began)
