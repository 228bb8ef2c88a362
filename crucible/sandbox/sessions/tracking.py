"""Which processes came of which exec, whatever they did since: a control group that bounds nothing and tracks all.

A program can leave its process group and its session, and outlive its parent; it can't leave its control group,
since no session shows any. So killing the group kills the tree, and nothing else of the session.
"""

import asyncio
import contextlib
import errno
import os
import signal
from typing import Protocol

from crucible.sandbox import ordinary
from crucible.sandbox.cgroup import Reading

_DOOR = "cgroup.procs"
_PASSES = 200
_PAUSE_SECONDS = 0.005
_KILLED_AT_ONCE = 64
"""Each takes a descriptor, and all of them one look at who is in the group."""


class Tracked(Protocol):
    """The group of a session, whoever made it."""

    @property
    def tracking_folder(self) -> str:
        """Where groups below it can be made."""
        ...

    def read(self) -> Reading:
        """Return the counters. Raises OSError."""
        ...


def hall(session: Tracked, cgroup_version: int) -> list[int]:
    """Return a descriptor of the folder in which a session's execs open their doors; none where the executor does.

    On cgroup v1 the kernel lets a process in through what root opened, or its very own user. An ordinary user's
    executor is neither, where sandboxes have ids of their own. Nobody else gets into the folder. Raises OSError.
    """
    if os.geteuid() == 0 or cgroup_version > 1 or ordinary.ranges() is None:
        return []
    os.chmod(session.tracking_folder, 0o700)
    return [os.open(session.tracking_folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)]


class ExecGroup(Protocol):
    """What came of one exec, as the executor holds it."""

    def open_doors(self) -> list[int]:
        """Return descriptors: whoever writes 0 to each is in. Raises OSError."""
        ...

    async def kill(self) -> None:
        """Kill everything in it, and return when all of it is dead."""
        ...

    def remove(self) -> bool:
        """Be done with it; False while something in it still runs."""
        ...


class TrackedInside:
    """An exec of a session with a kernel of its own: process 1 tracks and kills it there (see `groups`)."""

    def open_doors(self) -> list[int]:
        """Return none: process 1 opens them."""
        return []

    async def kill(self) -> None:
        """Do nothing: who is asked to kill the exec's own process has killed all of it."""

    def remove(self) -> bool:
        """Leave it to process 1."""
        return True


class TrackingGroup:
    """The group of one exec, below its session's. Raises OSError where it can't be made."""

    def __init__(self, session: Tracked, name: str, *, opened_by_execs: bool) -> None:
        """`opened_by_execs`: whether it takes the exec itself to open its door: see `hall`."""
        self._folder = f"{session.tracking_folder}/{name}"
        self._opened_by_execs = opened_by_execs
        os.mkdir(self._folder)

    def open_doors(self) -> list[int]:
        """Return the one descriptor that `enter` takes."""
        door = f"{self._folder}/{_DOOR}"
        if not self._opened_by_execs:
            return [os.open(door, os.O_WRONLY | os.O_CLOEXEC)]
        os.chmod(door, 0o666)  # noqa: S103 - nobody gets to it but through the hall
        return [os.open(self._folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)]

    async def kill(self) -> None:
        """Kill everything in it, and return when all of it is dead."""
        try:
            self._forbid_forks()
            for _ in range(_PASSES):
                if not await self._kill_once():
                    return
                await asyncio.sleep(_PAUSE_SECONDS)
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENODEV}:  # it was removed meanwhile: nothing is in it
                raise

    def remove(self) -> bool:
        """Remove it; False while something in it still runs."""
        try:
            os.rmdir(self._folder)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def _forbid_forks(self) -> None:
        """Stop the group from growing faster than it is killed. cgroup v2 kills at once and needs no such help."""
        limit = f"{self._folder}/pids.max"
        if os.path.exists(limit):
            _write(limit, "0")

    async def _kill_once(self) -> bool:
        """Kill whoever is in it now; False where nobody is."""
        if not (members := sorted(self._members())):
            return False
        if not self._kill_all():
            for first in range(0, len(members), _KILLED_AT_ONCE):
                self._kill_some(members[first : first + _KILLED_AT_ONCE])
                await asyncio.sleep(0)  # the executor has others to see to, and there may be thousands
        return True

    def _kill_all(self) -> bool:
        """Have the kernel kill all of it, where it can."""
        at_once = f"{self._folder}/cgroup.kill"
        if not os.path.exists(at_once):
            return False
        _write(at_once, "1")
        return True

    def _kill_some(self, pids: list[int]) -> None:
        """Kill those of them that are in it, and whose number has not become another's."""
        with contextlib.ExitStack() as held:
            handles: dict[int, int] = {}
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    handles[pid] = os.pidfd_open(pid)
                    held.callback(os.close, handles[pid])
            for pid in handles.keys() & self._members():
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handles[pid], signal.SIGKILL)

    def _members(self) -> set[int]:
        with open(f"{self._folder}/cgroup.procs") as file:
            return {int(line) for line in file}


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
