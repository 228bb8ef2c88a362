"""What tests leave behind on this host: processes, mounts, control groups, temporary files.

Whatever survives would slow the next run down, or make it pass for the wrong reason.
"""

import contextlib
import ctypes
import os
import re
import signal
import time
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crucible.sandbox import cgroup

CGROUPS = Path("/sys/fs/cgroup")
SETTLING_SECONDS = 5.0
"""How long what was told to end may take to be gone."""
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "prctl(PR_SET_CHILD_SUBREAPER)")


def _children(number: int) -> Iterator[int]:
    """Yield the children of a process, those that its threads started, too."""
    for thread in Path(f"/proc/{number}/task").glob("*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            yield from map(int, (thread / "children").read_text().split())


def orphans(besides: Container[int] = ()) -> dict[int, str]:
    """Return the living children of this process but some: number and command line. The dead are reaped."""
    found: dict[int, str] = {}
    for number in _children(os.getpid()):
        if number not in besides and os.waitpid(number, os.WNOHANG)[0] == 0:
            command = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ")
            found[number] = command.decode(errors="replace").strip()
    return found


def kill_tree(number: int) -> None:
    """Kill a process and what it started."""
    for child in _children(number):
        kill_tree(child)
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def end_orphans() -> None:
    """Kill what is left of the descendants. What the kernel doesn't let go of soon is nobody's to wait for."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while (left := orphans()) and time.monotonic() < deadline:
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.05)


def _mounts() -> set[str]:
    """Return each mount of this namespace."""
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


def _cgroups() -> set[str]:
    """Return each cgroup, of every hierarchy."""
    return {folder for folder, _, _ in os.walk(CGROUPS)}


def _is_deserted(path: str) -> bool:
    """Tell whether a group is an executor's that is gone; one that lives beside the tests is none of theirs."""
    owner = re.search(r"/crucible-(\d+)-", path)
    return owner is not None and not Path(f"/proc/{owner[1]}").exists()


@dataclass(frozen=True)
class Host:
    """What was there before the tests."""

    mounts: set[str] = field(default_factory=_mounts)
    cgroups: set[str] = field(default_factory=_cgroups)

    def _left_now(self, temporaries: Iterable[Path]) -> list[str]:
        found = [f"process {number}: {command}" for number, command in orphans().items()]
        cgroup.find().close()  # groups of executors that were killed are for the next one to remove, as here
        found += [f"mount {path}" for path in _mounts() - self.mounts]
        found += [f"cgroup {path}" for path in _cgroups() - self.cgroups if _is_deserted(path)]
        found += [f"temporary {path}" for folder in temporaries for path in folder.iterdir()]
        return sorted(found)

    def leftovers(self, temporaries: Iterable[Path]) -> list[str]:
        """Return in words what is there now and was not, once it had time to go, and what `temporaries` hold."""
        folders = list(temporaries)
        deadline = time.monotonic() + SETTLING_SECONDS
        while (left := self._left_now(folders)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left
