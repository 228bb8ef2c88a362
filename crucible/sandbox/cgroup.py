"""Control groups: what bounds a program's memory, processes and processor time, and counts them.

Both versions exist in the field, and one protocol hides which: `find` says what this host offers, `Cgroups.create`
makes one group per sandbox, which has its limits before a program is in it.
"""

import contextlib
import errno
import itertools
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from crucible.domain.limits import Limits

CONTROLLERS = ("memory", "pids", "cpu")
_PERIOD_MICROSECONDS = 100_000
_OURS = 2
"""How many processes that are not the program's a group usually has: they count towards its processes, too."""
_PREFIX = "crucible-"
_numbers = itertools.count(1)
_living: set[str] = set()
"""The names of this process's own groups."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a group's counters say."""

    cpu_seconds: float
    memory_bytes: int
    peak_memory_bytes: int
    processes: int
    out_of_memory_kills: int


class Cgroup(Protocol):
    """One sandbox's group."""

    entrances: list[str]
    """The `cgroup.procs` files that a process writes itself into."""
    tracking_folder: str
    """Where groups below it can be made that tell its processes apart."""

    for_runtimes: str
    """Its path as a container runtime wants to be told, which joins it; relative to where `anterooms` lead."""
    anterooms: tuple[str, ...]
    """The `cgroup.procs` files that such a runtime's own process has to be in before it is told."""

    def limit(self, limits: Limits, *, tasks: int | None = None, standing: bool = False) -> None:
        """Set every limit. Raises OSError where one can't be set. What was used before doesn't count as used.

        `tasks`: the bound on the host's, where they aren't the program's own, which another bounds. `standing`:
        memory in use now isn't the program's either.
        """
        ...

    def read(self) -> Reading:
        """Return the counters."""
        ...

    def kill(self) -> None:
        """Send SIGKILL to every process in it."""
        ...

    def remove(self) -> bool:
        """Remove it; False while the kernel still sees a process in it."""
        ...


class Cgroups(Protocol):
    """Where this executor may make groups."""

    version: int

    def create(self, name: str, ours: int = _OURS) -> Cgroup:
        """Return a group without limits, in which so many processes are not the program's. Raises OSError."""
        ...

    def close(self) -> None:
        """Remove what is left of this executor's own group."""
        ...


class CgroupsUnavailableError(Exception):
    """Limits can't be enforced here; the message says why, and what mends it."""


def find(also: tuple[str, ...] = ()) -> Cgroups:
    """Return what this host offers. Raises CgroupsUnavailableError.

    `also`: controllers in whose hierarchies a group must have its place, too, where each has its own.
    """
    own = dict(_paths_of("self"))
    mounts = list(_mounts())
    unified = next((mount for mount in mounts if mount.kind == "cgroup2"), None)
    if unified and set(CONTROLLERS) <= set(_read(f"{unified.point}/cgroup.controllers").split()):
        return CgroupsV2(unified.point, unified.inside(own.get("", "/")))
    folders: dict[str, str] = {}
    needed = ("memory", "pids", "cpu", "cpuacct", *also)
    for mount in mounts:
        for controller in needed:
            if mount.kind == "cgroup" and controller in mount.options:
                folders[controller] = mount.point + mount.inside(own.get(controller, "/"))
    if missing := set(needed) - set(folders):
        raise CgroupsUnavailableError(
            f"no cgroup controller for {', '.join(sorted(missing))} is mounted; "
            "boot with systemd.unified_cgroup_hierarchy=1, or mount cgroup2 on /sys/fs/cgroup"
        )
    return CgroupsV1(folders)


def of(process: int, ours: int) -> Cgroup:
    """Return the group that somebody else made and a process is in. Raises OSError where it can't be seen here.

    `ours` is how many processes in it are not the program's.
    """
    paths = dict(_paths_of(str(process)))
    folders: dict[str, str] = {}
    for mount in _mounts():
        if mount.kind == "cgroup2":
            folders[""] = mount.point + mount.inside(paths.get("", "/"))
        for controller in {"memory", "pids", "cpu", "cpuacct"} & mount.options:
            folders[controller] = mount.point + mount.inside(paths.get(controller, "/"))
    version2 = "memory" not in folders
    group: Cgroup = _GroupV2(folders.get("", ""), ours) if version2 else _GroupV1(folders, ours)
    if str(process) not in _read(group.entrances[0]).split():
        raise FileNotFoundError(errno.ENOENT, f"process {process} is not where its group should be")
    return group


def mounted_besides(*also: str) -> list[str]:
    """Return where hierarchies are mounted that have nothing to do with limits, innermost first."""
    kept = {"memory", "pids", "cpu", "cpuacct", *also}
    points = [mount.point for mount in _mounts() if not kept & mount.options]
    return sorted(points, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class _Mount:
    point: str
    root: str
    kind: str
    options: frozenset[str]

    def inside(self, path: str) -> str:
        """Return `path` of the hierarchy as a path below the mount point, which may show only a part of it."""
        if self.root != "/" and (path == self.root or path.startswith(self.root + "/")):
            path = path[len(self.root) :]
        return "" if path == "/" or "/.." in path else path


def _mounts() -> Iterator[_Mount]:
    for line in _read("/proc/self/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        fields, (kind, _, options) = left.split(), right.split(maxsplit=2)
        if kind in {"cgroup", "cgroup2"}:
            yield _Mount(point=fields[4], root=fields[3], kind=kind, options=frozenset(options.split(",")))


def _paths_of(process: str) -> Iterator[tuple[str, str]]:
    for line in _read(f"/proc/{process}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, path


class CgroupsV1:
    """One hierarchy per controller."""

    version = 1

    def __init__(self, folders: dict[str, str]) -> None:
        name = _own_name()
        self._tops = {controller: f"{folder}/{name}" for controller, folder in folders.items()}
        for top in set(self._tops.values()):
            _sweep(os.path.dirname(top))
            os.mkdir(top)

    def create(self, name: str, ours: int = _OURS) -> Cgroup:
        """Return a group in each hierarchy."""
        folders = {controller: f"{top}/{name}" for controller, top in self._tops.items()}
        anterooms = tuple(f"{top}/cgroup.procs" for top in dict.fromkeys(self._tops.values()))
        group = _GroupV1(folders, ours, name=name, anterooms=anterooms)
        try:
            for folder in set(folders.values()):
                os.mkdir(folder)
        except OSError:
            group.remove()
            raise
        return group

    def close(self) -> None:
        """Remove this executor's own groups."""
        for top in set(self._tops.values()):
            _remove(top)


class _GroupV1:
    def __init__(
        self, folders: dict[str, str], ours: int = _OURS, *, name: str = "", anterooms: tuple[str, ...] = ()
    ) -> None:
        self._folders = folders
        self._ours = ours
        self.entrances = [f"{folder}/cgroup.procs" for folder in dict.fromkeys(folders.values())]
        self.tracking_folder = folders["pids"]
        self.for_runtimes = name
        self.anterooms = anterooms
        self._cpu_seconds_before = 0.0
        self._memory_before = 0

    def limit(self, limits: Limits, *, tasks: int | None = None, standing: bool = False) -> None:
        memory, pids, cpu = (self._folders[controller] for controller in CONTROLLERS)
        if standing:
            self._memory_before = int(_read(f"{memory}/memory.usage_in_bytes"))
        allowed = limits.memory_bytes + self._memory_before
        bounds = [f"{memory}/memory.limit_in_bytes"]
        with_swap = f"{memory}/memory.memsw.limit_in_bytes"
        if os.path.exists(with_swap):
            raised = int(_read(with_swap)) < allowed
            bounds.insert(0 if raised else 1, with_swap)  # at no moment may it be less than memory alone
        for bound in bounds:
            _write(bound, str(allowed))
        _write(f"{memory}/memory.swappiness", "0")
        _write(f"{pids}/pids.max", str(limits.processes + self._ours if tasks is None else tasks))
        _write(f"{cpu}/cpu.cfs_period_us", str(_PERIOD_MICROSECONDS))
        _write(f"{cpu}/cpu.cfs_quota_us", str(int(limits.cpus * _PERIOD_MICROSECONDS)))
        self._cpu_seconds_before = self._cpu_seconds()

    def _cpu_seconds(self) -> float:
        return int(_read(f"{self._folders['cpuacct']}/cpuacct.usage")) / 1e9

    def read(self) -> Reading:
        memory = self._folders["memory"]
        control = _fields(f"{memory}/memory.oom_control")
        return Reading(
            cpu_seconds=self._cpu_seconds() - self._cpu_seconds_before,
            memory_bytes=max(0, int(_read(f"{memory}/memory.usage_in_bytes")) - self._memory_before),
            peak_memory_bytes=max(0, int(_read(f"{memory}/memory.max_usage_in_bytes")) - self._memory_before),
            processes=max(0, int(_read(f"{self._folders['pids']}/pids.current")) - self._ours),
            out_of_memory_kills=control.get("oom_kill", 0),
        )

    def kill(self) -> None:
        for pid in _read(self.entrances[0]).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def remove(self) -> bool:
        left = [folder for folder in dict.fromkeys(self._folders.values()) if not _remove(folder)]
        return not left


class CgroupsV2:
    """One hierarchy; a group with processes may have no controlled groups below it, except at the very top."""

    version = 2

    def __init__(self, mount: str, own: str) -> None:
        self._mount = mount
        self._top = self._found(mount, own)

    @staticmethod
    def _found(mount: str, own: str) -> str:
        """Return a folder below which groups can be made, having enabled the controllers there."""
        parents = [mount, mount + own] if os.geteuid() == 0 else [mount + own]
        reasons: list[str] = []
        for parent in dict.fromkeys(parents):
            top = f"{parent}/{_own_name()}"
            enable = " ".join(f"+{controller}" for controller in CONTROLLERS)
            try:
                _sweep(parent)
                try:
                    _write(f"{parent}/cgroup.subtree_control", enable)
                except OSError as error:
                    if error.errno != errno.EBUSY:
                        raise
                    _make(f"{parent}/{_PREFIX}{os.getpid()}-self")
                    _write(f"{parent}/{_PREFIX}{os.getpid()}-self/cgroup.procs", "0")
                    _write(f"{parent}/cgroup.subtree_control", enable)
                os.mkdir(top)
                _write(f"{top}/cgroup.subtree_control", enable)
            except OSError as error:
                reasons.append(f"{parent}: {error.strerror}")
            else:
                return top
        raise CgroupsUnavailableError(
            f"no cgroup can be made ({'; '.join(reasons)}); start Crucible in a group of its own: "
            "systemd-run --user --scope -p Delegate=yes crucible up"
        )

    def create(self, name: str, ours: int = _OURS) -> Cgroup:
        """Return a group."""
        os.mkdir(f"{self._top}/{name}")
        return _GroupV2(f"{self._top}/{name}", ours, mount=self._mount)

    def close(self) -> None:
        """Remove this executor's own group."""
        _remove(self._top)


class _GroupV2:
    def __init__(self, folder: str, ours: int = _OURS, *, mount: str = "") -> None:
        self.folder = folder
        self._ours = ours
        self.entrances = [f"{folder}/cgroup.procs"]
        self.tracking_folder = folder
        self.for_runtimes = folder.removeprefix(mount)
        self.anterooms: tuple[str, ...] = ()
        self._memory_before = 0
        self._peak = 0
        self._cpu_seconds_before = 0.0

    def limit(self, limits: Limits, *, tasks: int | None = None, standing: bool = False) -> None:
        if standing:
            self._memory_before = int(_read(f"{self.folder}/memory.current"))
        _write(f"{self.folder}/memory.max", str(limits.memory_bytes + self._memory_before))
        if os.path.exists(f"{self.folder}/memory.swap.max"):
            _write(f"{self.folder}/memory.swap.max", "0")
        _write(f"{self.folder}/pids.max", str(limits.processes + self._ours if tasks is None else tasks))
        quota = int(limits.cpus * _PERIOD_MICROSECONDS)
        _write(f"{self.folder}/cpu.max", f"{quota} {_PERIOD_MICROSECONDS}")
        self._cpu_seconds_before = self._cpu_seconds()

    def _cpu_seconds(self) -> float:
        return _fields(f"{self.folder}/cpu.stat")["usage_usec"] / 1e6

    def read(self) -> Reading:
        memory = int(_read(f"{self.folder}/memory.current"))
        self._peak = max(self._peak, memory)
        with contextlib.suppress(FileNotFoundError):  # before Linux 5.19 the highest sample must do
            self._peak = int(_read(f"{self.folder}/memory.peak"))
        return Reading(
            cpu_seconds=self._cpu_seconds() - self._cpu_seconds_before,
            memory_bytes=max(0, memory - self._memory_before),
            peak_memory_bytes=max(0, self._peak - self._memory_before),
            processes=max(0, int(_read(f"{self.folder}/pids.current")) - self._ours),
            out_of_memory_kills=_fields(f"{self.folder}/memory.events")["oom_kill"],
        )

    def kill(self) -> None:
        _write(f"{self.folder}/cgroup.kill", "1")

    def remove(self) -> bool:
        return _remove(self.folder)


def _own_name() -> str:
    """Return the name of an executor's own group, which says whose it is: see `_sweep`."""
    name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    _living.add(name)
    return name


def _sweep(parent: str) -> None:
    """Remove the groups of executors that were killed: of the process whose id names them nothing is left.

    Ids return: in a container that is started again, an executor may have the very id of the one before it.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(parent):
            pid = name.removeprefix(_PREFIX).partition("-")[0]
            if not name.startswith(_PREFIX) or not pid.isdigit() or name in _living:
                continue
            if int(pid) == os.getpid() or not os.path.exists(f"/proc/{pid}"):
                for folder, _, _ in os.walk(f"{parent}/{name}", topdown=False):
                    _remove(folder)


def _make(folder: str) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder)


def _remove(folder: str) -> bool:
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno == errno.EBUSY:
            return False
        raise
    return True


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    except OSError as error:
        raise OSError(error.errno, f"writing {text} to {path}: {os.strerror(error.errno or 0)}") from error
    finally:
        os.close(descriptor)


def _fields(path: str) -> dict[str, int]:
    return {name: int(value) for name, value in (line.split() for line in _read(path).splitlines())}
