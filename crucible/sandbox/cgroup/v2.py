"""Control groups of version 2: one hierarchy, in which one folder is a group."""

import contextlib
import errno
import os

from crucible.domain.limits import Limits
from crucible.sandbox.cgroup import files, killing
from crucible.sandbox.cgroup.group import (
    CONTROLLERS,
    PERIOD_MICROSECONDS,
    Cgroup,
    CgroupsUnavailableError,
    Reading,
)

_ENABLE = " ".join(f"+{controller}" for controller in CONTROLLERS)


class CgroupsV2:
    """One hierarchy; a group with processes may have no controlled groups below it, except at the very top."""

    version = 2

    def __init__(self, mount: str, own: str) -> None:
        self._mount = mount
        self._claim = -1
        self._top = self._found(mount, own)

    def _found(self, mount: str, own: str) -> str:
        """Return a folder below which groups can be made, having enabled the controllers there."""
        parents = [mount, mount + own] if os.geteuid() == 0 else [mount + own]
        reasons: list[str] = []
        for parent in dict.fromkeys(parents):
            top = f"{parent}/{files.own_name()}"
            try:
                files.sweep(parent)
                try:
                    files.write(f"{parent}/cgroup.subtree_control", _ENABLE)
                except OSError as error:
                    if error.errno != errno.EBUSY:
                        raise
                    files.make(f"{parent}/{files.PREFIX}{os.getpid()}-self")
                    files.write(f"{parent}/{files.PREFIX}{os.getpid()}-self/cgroup.procs", "0")
                    files.write(f"{parent}/cgroup.subtree_control", _ENABLE)
                self._make(top)
            except OSError as error:
                reasons.append(f"{parent}: {error.strerror}")
            else:
                return top
        raise CgroupsUnavailableError(
            f"no cgroup can be made ({'; '.join(reasons)}); start Crucible in a group of its own: "
            "systemd-run --user --scope -p Delegate=yes crucible up"
        )

    @property
    def hierarchies(self) -> int:
        """See `Cgroups.hierarchies`."""
        return 1

    @property
    def birthplaces(self) -> int:
        """See `Cgroups.birthplaces`."""
        return 1

    def create(self, name: str, ours: int) -> Cgroup:
        """Return a group."""
        try:
            os.mkdir(f"{self._top}/{name}")
        except FileNotFoundError:  # somebody removed ours while nothing was in it
            with contextlib.suppress(FileExistsError):  # another thread was first
                self._make(self._top)
            os.mkdir(f"{self._top}/{name}")
        return GroupV2(f"{self._top}/{name}", ours, mount=self._mount)

    def close(self) -> None:
        """Remove this executor's own group."""
        files.remove(self._top)
        os.close(self._claim)

    def _make(self, top: str) -> None:
        claim = files.claim(top)
        if self._claim >= 0:
            os.close(self._claim)
        self._claim = claim
        files.write(f"{top}/cgroup.subtree_control", _ENABLE)


class GroupV2:
    """One group; see `Cgroup`."""

    def __init__(self, folder: str, ours: int, *, mount: str = "") -> None:
        self.folder = folder
        self._ours = ours
        self.entrances = [f"{folder}/cgroup.procs"]
        self.birthplace = folder
        self.tracking_folder = folder
        self.for_runtimes = folder.removeprefix(mount)
        self.anterooms: tuple[str, ...] = ()
        self._memory_before = 0
        self._bounds: tuple[Limits, int | None] | None = None
        """What it is limited to."""
        self._peak = 0
        self._cpu_seconds_before = 0.0

    def limit(self, limits: Limits, *, tasks: int | None = None, standing: bool = False) -> None:
        """See `Cgroup.limit`."""
        if standing:
            self._memory_before = int(files.read(f"{self.folder}/memory.current"))
        if standing or self._bounds != (limits, tasks):
            self._bound(limits, tasks)
            self._bounds = (limits, tasks)
        self._cpu_seconds_before = self._cpu_seconds()

    def _bound(self, limits: Limits, tasks: int | None) -> None:
        files.write(f"{self.folder}/memory.max", str(limits.memory_bytes + self._memory_before))
        if os.path.exists(f"{self.folder}/memory.swap.max"):
            files.write(f"{self.folder}/memory.swap.max", "0")
        files.write(f"{self.folder}/pids.max", str(limits.processes + self._ours if tasks is None else tasks))
        quota = int(limits.cpus * PERIOD_MICROSECONDS)
        files.write(f"{self.folder}/cpu.max", f"{quota} {PERIOD_MICROSECONDS}")

    def _cpu_seconds(self) -> float:
        return files.fields(f"{self.folder}/cpu.stat")["usage_usec"] / 1e6

    def read(self) -> Reading:
        """See `Cgroup.read`."""
        memory = int(files.read(f"{self.folder}/memory.current"))
        self._peak = max(self._peak, memory)
        with contextlib.suppress(FileNotFoundError):  # before Linux 5.19 the highest sample must do
            self._peak = int(files.read(f"{self.folder}/memory.peak"))
        return Reading(
            cpu_seconds=self._cpu_seconds() - self._cpu_seconds_before,
            memory_bytes=max(0, memory - self._memory_before),
            peak_memory_bytes=max(0, self._peak - self._memory_before),
            processes=max(0, int(files.read(f"{self.folder}/pids.current")) - self._ours),
            out_of_memory_kills=files.fields(f"{self.folder}/memory.events")["oom_kill"],
        )

    def kill(self) -> None:
        """See `Cgroup.kill`."""
        killing.kill(self.folder)

    def remove(self) -> bool:
        """See `Cgroup.remove`."""
        return files.remove(self.folder)

    def clear(self) -> bool:
        """See `Cgroup.clear`. There is one folder for all, and memory that was charged to it stays charged."""
        return self.remove()

    def renew(self) -> None:
        """See `Cgroup.renew`."""
        os.mkdir(self.folder)
        self._bounds = None
        self._memory_before = self._peak = 0
