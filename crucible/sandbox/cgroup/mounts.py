"""Where hierarchies of control groups are mounted, and where in them a process is."""

from collections.abc import Iterator
from dataclasses import dataclass

from crucible.sandbox.cgroup import files


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted hierarchy, or a part of one."""

    point: str
    root: str
    kind: str
    options: frozenset[str]

    def inside(self, path: str) -> str:
        """Return `path` of the hierarchy as a path below the mount point, which may show only a part of it."""
        if self.root != "/" and (path == self.root or path.startswith(self.root + "/")):
            path = path[len(self.root) :]
        return "" if path == "/" or "/.." in path else path


def mounts() -> Iterator[Mount]:
    """Yield every mounted hierarchy, of either version."""
    for line in files.read("/proc/self/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        fields, (kind, _, options) = left.split(), right.split(maxsplit=2)
        if kind in {"cgroup", "cgroup2"}:
            yield Mount(point=fields[4], root=fields[3], kind=kind, options=frozenset(options.split(",")))


def paths_of(process: str) -> Iterator[tuple[str, str]]:
    """Yield each controller, and where in its hierarchy a process is."""
    for line in files.read(f"/proc/{process}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, path


def mounted_besides(*also: str) -> list[str]:
    """Return where hierarchies are mounted that have nothing to do with limits, innermost first."""
    kept = {"memory", "pids", "cpu", "cpuacct", *also}
    points = [mount.point for mount in mounts() if not kept & mount.options]
    return sorted(points, key=len, reverse=True)
