"""What a session is asked and what it answers, between server, executor and driver.

A session is a sandbox that stays. Plain dataclasses, as in `crucible.domain.sandbox`: the executor reads them from
the wire with msgspec. What comes out was written next to a hostile program: it is bounded by whoever made it, and
bytes stay bytes.
"""

import signal as signals
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le

from crucible.domain.limits import KIB, MIB, Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Containment, Isolation, StreamName

MAXIMUM_ARGV_BYTES = 1536 * KIB
"""Of an exec's argument list, each argument's final NUL included. With the environment, and eight bytes for each
of both, it has to fit into the kernel's 2 MiB, a quarter of the stack."""
MAXIMUM_ARGUMENT_BYTES = 128 * KIB - 1
"""Of one argument or variable: the kernel's MAX_ARG_STRLEN is 32 pages, the final NUL included."""
MAXIMUM_ENV_BYTES = 256 * KIB
MAXIMUM_STDIN_BYTES = 50 * MIB
MAXIMUM_OUTPUT_BYTES = 10 * MIB
MAXIMUM_WRITE_BYTES = 50 * MIB
"""Of one file that is written."""
MAXIMUM_READ_BYTES = 100 * MIB
"""Of one file that is read."""
MAXIMUM_PATH_BYTES = 4095
WORKING_DIRECTORY = "/workspace"
_BY_SIGNAL = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """The bounds of one session, over everything that runs in it."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "allow_inf_nan": False}

    lifetime_seconds: Annotated[float, Ge(1), Le(7 * 86_400)] = 3600.0
    """Seconds from its creation to its end, whatever runs in it then."""
    idle_seconds: Annotated[float, Ge(1), Le(7 * 86_400)] = 600.0
    """Seconds without an exec, a file read or a file written, after which it ends."""
    cpus: Annotated[float, Ge(0.1), Le(64)] = 1.0
    """Cores' worth of processor time per second of wall time."""
    memory_bytes: Annotated[int, Ge(32 * MIB), Le(64 * 1024 * MIB)] = 512 * MIB
    """Memory over all its processes, its files included. There is no swap."""
    processes: Annotated[int, Ge(1), Le(4096)] = 128
    """Processes and threads alive at once."""
    disk_bytes: Annotated[int, Ge(1 * MIB), Le(16 * 1024 * MIB)] = 256 * MIB
    """Bytes in all the files it writes; they live in memory and count as such, too."""
    open_files: Annotated[int, Ge(16), Le(65_536)] = 1024
    """Descriptors open at once, in each process."""

    def for_control_group(self) -> Limits:
        """Return the bounds that a control group enforces, in the words of an evaluation."""
        return Limits(cpus=self.cpus, memory_bytes=self.memory_bytes, processes=self.processes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpec:
    """A session to make: everything that a driver needs, and nothing about whose it is."""

    engine: str | None = None
    """Which engine; `None`: the executor's own choice."""
    minimum_isolation: Isolation = Isolation.SHARED_KERNEL
    image: str | None = None
    """A named root file system; `None`: the host's own programs, with a root of its own that is writable."""
    compartment: str = ""
    """Opaque: sandboxes of different compartments share nothing."""
    env: dict[str, str] = field(default_factory=dict)
    """For every exec in it."""
    limits: SessionLimits = field(default_factory=SessionLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecSpec:
    """A program to run in a session."""

    argv: tuple[str, ...]
    """The program, sought along PATH where it has no slash, and its arguments. No shell looks at them."""
    stdin: bytes = b""
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = WORKING_DIRECTORY
    """Where it runs; relative to the working directory, as the paths of files are."""
    user: str | None = None
    """A name or number of the session's own /etc/passwd, or `uid:gid`; `None`: root where the driver maps it."""
    timeout_seconds: float = 30.0
    """Seconds after which the program and all that it started are killed."""
    output_bytes: int = MAXIMUM_OUTPUT_BYTES
    """How much of the end of each stream is kept."""
    stream: bool = False
    """Whether output is sent as it comes, rather than its kept end once at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecOutput:
    """Bytes that an exec wrote, in order within their stream."""

    stream: StreamName
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecFinished:
    """An exec's program ended. What it left running in the background, stays, unless it was timed out."""

    outcome: Outcome
    """`succeeded`, `nonzero_exit`, `killed_by_signal`, `timed_out`, `memory_exceeded`, `cancelled`."""
    exit_code: int | None = None
    signal: str | None = None
    """Its name: `SIGKILL`."""
    stdout: bytes = b""
    """The end of what it wrote, where `stream` was not asked for."""
    stderr: bytes = b""
    stdout_bytes: int = 0
    """How much it wrote in all, up to its end."""
    stderr_bytes: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def returncode(self) -> int:
        """The exit code, or 128 and the signal's number, as a shell has it."""
        if self.exit_code is not None:
            return self.exit_code
        name = self.signal or ""
        number = signals.Signals.__members__.get(name)
        return _BY_SIGNAL + (int(name.removeprefix("SIG") or 0) if number is None else number)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUsage:
    """What a session uses now."""

    wall_seconds: float
    """Since its creation."""
    cpu_seconds: float
    memory_bytes: int
    peak_memory_bytes: int
    processes: int
    disk_bytes: int
    execs: int
    """How many run now."""


class EndReason(StrEnum):
    """Why a session is no more."""

    DESTROYED = "destroyed"
    IDLE = "idle"
    LIFETIME = "lifetime"
    BROKEN = "broken"
    """Its process 1 ended, as when the kernel ran out of memory for it."""
    EXECUTOR_GONE = "executor_gone"
    """The executor that held it ended, and with it all that ran in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStanding:
    """A session that an executor holds, or held not long ago."""

    session: str
    containment: Containment
    user: str
    """Who an exec is that names nobody."""
    wall_seconds: float = 0.0
    """Since its creation."""
    idle_seconds: float = 0.0
    """Since it was last used; 0 while it is."""
    ended: EndReason | None = None
    detail: str | None = None
    """Why it ended, in words."""
