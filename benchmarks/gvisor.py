"""An empty program behind gVisor's own kernel: in a container that stands, and in one that is made for it."""

import asyncio
import time

from benchmarks.programs import cold, warm
from benchmarks.report import Row
from benchmarks.timing import Subject, Timed, in_rounds
from crucible.domain.errors import SandboxUnavailableError
from crucible.executor.client import ExecutorClient
from crucible.sandbox.container_tools import GVISOR
from crucible.sandbox.oci.driver import OciDriver
from crucible.sandbox.runtimes.runtime import Runtime

ROUNDS = 20
WARM = "gVisor, from the warm pool"
COLD = "gVisor, a container made for the program"
LONGEST_WARM_SECONDS = 0.020
SHORTEST_COLD_SECONDS = 0.200
_REFILLS = 2.0
"""How many times as long as making a container takes the pool is left alone, so that one stands for sure."""


def measure(
    runner: asyncio.Runner, executor: ExecutorClient, runtime: Runtime
) -> tuple[list[Row], dict[str, Timed]]:
    """Time both in turn, or say why there is no gVisor here."""
    try:
        driver = runner.run(OciDriver.open(GVISOR, spares=0))
    except SandboxUnavailableError as error:
        return [Row(WARM, error.detail)], {}
    try:
        timed = in_rounds(
            [Subject(COLD, lambda: runner.run(cold(driver, runtime))), *_warm(runner, executor, runtime)], ROUNDS
        )
    finally:
        runner.run(driver.close())
    return rows(timed[WARM], timed[COLD]), timed


def _warm(runner: asyncio.Runner, executor: ExecutorClient, runtime: Runtime) -> list[Subject]:
    """Return the run from the pool, and what has to pass before it: the time in which a container is made."""
    name = runtime.report.name
    began = time.perf_counter()
    runner.run(warm(executor, name, engine=GVISOR.engine))  # this one opens the engine, too
    refill = _REFILLS * (time.perf_counter() - began)
    return [
        Subject("refill", lambda: time.sleep(refill)),
        Subject(WARM, lambda: runner.run(warm(executor, name, engine=GVISOR.engine))),
    ]


def rows(warm: Timed, cold: Timed) -> list[Row]:
    """Return the rows. On a machine where a cold start is quicker, a warm one has to be so many times quicker."""
    fast, slow = warm.percentile(50), cold.percentile(50)
    is_slow = slow > SHORTEST_COLD_SECONDS
    bound = LONGEST_WARM_SECONDS if is_slow else slow * LONGEST_WARM_SECONDS / SHORTEST_COLD_SECONDS
    why = f", as cold takes > {SHORTEST_COLD_SECONDS * 1000:.0f}" if is_slow else ""
    return [
        Row(COLD, measured=_milliseconds(cold)),
        Row(
            WARM,
            measured=_milliseconds(warm),
            target=f"p50 ≤ {bound * 1000:.0f} ms{why}",
            reached=fast <= bound,
        ),
    ]


def _milliseconds(timed: Timed) -> str:
    return f"{timed.percentile(50) * 1000:.1f} / {timed.percentile(99) * 1000:.1f} ms"
