"""How a process ends is told while the kernel is still at it."""

import ctypes
import mmap
import os
import platform
import select
import socket
import subprocess
from collections.abc import Iterator

import pytest

from crucible.domain.limits import MIB
from crucible.sandbox import ending, kernel, notification, seccomp


@pytest.fixture
def ending_child() -> Iterator[tuple[int, int]]:
    """A child behind a filter that has ended with 7 and much memory: its process id and its filter's listener."""
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            held = mmap.mmap(-1, 400 * MIB)
            for at in range(0, len(held), 4096):
                held[at] = 1
            kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
            notification.hand_over(there, notification.install(seccomp.build_wall().program))
        finally:
            ctypes.CDLL(None).syscall(231, 7)
    there.close()
    with here:
        listener, said = notification.take_over(here)
    assert listener is not None, said
    yield child, listener.descriptor
    listener.close()


def test_it_is_told_while_the_kernel_is_at_it(ending_child: tuple[int, int]) -> None:
    child, listener = ending_child
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    poll.poll(30_000)
    told = ending.status_of(child)
    assert os.waitpid(child, 0) == (child, 7 << 8)
    early = tuple(map(int, platform.release().split(".")[:2])) >= (6, 11)
    assert told == (7 << 8 if early else None)


def test_of_whom_nothing_is_known_nothing_is_told() -> None:
    assert ending.status_of(os.getpid()) is None  # it goes on
    process = subprocess.Popen(["/bin/true"])
    process.wait()
    assert ending.status_of(process.pid) is None  # there is no such process any more
