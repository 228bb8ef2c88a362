"""Attacks that try to use up the machine, or to be there after their end."""

import asyncio
import time

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Promise
from tests.sandbox.fixtures import Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]


async def test_a_double_forked_daemon_dies_with_its_sandbox(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os, signal, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
for number in set(signal.valid_signals()) - {9, 19}: signal.signal(number, signal.SIG_IGN)
while True: time.sleep(0.1)
"""
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED


async def test_the_limit_on_open_files_holds(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "files = []\ntry:\n    while True: files.append(open('/dev/null'))\nexcept OSError as error: print(error.errno)",
        open_files=64,
    )
    assert ran.text == "24\n"


async def test_threads_count_as_processes(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import threading, time
made = 0
try:
    while True: threading.Thread(target=time.sleep, args=(5,), daemon=True).start(); made += 1
except RuntimeError: print(made)
""",
        processes=20,
    )
    assert int(ran.text) < 20


async def test_shared_memory_counts(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import mmap
view = mmap.mmap(-1, 1 << 30)
for start in range(0, 1 << 30, 4096): view[start] = 1
""",
        memory_bytes=64 * MIB,
    )
    assert ran.finished.outcome is Outcome.MEMORY_EXCEEDED


async def test_pipe_buffers_count_as_memory_or_are_bounded(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os
pipes = []
try:
    while True:
        pipes.append(os.pipe()); os.set_blocking(pipes[-1][1], False)
        try:
            while True: os.write(pipes[-1][1], b'x' * 65536)
        except BlockingIOError: pass
except OSError as error: print(error.errno)
""",
        memory_bytes=64 * MIB,
    )
    assert ran.finished.outcome is Outcome.MEMORY_EXCEEDED or ran.text == "24\n"
    assert ran.finished.peak_memory_bytes <= 64 * MIB


async def test_a_file_larger_than_the_disk_limit_raises_a_signal_or_an_error(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "int main(void) { extern int ftruncate(int, long), open(const char *, int, int);"
        ' return ftruncate(open("big", 0101, 0600), 1L << 40); }',
        "c",
        disk_bytes=1 * MIB,
    )
    assert (ran.finished.outcome, ran.finished.signal) == (Outcome.DISK_EXCEEDED, "SIGXFSZ")


async def test_a_flood_on_both_streams_is_cut_at_once(sandboxes: Sandboxes) -> None:
    began = time.monotonic()
    ran = await sandboxes.run("yes & yes >&2; wait", "bash", wall_seconds=60)
    assert ran.finished.outcome is Outcome.OUTPUT_EXCEEDED
    assert time.monotonic() - began < 30  # an order of magnitude below the limit on wall time, not a measurement


async def test_no_core_is_dumped(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("ulimit -c unlimited; bash -c 'kill -SEGV $$'; ls -a /workspace", "bash")
    assert "core" not in ran.text


@pytest.mark.promise(Promise.PRIORITY_FIXED)
async def test_priority_can_not_be_raised(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os
for attempt in (lambda: os.nice(-5)), (lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))):
    try: attempt(); print('RAISED')
    except OSError: print('refused')
"""
    )
    assert ran.text == "refused\nrefused\n"


@pytest.mark.promise(Promise.FIRST_VICTIM)
async def test_it_can_not_spare_itself_from_the_memory_killer(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
print(open('/proc/self/oom_score_adj').read().strip())
try: open('/proc/self/oom_score_adj', 'w').write('-1000'); print('SPARED')
except OSError: print('refused')
"""
    )
    assert ran.text == "1000\nrefused\n"


async def test_many_hostile_sandboxes_at_once_leave_a_neighbour_alone(sandboxes: Sandboxes) -> None:
    hostile = [
        sandboxes.run("while True: pass", wall_seconds=1.5),
        sandboxes.run(
            "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", wall_seconds=1.5, processes=16
        ),
        sandboxes.run("b = []\nwhile True: b.append(bytearray(b'x' * (1 << 20)))", memory_bytes=32 * MIB),
        sandboxes.run("yes", "bash"),
    ]
    neighbour = sandboxes.run("print(sum(range(10 ** 6)))")
    *_, ran = await asyncio.gather(*hostile, neighbour)
    assert ran.text == "499999500000\n"
