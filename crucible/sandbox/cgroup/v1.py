"""Control groups of version 1: a hierarchy for each controller, and a folder of a group in each."""

import contextlib
import functools
import os

from crucible.domain.limits import Limits
from crucible.sandbox.cgroup import files, killing
from crucible.sandbox.cgroup.group import (
    CONTROLLERS,
    PERIOD_MICROSECONDS,
    Cgroup,
    Reading,
)


class CgroupsV1:
    """One hierarchy per controller."""

    version = 1

    def __init__(self, folders: dict[str, str]) -> None:
        name = files.own_name()
        self._tops = {controller: f"{folder}/{name}" for controller, folder in folders.items()}
        self._claims: dict[str, int] = {}
        try:
            self._claim()
        except OSError:  # it may not in one of the hierarchies, and needs all
            self.close()
            raise

    @property
    def hierarchies(self) -> int:
        """See `Cgroups.hierarchies`."""
        return len(set(self._tops.values()))

    @property
    def birthplaces(self) -> int:
        """See `Cgroups.birthplaces`."""
        return 0

    def create(self, name: str, ours: int) -> Cgroup:
        """Return a group in each hierarchy."""
        folders = {controller: f"{top}/{name}" for controller, top in self._tops.items()}
        anterooms = tuple(f"{top}/cgroup.procs" for top in dict.fromkeys(self._tops.values()))
        group = GroupV1(folders, ours, name=name, anterooms=anterooms)
        try:
            try:
                self._make(folders)
            except FileNotFoundError:  # somebody removed ours while nothing was in them
                group.remove()
                self._claim()
                self._make(folders)
        except OSError:
            group.remove()
            raise
        return group

    def close(self) -> None:
        """Remove this executor's own groups."""
        for top in set(self._tops.values()):
            files.remove(top)
        for claim in self._claims.values():
            os.close(claim)
        self._claims.clear()

    def _claim(self) -> None:
        """Make this executor's own groups, where they are not there."""
        for top in set(self._tops.values()):
            with contextlib.suppress(FileExistsError):
                claim = files.claim(top)
                if top in self._claims:
                    os.close(self._claims[top])
                self._claims[top] = claim
        files.write(f"{self._tops['memory']}/memory.swappiness", "0")  # which every group in it is made with

    @staticmethod
    def _make(folders: dict[str, str]) -> None:
        for folder in set(folders.values()):
            os.mkdir(folder)


class GroupV1:
    """One group; see `Cgroup`."""

    def __init__(
        self, folders: dict[str, str], ours: int, *, name: str = "", anterooms: tuple[str, ...] = ()
    ) -> None:
        self._folders = folders
        self._ours = ours
        self.entrances = [f"{folder}/cgroup.procs" for folder in dict.fromkeys(folders.values())]
        self.birthplace = ""
        self.tracking_folder = folders["pids"]
        self.for_runtimes = name
        self.anterooms = anterooms
        self._cpu_seconds_before = 0.0
        self._memory_before = 0
        self._bounds: tuple[Limits, int | None] | None = None
        """What it is limited to."""
        self._is_new = bool(name)
        """Whether memory is unbounded, as it was just made: there is a name where that was done here."""
        self._bounds_but_memory: tuple[float, int] | None = None
        """The same of what outlasts `clear`: processors and tasks."""

    def limit(self, limits: Limits, *, tasks: int | None = None, standing: bool = False) -> None:
        """See `Cgroup.limit`."""
        if standing:
            self._memory_before = int(files.read(f"{self._folders['memory']}/memory.usage_in_bytes"))
        if standing or self._bounds != (limits, tasks):
            self._bound(limits, tasks)
            self._bounds = (limits, tasks)
        self._cpu_seconds_before = self._cpu_seconds()

    def _bound(self, limits: Limits, tasks: int | None) -> None:
        memory, pids, cpu = (self._folders[controller] for controller in CONTROLLERS)
        allowed = limits.memory_bytes + self._memory_before
        bounds = [f"{memory}/memory.limit_in_bytes"]
        if self._counts_swap:
            with_swap = f"{memory}/memory.memsw.limit_in_bytes"
            raised = not self._is_new and int(files.read(with_swap)) < allowed
            bounds.insert(0 if raised else 1, with_swap)  # at no moment may it be less than memory alone
        for bound in bounds:
            files.write(bound, str(allowed))
        self._is_new = False
        bounds_but_memory = limits.cpus, limits.processes + self._ours if tasks is None else tasks
        if self._bounds_but_memory != bounds_but_memory:
            files.write(f"{pids}/pids.max", str(bounds_but_memory[1]))
            files.write(f"{cpu}/cpu.cfs_period_us", str(PERIOD_MICROSECONDS))
            self._bounds_but_memory = bounds_but_memory
        quota = int(limits.cpus * PERIOD_MICROSECONDS)
        files.write(f"{cpu}/cpu.cfs_quota_us", str(quota))  # again, so that none of this period's is spent yet

    @functools.cached_property
    def _counts_swap(self) -> bool:
        return os.path.exists(f"{self._folders['memory']}/memory.memsw.limit_in_bytes")

    def _cpu_seconds(self) -> float:
        return int(files.read(f"{self._folders['cpuacct']}/cpuacct.usage")) / 1e9

    def read(self) -> Reading:
        """See `Cgroup.read`."""
        memory = self._folders["memory"]
        control = files.fields(f"{memory}/memory.oom_control")
        return Reading(
            cpu_seconds=self._cpu_seconds() - self._cpu_seconds_before,
            memory_bytes=max(0, int(files.read(f"{memory}/memory.usage_in_bytes")) - self._memory_before),
            peak_memory_bytes=max(0, int(files.read(f"{memory}/memory.max_usage_in_bytes")) - self._memory_before),
            processes=max(0, int(files.read(f"{self._folders['pids']}/pids.current")) - self._ours),
            out_of_memory_kills=control.get("oom_kill", 0),
        )

    def kill(self) -> None:
        """See `Cgroup.kill`."""
        killing.kill(self._folders["memory"])

    def remove(self) -> bool:
        """See `Cgroup.remove`."""
        left = [folder for folder in dict.fromkeys(self._folders.values()) if not files.remove(folder)]
        return not left

    def clear(self) -> bool:
        """See `Cgroup.clear`. Memory that was charged to a group stays charged; elsewhere only processes count."""
        return files.remove(self._folders["memory"])

    def renew(self) -> None:
        """See `Cgroup.renew`."""
        os.mkdir(self._folders["memory"])
        self._bounds = None
        self._is_new = True
        self._memory_before = 0
