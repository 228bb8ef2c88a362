"""Each limit that a control group enforces, with time enough for an emulated processor.

`make test-cgroup2` runs these in a virtual machine that has cgroup v2; an ordinary run has them on what is there.
"""

import asyncio

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxOutput
from crucible.sandbox import counted
from tests.sandbox.fixtures import Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("nothing_left")]


async def test_memory(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("block = b'x' * (1 << 30)", memory_bytes=64 * MIB, wall_seconds=60)
    assert ran.finished.outcome is Outcome.MEMORY_EXCEEDED
    assert 32 * MIB < ran.finished.peak_memory_bytes < 65 * MIB  # the kernel may charge pages of its own past it


async def test_memory_of_all_processes_together(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, time\nos.fork(); os.fork()\nblock = b'x' * (30 << 20)\ntime.sleep(30)",
        memory_bytes=64 * MIB,
        wall_seconds=60,
    )
    assert ran.finished.outcome is Outcome.MEMORY_EXCEEDED


async def test_inotify_instances_of_which_a_user_of_the_host_has_few(sandboxes: Sandboxes) -> None:
    """A second sandbox has as many while a first holds all that it may."""
    if sandboxes.has_a_kernel_of_its_own:
        pytest.skip("they are another kernel's")
    take = (
        "import ctypes, time\ntaken, libc = 0, ctypes.CDLL(None)\nwhile libc.inotify_init1(0) >= 0: taken += 1\n"
    )
    holds, enough = asyncio.Event(), asyncio.Event()

    def listen(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            holds.set()

    hold = f"{take}print(taken, flush=True)\ntime.sleep(600)"
    first = asyncio.create_task(sandboxes.run(hold, on_event=listen, cancelled=enough, wall_seconds=600))
    first.add_done_callback(lambda _: holds.set())
    await holds.wait()
    second = await sandboxes.run(f"{take}print(taken)", wall_seconds=60)
    enough.set()
    of_first, of_second = int((await first).text), int(second.text)
    assert of_first == of_second > 0
    if sandboxes.driver.report().driver != "docker":  # whose user is in no namespace that could have a bound
        assert of_first == counted.BOUNDS["max_inotify_instances"]


async def test_processes(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, time\nmade = 0\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(60)\n    made += 1\n"
        "except BlockingIOError: print(made)",
        processes=8,
        wall_seconds=60,
    )
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, "7\n")


async def test_processor_time(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("while True: pass", cpu_seconds=2, wall_seconds=60)
    assert ran.finished.outcome is Outcome.CPU_EXCEEDED
    assert 2 <= ran.finished.cpu_seconds < 10


async def test_the_share_of_a_processor(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("while True: pass", cpus=0.25, wall_seconds=8)
    assert ran.finished.outcome is Outcome.TIMED_OUT
    assert ran.finished.cpu_seconds < 0.5 * ran.finished.wall_seconds


async def test_wall_time_and_nothing_left_of_a_tree_of_processes(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, signal, time\nfor _ in range(3): os.fork()\nif os.fork() == 0: os.setsid()\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)",
        wall_seconds=6,
    )
    assert ran.finished.outcome is Outcome.TIMED_OUT


async def test_usage_is_sampled_and_counted(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import time\nblock = b'x' * (20 << 20)\nfor _ in range(10 ** 6): pass\ntime.sleep(1)", wall_seconds=60
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.finished.cpu_seconds > 0
    assert ran.finished.peak_memory_bytes > 20 * MIB
    assert max(sample.memory_bytes for sample in ran.samples) > 20 * MIB


async def test_a_neighbour_of_a_fork_bomb_and_a_memory_hog(sandboxes: Sandboxes) -> None:
    bomb = sandboxes.run("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", wall_seconds=6)
    hog = sandboxes.run("b = []\nwhile True: b.append(b'x' * (1 << 20))", memory_bytes=32 * MIB, wall_seconds=60)
    neighbour = sandboxes.run("print(sum(range(10 ** 5)))", wall_seconds=60)
    _, _, ran = await asyncio.gather(bomb, hog, neighbour)
    assert ran.text == "4999950000\n"
