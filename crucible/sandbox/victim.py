"""Whom the kernel ends first when memory is spent: the program, before the processes that report on it."""

from __future__ import annotations

import os
from typing import Final

from crucible.sandbox import kernel

FIRST: Final = 1000
"""What its out-of-memory killer adds to a process that it should choose before any other."""


def be_the_first(processes: int) -> None:
    """Have this process be chosen, by a /proc that can be told so. Leaves it dumpable. Raises OSError."""
    kernel.prctl(kernel.Prctl.SET_DUMPABLE, 1)  # else /proc/self belongs to host root
    descriptor = os.open("self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=processes)
    try:
        os.write(descriptor, b"%d" % FIRST)
    finally:
        os.close(descriptor)
