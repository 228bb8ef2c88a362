"""Which processes came of which order, where the kernel that they are of is the container's own.

The host's control groups hold gVisor's kernel as a whole. It has groups itself, of version 1, but none that bounds
what is in those below it. So two hierarchies share the work that one does on the host (see `tracking`): in one,
all programs are in one group, which bounds how many there are; in the other, each order has a group of its own.
No session shows either, and mounting is refused to programs.
"""

import contextlib
import errno
import os
import signal
import time

from crucible.sandbox import kernel

_SCRATCH = "/.scratch"
"""An empty folder of the read-only root."""
_COUNTING, _TRACKING = "pids", "cpuacct"
_PASSES = 500
_PAUSE_SECONDS = 0.002


class Groups:
    """Process 1's hold on them. Made before the session's root is, in a mount namespace of process 1's own."""

    def __init__(self, processes: int) -> None:
        """Make them for at most so many processes. Raises OSError."""
        self._most = processes
        self._counting = _hierarchy(_COUNTING)
        self._tracking = _hierarchy(_TRACKING)
        for name, most in (("session", processes), ("dying", 0)):
            os.mkdir(name, dir_fd=self._counting)
            self._write(self._counting, f"{name}/pids.max", str(most))
        self._begun: set[int] = set()
        """The orders of which something may still run."""

    def open_doors(self, number: int) -> list[int]:
        """Return descriptors: whoever writes 0 to each is counted, and came of this order.

        Raises OSError; EAGAIN where there are as many processes as there may be.
        """
        self._sweep()
        if self.processes() >= self._most:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        os.mkdir(str(number), dir_fd=self._tracking)
        self._begun.add(number)
        return [
            os.open("session/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC, dir_fd=self._counting),
            os.open(f"{number}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC, dir_fd=self._tracking),
        ]

    def processes(self) -> int:
        """Return how many processes and threads there are of programs."""
        return sum(int(self._read(self._counting, f"{name}/pids.current")) for name in ("session", "dying"))

    def kill(self, number: int) -> None:
        """Kill all that came of an order, and return when it is dead. What is about to die can't fork any more."""
        if number not in self._begun:
            return
        for _ in range(_PASSES):
            members = self._read(self._tracking, f"{number}/cgroup.procs").split()
            if not members:
                return
            for member in members:
                with contextlib.suppress(OSError):  # it has ended, or is being born, and is found again then
                    self._write(self._counting, "dying/cgroup.procs", member)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(member), signal.SIGKILL)
            time.sleep(_PAUSE_SECONDS)

    def _sweep(self) -> None:
        """Remove the groups in which nothing is left."""
        for number in list(self._begun):
            with contextlib.suppress(OSError):  # something in it still runs
                os.rmdir(str(number), dir_fd=self._tracking)
                self._begun.discard(number)

    @staticmethod
    def _read(hierarchy: int, path: str) -> str:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=hierarchy)) as file:
            return file.read()

    @staticmethod
    def _write(hierarchy: int, path: str, text: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=hierarchy)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def _hierarchy(controller: str) -> int:
    """Return a descriptor of the top of a hierarchy, which is mounted for no longer than it takes to open it."""
    kernel.mount("cgroup", _SCRATCH, "cgroup", 0, controller)
    try:
        top = os.open(_SCRATCH, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.fchmod(top, 0o700)  # it is read-only to its owner, whom this user namespace gives no power over that
    finally:
        kernel.unmount(_SCRATCH)
    return top
