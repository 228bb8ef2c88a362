"""What a program may use. One type from the API's body to the executor's cgroup.

A plain dataclass, so that the executor can read it without pydantic; the bounds are `annotated_types`, which
pydantic enforces and OpenAPI shows wherever a `Limits` comes from outside.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one evaluation. Each is enforced by the kernel or the executor, or the run is refused."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "allow_inf_nan": False}

    wall_seconds: Annotated[float, Ge(0.1), Le(86_400)] = 30.0
    """Seconds from the program's start to its end, compilation included."""
    cpu_seconds: Annotated[float, Ge(0.1), Le(86_400 * 64)] | None = None
    """Seconds of processor time over all its processes; `None`: bounded by wall_seconds times cpus alone."""
    cpus: Annotated[float, Ge(0.1), Le(64)] = 1.0
    """Cores' worth of processor time per second of wall time."""
    memory_bytes: Annotated[int, Ge(16 * MIB), Le(64 * GIB)] = 512 * MIB
    """Memory over all its processes, files in its temporary file systems included. There is no swap."""
    processes: Annotated[int, Ge(1), Le(4096)] = 64
    """Processes and threads alive at once."""
    disk_bytes: Annotated[int, Ge(64 * KIB), Le(16 * GIB)] = 128 * MIB
    """Bytes in all the files it writes; they live in memory and count as such, too."""
    output_bytes: Annotated[int, Ge(1), Le(64 * MIB)] = 1 * MIB
    """Bytes on standard output and standard error together."""
    open_files: Annotated[int, Ge(16), Le(65_536)] = 512
    """Descriptors open at once, in each process."""
