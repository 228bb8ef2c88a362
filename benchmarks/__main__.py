"""Measure everything in one run: `python -m benchmarks`, or `make bench`."""

import argparse
import asyncio
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import httpx2
from rich.console import Console

from benchmarks import alive, flood, gvisor, humaneval, singles
from benchmarks.memory import executor_of, process_tree, resident_bytes
from benchmarks.programs import BARE, WrongResultError, quickest_python
from benchmarks.report import Report, Row, add_options, conclude, wide_console
from benchmarks.server import Server, started
from benchmarks.timing import Timed
from crucible.executor.client import ExecutorClient
from crucible.sandbox.runtimes.on_host import discover

BATCHES = 3
SETTLING_SECONDS = 2.0
"""How long the server is left alone before its memory is looked at."""
LARGEST_IDLE_BYTES = 250_000_000
SMALLEST_RATE = 80.0
LONGEST_START_SECONDS = 3.0


@contextmanager
def connected(runner: asyncio.Runner, server: Server) -> Iterator[ExecutorClient]:
    """Yield a connection to the server's own executor."""
    executor = runner.run(ExecutorClient.connect(server.data / "executor.sock"))
    try:
        yield executor
    finally:
        runner.run(executor.close())


def in_sandboxes(
    server: Server, http: httpx2.Client, name: str, rounds: int, console: Console
) -> tuple[list[Row], dict[str, Timed]]:
    """Measure everything that the executor alone answers for, and what is beside it."""
    process = executor_of(server.process)
    rows: list[Row] = []
    timed: dict[str, Timed] = {}

    def note(found: singles.Found) -> None:
        rows.extend(found[0])
        timed.update(found[1])

    with asyncio.Runner() as runner, connected(runner, server) as executor:
        runtime = runner.run(discover()).get(name)
        if runtime is None:
            raise WrongResultError(f"the server has {name}, and this process doesn't find it")
        note(singles.measure(runner, executor, http, runtime, rounds=rounds, console=console))
        note(singles.with_numpy(runner, executor, max(rounds // 4, 1), console))
        console.print("gVisor")
        note(gvisor.measure(runner, executor, runtime))
        console.print("floods of output")
        note(runner.run(flood.measure(executor, process, name)))
        console.print(f"{alive.SANDBOXES:,} programs alive at once")
        rows.extend(runner.run(alive.measure(executor, process, name)))
    return rows, timed


def totals(rate: float, bare_seconds: float, idle_bytes: int, start_seconds: float) -> tuple[Row, ...]:
    """Return the rows of what is measured once. A batch's ratio is of processor-seconds for each evaluation."""
    cores = os.cpu_count() or 1
    return (
        Row(
            "HumanEval batch, durable",
            measured=f"{rate:.0f} a second",
            ratio=f"{cores / rate / bare_seconds:.2f}",
            target=f"≥ {SMALLEST_RATE:.0f} a second",
            reached=rate >= SMALLEST_RATE,
        ),
        Row(
            "idle `crucible up`, all processes",
            measured=f"{idle_bytes / 1e6:.0f} MB",
            target=f"≤ {LARGEST_IDLE_BYTES / 1e6:.0f} MB",
            reached=idle_bytes <= LARGEST_IDLE_BYTES,
        ),
        Row(
            "start of `crucible up` until ready",
            measured=f"{start_seconds:.2f} s",
            target=f"≤ {LONGEST_START_SECONDS:.0f} s",
            reached=start_seconds <= LONGEST_START_SECONDS,
        ),
    )


def measure(asked_runtime: str | None, rounds: int, console: Console) -> Report:
    """Start a server, measure everything, end it."""
    with started() as server, httpx2.Client(base_url=server.url, timeout=60) as http:
        time.sleep(SETTLING_SECONDS)
        idle = sum(map(resident_bytes, process_tree(server.process)))
        runtime = asked_runtime or quickest_python(http)
        rows, timed = in_sandboxes(server, http, runtime, rounds, console)
        console.print("HumanEval")
        rate = median(humaneval.rate(server.url, runtime) for _ in range(BATCHES))
    host = f"{os.cpu_count()} cores, Linux {platform.release()}, {runtime}"
    return Report(
        host=f"{host}; p50 / p99 of {rounds} rounds that run everything in turn; median of {BATCHES} batches",
        rows=(*rows, *totals(rate, timed[BARE].percentile(50), idle, server.start_seconds)),
        figures={
            "seconds": {
                name: {"p50": t.percentile(50), "p99": t.percentile(99)} for name, t in timed.items() if t.seconds
            },
            "evaluations_per_second": rate,
            "idle_bytes": idle,
            "start_seconds": server.start_seconds,
        },
    )


def main() -> int:
    """Measure, print, and return the exit code: 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="how often each single run is timed")
    parser.add_argument(
        "--runtime", help="which Python is compared with itself; else the one that starts quickest"
    )
    add_options(parser)
    options = parser.parse_args()
    console = wide_console()
    report = measure(options.runtime, options.rounds, console)
    return conclude(report, console, options)


if __name__ == "__main__":
    sys.exit(main())
