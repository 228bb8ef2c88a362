"""Measure everything in one run: `python -m benchmarks`, or `make bench`."""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import httpx2
from rich.console import Console
from rich.progress import Progress

from benchmarks import alive, others, throughput
from benchmarks.memory import process_tree, resident_bytes
from benchmarks.programs import (
    BARE,
    WrongResultError,
    bare,
    cold,
    has_numpy,
    interpreter_of,
    post_once,
    quickest_python,
    warm,
)
from benchmarks.report import Report, Row, show, timed_row, write_markdown
from benchmarks.server import Server, started
from benchmarks.timing import Subject, Timed, in_rounds
from crucible.executor.client import ExecutorClient
from crucible.sandbox.namespaces.driver import NamespacesDriver
from crucible.sandbox.runtimes import discover

ROOT = Path(__file__).resolve().parent.parent
COLD = "cold sandbox, made for the program"
WARM = "warm sandbox, through the executor"
POST = "POST with wait, to the result"
BATCHES = 3
REPORT_WIDTH = 110
SETTLING_SECONDS = 2.0
"""How long the server is left alone before its memory is looked at."""
NUMPY = "bare Python that imports numpy"
WARM_NUMPY = "the same, warm, through the executor"
TARGETS = {WARM: (0.5, 1.5), POST: (1.0, None)}
LARGEST_NUMPY_RATIO = 0.05
LARGEST_IDLE_BYTES = 250_000_000
SMALLEST_RATE = 80.0
SMALLEST_THROUGHPUT = 150.0
TIMES_FASTER = {"bwrap": 3.0, "runc": 10.0, "docker run": 60.0}
PROGRAMS = 600
LARGEST_WAITING_BYTES = 1_000_000
LONGEST_START_SECONDS = 3.0


@contextmanager
def connected(runner: asyncio.Runner, server: Server) -> Iterator[ExecutorClient]:
    """Yield a connection to the server's own executor."""
    executor = runner.run(ExecutorClient.connect(server.data / "executor.sock"))
    try:
        yield executor
    finally:
        runner.run(executor.close())


@contextmanager
def alone(runner: asyncio.Runner) -> Iterator[NamespacesDriver]:
    """Yield a driver of our own, which keeps no sandbox ready."""
    driver = runner.run(NamespacesDriver.open(spares=0))
    try:
        yield driver
    finally:
        runner.run(driver.close())


def beside(interpreter: Path, stack: ExitStack) -> tuple[list[Subject], list[Row]]:
    """Return what else is installed for running programs apart, and a row for what is not."""
    subjects: list[Subject] = []
    absent: list[Row] = []
    for name, other in (("bwrap", others.bubblewrap), ("runc", others.runc), ("docker run", others.docker)):
        try:
            subjects.append(stack.enter_context(other(interpreter)))
        except others.UnavailableError as error:
            absent.append(Row(name, str(error)))
    return subjects, absent


def one_by_one(
    server: Server, http: httpx2.Client, runtime: str, rounds: int, console: Console
) -> tuple[list[Row], dict[str, Timed]]:
    """Time single runs against each other, and then many at once."""
    interpreter = interpreter_of(http, runtime)
    console.print(f"comparing with {interpreter}")
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        executor = stack.enter_context(connected(runner, server))
        driver = stack.enter_context(alone(runner))
        found_here = runner.run(discover()).get(runtime)
        if found_here is None:
            raise WrongResultError(f"the server has {runtime}, and this process doesn't find it")
        found, absent = beside(interpreter, stack)
        subjects = [
            Subject(BARE, partial(bare, interpreter)),
            Subject(COLD, lambda: runner.run(cold(driver, found_here))),
            Subject(WARM, lambda: runner.run(warm(executor, runtime))),
            Subject(POST, partial(post_once, http, runtime)),
            *found,
        ]
        progress = stack.enter_context(Progress(console=console, transient=True))
        task = progress.add_task("one by one", total=rounds)
        timed = in_rounds(subjects, rounds, on_round=lambda done: progress.update(task, completed=done))
        progress.stop()
        console.print("many at once")
        rate = runner.run(throughput.of_executor(executor, runtime, PROGRAMS))
        others_rates = {one.name: throughput.of_others(one) for one in found}
        waiting = runner.run(alive.at_once(executor, executor_of(server), runtime, alive.SANDBOXES))
    rows = [timed_row(timed[subject.name], timed[BARE], *TARGETS.get(subject.name, ())) for subject in subjects]
    return [*rows, *absent, *at_once(rate, others_rates, waiting)], timed


def executor_of(server: Server) -> int:
    """Return the process id of the server's executor."""
    for process in process_tree(server.process):
        if b"executor" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0"):
            return process
    raise WrongResultError("the server has no executor")


def at_once(rate: float, others_rates: dict[str, float], waiting_bytes: float | None) -> list[Row]:
    """Return the rows of what runs with every core busy, and of many sandboxes at once."""
    rows = [
        Row(
            "programs through the executor, all cores",
            measured=f"{rate:.0f} a second",
            target=f"≥ {SMALLEST_THROUGHPUT:.0f} a second",
            reached=rate >= SMALLEST_THROUGHPUT,
        )
    ]
    for name, other in others_rates.items():
        times = TIMES_FASTER[name]
        rows.append(
            Row(
                f"{name}, all cores",
                measured=f"{other:.1f} a second",
                target=f"ours ≥ {times:.0f} times, is {rate / other:.1f}",
                reached=rate / other >= times,
            )
        )
    held = f"memory of each of {alive.SANDBOXES} sandboxes alive at once"
    rows.append(
        Row(
            held,
            measured="not all stood" if waiting_bytes is None else f"{waiting_bytes / 1e6:.2f} MB",
            target=f"≤ {LARGEST_WAITING_BYTES / 1e6:.0f} MB",
            reached=waiting_bytes is not None and waiting_bytes <= LARGEST_WAITING_BYTES,
        )
    )
    return rows


def with_numpy(server: Server, rounds: int, console: Console) -> tuple[list[Row], dict[str, Timed]]:
    """Time programs that import numpy, on a Python of this host that has it."""
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        executor = stack.enter_context(connected(runner, server))
        runtime = next(filter(has_numpy, runner.run(discover())), None)
        if runtime is None:
            return [Row(WARM_NUMPY, "no Python here has numpy")], {}
        console.print(f"numpy in {runtime.interpreter}")
        name, interpreter = runtime.report.name, Path(runtime.interpreter)
        subjects = [
            Subject(NUMPY, partial(bare, interpreter, "import numpy")),
            Subject(WARM_NUMPY, lambda: runner.run(warm(executor, name, "import numpy"))),
        ]
        timed = in_rounds(subjects, rounds)
    return [
        timed_row(timed[NUMPY], timed[NUMPY]),
        timed_row(timed[WARM_NUMPY], timed[NUMPY], LARGEST_NUMPY_RATIO),
    ], timed


def human_eval(server: Server, runtime: str) -> float:
    """Return how many durable evaluations a second the HumanEval example got through."""
    command = [sys.executable, "examples/humaneval/run.py", "--json", "--url", server.url, "--runtime", runtime]
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rate: float = json.loads(ended.stdout)["per_second"]
    return rate


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
        rows, timed = one_by_one(server, http, runtime, rounds, console)
        numpy_rows, numpy_timed = with_numpy(server, max(rounds // 4, 1), console)
        rate = median(human_eval(server, runtime) for _ in range(BATCHES))
    host = f"{os.cpu_count()} cores, Linux {platform.release()}, {runtime}"
    return Report(
        host=f"{host}; p50 / p99 of {rounds} rounds that run everything in turn; median of {BATCHES} batches",
        rows=(*rows, *numpy_rows, *totals(rate, timed[BARE].percentile(50), idle, server.start_seconds)),
        figures={
            "seconds": {
                name: {"p50": t.percentile(50), "p99": t.percentile(99)}
                for name, t in (timed | numpy_timed).items()
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
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write the table there, or between its marks"
    )
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else REPORT_WIDTH)
    report = measure(options.runtime, options.rounds, console)
    show(report, console)
    if options.json:
        options.json.write_text(json.dumps(report.figures, indent=2) + "\n")
    if options.markdown:
        write_markdown(report, options.markdown)
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
