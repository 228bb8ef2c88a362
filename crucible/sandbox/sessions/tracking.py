"""Which processes came of which exec, whatever they did since: a control group that bounds nothing and tracks all.

A program can leave its process group and its session, and outlive its parent; it can't leave its control group,
since no session shows any. So killing the group kills the tree, and nothing else of the session.
"""

import asyncio
import errno
import os
from typing import Protocol

from crucible.sandbox import ordinary
from crucible.sandbox.cgroup import Reading, files, killing

_DOOR = "cgroup.procs"
_PASSES = 200
_PAUSE_SECONDS = 0.005


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
        """Return the one descriptor by which an exec goes in, the door or its folder: see `steps`."""
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
            files.write(limit, "0")

    async def _kill_once(self) -> bool:
        """Kill whoever is in it now; False where nobody is."""
        if not (members := killing.members(self._folder)):
            return False
        if not killing.kill_at_once(self._folder):
            for some in killing.few(members):
                killing.kill_some(some, self._folder)
                await asyncio.sleep(0)  # the executor has others to see to, and there may be thousands
        return True
