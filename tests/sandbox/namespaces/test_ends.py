"""An end that is told before the kernel is done with it is told as it is."""

import platform

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left"),
    on_engine("namespaces"),
]

LARGE = "held = bytearray(200 << 20)\nimport os\nfor at in range(0, len(held), 4096): held[at] = 1\n"
"""What makes the kernel take long to take a program apart."""
RAW = """
import ctypes, threading, time
syscall = ctypes.CDLL(None).syscall
def turn():
    while True: pass
"""
ENDS = {
    "as usual": ("raise SystemExit(7)", 7),
    "by the call that ends all threads": (f"{RAW}syscall(231, 7)", 7),
    "by the call that ends one thread, the only one": (f"{RAW}syscall(60, 7)", 7),
    "after the first thread, by another": (
        f"{RAW}threading.Thread(target=lambda: (time.sleep(0.2), syscall(231, 7))).start()\nsyscall(60, 3)",
        7,
    ),
    "while other threads run": (
        f"{RAW}for _ in range(3): threading.Thread(target=turn).start()\nsyscall(231, 7)",
        7,
    ),
    "out of sight of whoever may not trace it": (
        f"{RAW}ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\nsyscall(231, 7)",
        7,
    ),
    "by a signal": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    "by its own mistake": (f"{RAW}ctypes.string_at(0)", "SIGSEGV"),
}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the calls are made by their numbers there")
@pytest.mark.parametrize("how", ENDS)
async def test_however_a_program_ends(sandboxes: Sandboxes, how: str) -> None:
    code, expected = ENDS[how]
    for text in (code, LARGE + code):
        ran = await sandboxes.run(text, memory_bytes=512 * MIB)
        assert expected in {ran.finished.exit_code, ran.finished.signal}, ran


async def test_what_it_said_last_is_heard_to_the_end(sandboxes: Sandboxes) -> None:
    for length in (1, 4096, 65_536, 300_000):
        ran = await sandboxes.run(f"{LARGE}os.write(2, b'!')\nos.write(1, b'x' * {length})\nos._exit(0)")
        assert (ran.output("stderr"), len(ran.output())) == (b"!", length)


async def test_what_it_left_running_is_not_taken_for_its_end(sandboxes: Sandboxes) -> None:
    """A child that outlives it is killed before what it writes is collected, and writes nothing after."""
    ran = await sandboxes.run(
        "import os\n"
        "read, write = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    number = 0\n"
        "    while True:\n"
        "        number += 1\n"
        "        open('written', 'w').write(str(number))\n"
        "        os.write(write, b'.') if number < 100 else None\n"
        "os.read(read, 1)\n"
        "os._exit(5)\n"
    )
    assert ran.finished.exit_code == 5
    assert "written" in ran.files


async def test_a_program_that_never_started_is_our_fault(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("#!/bin/sh\n", "sh", argv=("x" * 200_000,))
    assert ran.finished.outcome is Outcome.SANDBOX_ERROR
    assert "Argument list too long" in str(ran.finished.error)
