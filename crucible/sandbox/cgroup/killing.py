"""Killing what is in a control group, and nobody else.

Where the kernel doesn't do that at once, each process is killed by a hold on it: its number may be another's by
the time that a signal is sent. So the hold is taken first, and then the group is asked again who is in it.
"""

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from typing import Final

from crucible.sandbox.cgroup import files

_FEW: Final = 64
"""Each takes a descriptor, and all of them one look at who is in the group."""


def kill(folder: str) -> None:
    """Kill whoever is in a group now. Raises OSError where there is no such group."""
    if not kill_at_once(folder):
        for some in few(members(folder)):
            kill_some(some, folder)


def kill_at_once(folder: str) -> bool:
    """Have the kernel kill all of a group; False where it can't: version 1, and Linux before 5.14."""
    at_once = f"{folder}/cgroup.kill"
    if not os.path.exists(at_once):
        return False
    files.write(at_once, "1")
    return True


def members(folder: str) -> set[int]:
    """Return who is in a group. Raises OSError where there is none."""
    return {int(pid) for pid in files.read(f"{folder}/cgroup.procs").split()}


def few(pids: Iterable[int]) -> Iterator[list[int]]:
    """Yield as many of them at a time as are to be killed with one `kill_some`."""
    left = sorted(pids)
    for first in range(0, len(left), _FEW):
        yield left[first : first + _FEW]


def kill_some(pids: Iterable[int], folder: str) -> None:
    """Kill those of them that are in a group, and whose number has not become another's."""
    with contextlib.ExitStack() as held:
        handles: dict[int, int] = {}
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                handles[pid] = os.pidfd_open(pid)
                held.callback(os.close, handles[pid])
        for pid in handles.keys() & members(folder):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handles[pid], signal.SIGKILL)
