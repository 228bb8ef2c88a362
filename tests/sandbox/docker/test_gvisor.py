"""Docker with gVisor as its runtime: what each does is tested elsewhere, that they fit is tested here."""

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation, SandboxStarted
from tests.sandbox import test_conformance as claims
from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    on_engine("docker-gvisor"),
    pytest.mark.usefixtures("nothing_left"),
]

test_usage = claims.test_usage_is_sampled_at_least_four_times_a_second_and_counts_threads


async def test_a_program_meets_another_kernel_and_its_result_says_so(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, sys; open('made', 'w').write('x'); print(os.uname().release, os.getuid(), sys.stdin.read())",
        stdin=b"in",
    )
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, "4.4.0 1000 in\n")
    assert ran.files == {"made": b"x"}
    started = ran.events[0]
    assert isinstance(started, SandboxStarted)
    assert started.containment.isolation is Isolation.USER_SPACE_KERNEL
    assert started.containment.kernel == "gVisor, as Linux 4.4.0"


async def test_limits_that_gvisors_kernel_does_not_know_hold_all_the_same(sandboxes: Sandboxes) -> None:
    hog = await sandboxes.run("block = b'x' * (1 << 30)", memory_bytes=64 * MIB, wall_seconds=60)
    assert hog.finished.outcome is Outcome.MEMORY_EXCEEDED
    forks = await sandboxes.run(
        "import os, time\nmade = 0\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(60)\n    made += 1\n"
        "except BlockingIOError: print(made)",
        processes=8,
        wall_seconds=60,
    )
    assert forks.text == "7\n"
    files = await sandboxes.run("for i in range(10 ** 6): open(f'{i}', 'w')", disk_bytes=4 * MIB, wall_seconds=60)
    assert files.finished.outcome is Outcome.DISK_EXCEEDED


async def test_a_program_that_ends_for_none_of_its_own_reasons_is_timed_out(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import time\nwhile True: time.sleep(1)", wall_seconds=3)
    assert ran.finished.outcome is Outcome.TIMED_OUT
