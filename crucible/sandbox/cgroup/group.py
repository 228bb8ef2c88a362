"""What a control group is to whoever uses one, whichever version it is of."""

from dataclasses import dataclass
from typing import Final, Protocol

from crucible.domain.limits import Limits

CONTROLLERS: Final = ("memory", "pids", "cpu")
PERIOD_MICROSECONDS: Final = 100_000


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
    birthplace: str
    """The folder that a process can be made in, so that it never was elsewhere; empty where there is no such."""
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

    def clear(self) -> bool:
        """Remove what of it remembers who was in it; False while the kernel still sees a process in it."""
        ...

    def renew(self) -> None:
        """Make what `clear` removed, for another sandbox. Raises OSError."""
        ...


class Cgroups(Protocol):
    """Where this executor may make groups."""

    version: int

    @property
    def hierarchies(self) -> int:
        """How many entrances each of its groups has."""
        ...

    @property
    def birthplaces(self) -> int:
        """How many folders of each of its groups a process can be made in."""
        ...

    def create(self, name: str, ours: int) -> Cgroup:
        """Return a group without limits, in which so many processes are not the program's. Raises OSError.

        They count towards its processes, too.
        """
        ...

    def close(self) -> None:
        """Remove what is left of this executor's own group."""
        ...


class CgroupsUnavailableError(Exception):
    """Limits can't be enforced here; the message says why, and what mends it."""
