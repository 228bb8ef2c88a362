"""Which processes came of which order, where the kernel that they are of is the container's own.

The host's control groups hold gVisor's kernel as a whole. It has groups itself, of version 1, and they are for
what the host's are for elsewhere (see `tracking`): an order's group bounds nothing and tracks all. No session
shows any, and mounting is refused to programs.
"""

import contextlib
import errno
import os
import signal
import time

from crucible.sandbox import kernel
from crucible.sandbox.sessions.plan import OwnKernel

_SCRATCH = "/.scratch"
"""An empty folder of the read-only root."""
_CONTROLLER = "cpuacct"
"""A hierarchy has to have one. gVisor's pids is none to rely on: where there are others, it is often not asked."""
_PASSES = 1000
_PAUSE_SECONDS = 0.001


class Groups:
    """Process 1's hold on them. Made before the session's root is, in a mount namespace of process 1's own."""

    def __init__(self, bounds: OwnKernel) -> None:
        """Make none yet, for at most so many processes. Raises OSError where this kernel has no groups."""
        self._bounds = bounds
        self._top = _top()
        self._begun: set[int] = set()
        """The orders of which something may still run."""

    def open_doors(self, number: int) -> list[int]:
        """Return a descriptor: whoever writes 0 to it came of this order.

        Raises OSError; EAGAIN where there are as many processes as there may be.
        """
        self._sweep()
        if self.count() >= self._bounds.processes:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        os.mkdir(str(number), dir_fd=self._top)
        self._begun.add(number)
        return [self._open(number, os.O_WRONLY)]

    def count(self) -> int:
        """Return how many processes and threads programs have."""
        return kernel.count_others() - self._bounds.beside

    def kill(self, number: int) -> None:
        """Kill all that came of an order, and return when it is dead."""
        if number not in self._begun:
            return
        for _ in range(_PASSES):
            with open(self._open(number, os.O_RDONLY)) as file:
                members = file.read().split()
            if not members:
                return
            for member in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(member), signal.SIGKILL)
            time.sleep(_PAUSE_SECONDS)  # a killed one may still be on its way out

    def _sweep(self) -> None:
        """Remove the groups in which nothing is left."""
        for number in list(self._begun):
            with contextlib.suppress(OSError):  # something in it still runs
                os.rmdir(str(number), dir_fd=self._top)
                self._begun.discard(number)

    def _open(self, number: int, flags: int) -> int:
        return os.open(f"{number}/cgroup.procs", flags | os.O_CLOEXEC, dir_fd=self._top)


def _top() -> int:
    """Return a descriptor of the top of the hierarchy, which is mounted for no longer than it takes to open it."""
    kernel.mount("cgroup", _SCRATCH, "cgroup", 0, _CONTROLLER)
    try:
        top = os.open(_SCRATCH, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.fchmod(top, 0o700)  # it is read-only to its owner, whom this user namespace gives no power over that
    finally:
        kernel.unmount(_SCRATCH)
    return top
