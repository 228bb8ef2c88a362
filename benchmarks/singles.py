"""One empty program at a time, in each of the ways there are; and then as many as the processors take."""

import asyncio
from contextlib import ExitStack, closing
from functools import partial
from http.client import HTTPConnection
from operator import truediv
from pathlib import Path
from statistics import median

import httpx2
from rich.console import Console
from rich.progress import Progress

from benchmarks import others, throughput
from benchmarks.programs import BARE, bare, cold, has_numpy, interpreter_of, post_plainly, warm
from benchmarks.report import Row, timed_row
from benchmarks.timing import Subject, Timed, in_rounds
from crucible.executor.client import ExecutorClient
from crucible.sandbox.namespaces.driver import NamespacesDriver
from crucible.sandbox.runtimes.on_host import discover
from crucible.sandbox.runtimes.runtime import Runtime

COLD = "cold sandbox, made for the program"
WARM = "warm sandbox, through the executor"
POST = "POST with wait, to the result"
NUMPY = "bare Python that imports numpy"
WARM_NUMPY = "the same, warm, through the executor"
TARGETS = {WARM: (0.5, 1.5), POST: (1.0, None)}
LARGEST_NUMPY_RATIO = 0.05
SMALLEST_THROUGHPUT = 150.0
TIMES_FASTER = {"bwrap": 3.0, "runc": 10.0, "docker run": 60.0}
OURS = "programs through the executor, all cores"
PROGRAMS = 400
"""In each turn."""
Found = tuple[list[Row], dict[str, Timed]]


def measure(
    runner: asyncio.Runner,
    executor: ExecutorClient,
    http: httpx2.Client,
    runtime: Runtime,
    *,
    rounds: int,
    console: Console,
) -> Found:
    """Time single runs against each other, and then many at once."""
    name = runtime.report.name
    interpreter = interpreter_of(http, name)
    console.print(f"one by one, beside {interpreter}")
    with ExitStack() as stack:
        driver = runner.run(NamespacesDriver.open(spares=0))
        stack.callback(lambda: runner.run(driver.close()))
        connection = stack.enter_context(
            closing(HTTPConnection(http.base_url.host, http.base_url.port, timeout=60))
        )
        found, absent = _beside(interpreter, stack)
        subjects = [
            Subject(BARE, partial(bare, interpreter)),
            Subject(COLD, lambda: runner.run(cold(driver, runtime))),
            Subject(WARM, lambda: runner.run(warm(executor, name))),
            Subject(POST, partial(post_plainly, connection, name)),
            *found,
        ]
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("one by one", total=rounds)
            timed = in_rounds(subjects, rounds, on_round=lambda done: progress.update(task, completed=done))
        console.print("as many as the processors take")
        rates = throughput.in_turns(
            {OURS: lambda: runner.run(throughput.of_executor(executor, name, PROGRAMS))}
            | {one.name: partial(throughput.of_others, one) for one in found}
        )
    rows = [timed_row(timed[subject.name], timed[BARE], *TARGETS.get(subject.name, ())) for subject in subjects]
    return [*rows, *absent, *throughput_rows(rates)], timed


def _beside(interpreter: Path, stack: ExitStack) -> tuple[list[Subject], list[Row]]:
    """Return what else is installed for running programs apart, and a row for what is not."""
    subjects: list[Subject] = []
    absent: list[Row] = []
    for name, other in (("bwrap", others.bubblewrap), ("runc", others.runc), ("docker run", others.docker)):
        try:
            subjects.extend(stack.enter_context(other(interpreter)))
        except others.UnavailableError as error:
            absent.append(Row(name, str(error)))
    return subjects, absent


def throughput_rows(rates: dict[str, list[float]]) -> list[Row]:
    """Return the rows of what runs with every core busy, of which each turn's are compared with each other."""
    ours = rates.pop(OURS)
    rows = [
        Row(
            OURS,
            measured=f"{median(ours):.0f} a second",
            target=f"≥ {SMALLEST_THROUGHPUT:.0f} a second",
            reached=median(ours) >= SMALLEST_THROUGHPUT,
        )
    ]
    for name, others_rates in rates.items():
        times, due = median(map(truediv, ours, others_rates)), TIMES_FASTER.get(name)
        rows.append(
            Row(
                f"{name}, all cores",
                measured=f"{median(others_rates):.1f} a second",
                target=f"ours is {times:.1f} times" if due is None else f"ours ≥ {due:.0f} times, is {times:.1f}",
                reached=None if due is None else times >= due,
            )
        )
    return rows


def with_numpy(runner: asyncio.Runner, executor: ExecutorClient, rounds: int, console: Console) -> Found:
    """Time programs that import numpy, on a Python of this host that has it."""
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
