"""What goes into a sandbox and what comes out of it, between worker, executor and driver.

Plain dataclasses: the executor reads them from the wire with msgspec and never loads what the API needs.
Everything here that comes *out* was written next to a hostile program: sizes are bounded by whoever made it,
bytes stay bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from crucible.domain.limits import MIB, Limits
from crucible.domain.outcome import Outcome

MAXIMUM_COLLECTED_FILES = 1000
MAXIMUM_COLLECTED_BYTES = 16 * MIB
MAXIMUM_COLLECTED_DEPTH = 32
MAXIMUM_ATTEMPTS = 400
"""Of those that differ. What a sandbox tells is bounded by its own record, which is smaller."""
MAXIMUM_TOLD_ATTEMPTS = 5 * MAXIMUM_ATTEMPTS
"""Each is told anew as its count grows, by powers of a hundred."""
MAXIMUM_TOLD_PROGRESS = 20_000
"""More than a sandbox tells of a day, which is the longest that a program may run."""


StreamName = Literal["stdout", "stderr"]
"""Which of a program's two outputs."""
AUTO_ENGINE: Final = "auto"
"""What names the strongest engine that works, whichever that is."""


class Isolation(StrEnum):
    """What stands between the program and the host, weakest first."""

    SHARED_KERNEL = "shared-kernel"
    USER_SPACE_KERNEL = "user-space-kernel"
    VIRTUAL_MACHINE = "virtual-machine"

    def satisfies(self, minimum: "Isolation") -> bool:
        """Tell whether this is at least as strong."""
        tiers = list(Isolation)
        return tiers.index(self) >= tiers.index(minimum)


ENGINE_ISOLATION: Final[Mapping[str, Isolation]] = {
    "gvisor": Isolation.USER_SPACE_KERNEL,
    "docker-gvisor": Isolation.USER_SPACE_KERNEL,
    "namespaces": Isolation.SHARED_KERNEL,
    "crun": Isolation.SHARED_KERNEL,
    "runc": Isolation.SHARED_KERNEL,
    "docker": Isolation.SHARED_KERNEL,
}
"""Every engine that a caller may name, and what it gives; which of them work is each executor's to say."""


class Promise(StrEnum):
    """What every engine promises, but for one whose report says that it can't, and why.

    Limits are not among them: one that can't be enforced is refused. These are what a caller would miss.
    """

    FILES_AFTER_MEMORY = "files are kept when memory is exceeded"
    PROCESSES_COUNTED = "samples count the program's own processes and threads"
    NOBODY_OUTSIDE = "on the host its processes belong to nobody"
    COUNTED_APART = "what the kernel counts by user is counted for each sandbox apart"
    ONLY_ITS_OWN_PROCESSES = "it sees no process but its own"
    PROCESS_1_HIDDEN = "process 1 shows it nothing"
    PRIORITY_FIXED = "it can't raise its own priority"
    ATTEMPTS_RECORDED = "what it tries and is refused is recorded"
    LOCKS_APART = "no other sandbox sees its locks on files of the system"
    FIRST_VICTIM = "the kernel ends the program, not its sandbox, when memory is spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSpec:
    """One program to run: everything that a driver needs, and nothing about whose it is."""

    runtime: str
    entrypoint: str | None = None
    """Which of `files` is the program; `None`: the runtime's usual name, under which `code` goes."""
    code: str | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    """By path relative to the working directory."""
    stdin: bytes = b""
    argv: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    engine: str | None = None
    """Which engine; `None`: the executor's own choice, `auto`: the strongest that works there."""
    minimum_isolation: Isolation = Isolation.SHARED_KERNEL
    """Run it behind no less than this, or not at all."""
    image: str | None = None
    """The named root file system to run in; `None`: the least of the host's own, read-only."""
    fresh: bool = False
    """Whether it gets an interpreter that was started for it alone, and shares no memory's past with another."""
    reports_progress: bool = False
    """Whether it is given a descriptor on which it tells how far it has come."""
    compartment: str = ""
    """Opaque. What shares no compartment shares no warm process, one behind the other either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """What stood between one program and the host: enforced, not hoped for."""

    engine: str
    driver: str
    isolation: Isolation
    kernel: str
    """What answered the program's system calls, and its release: `Linux 6.1.0`, `gVisor release-...`."""
    namespaces: tuple[str, ...] = ()
    seccomp: str | None = None
    """What names the system call filter's content: its SHA-256."""
    landlock_abi: int = 0
    """0 where Landlock had no part."""
    cgroup_version: int = 0
    enforces: dict[str, str] = field(default_factory=dict)
    """Limit or layer → the mechanism that held it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxStarted:
    """The sandbox stands and the program is about to run."""

    containment: Containment
    runtime_version: str
    """What is about to run it, or to compile it, and of which release: `CPython 3.12.1`, `gcc 12.2.0`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOutput:
    """Bytes that the program wrote, in order within their stream."""

    stream: StreamName
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSample:
    """What the sandbox used up to now."""

    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int
    processes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxAttempt:
    """Something that the sandbox refused."""

    action: Literal["system_call", "connection"]
    name: str
    """The system call; `lookup` where the name of a host was asked for."""
    detail: str
    """What is safe to read of its arguments; of a connection, the address and port, or the name."""
    count: int
    """How often, when it was told; the last telling of the same counts them all."""
    wall_seconds: float
    """When it happened first, from the program's start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxProgress:
    """How far the program says that it has come. Each replaces what the one before said."""

    done: float | None
    """`None` where it only said something in words, or nothing that could be read yet."""
    total: float | None
    """When `done` is all; `None` where it didn't say. The program may go beyond."""
    message: str
    """What it says of it: at most 200 characters, all of them printable."""
    malformed: int
    """How many lines, of those that were looked at so far, were no progress."""
    wall_seconds: float
    """When it was heard, from the program's start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxFile:
    """A regular file that the program left in its working directory."""

    path: str
    """Relative. Bytes that are no UTF-8 stand as `\\xNN`, and so does a backslash before an `x`."""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxFinished:
    """Nothing of the program is left, and this is how it ended."""

    outcome: Outcome
    exit_code: int | None = None
    signal: str | None = None
    error: str | None = None
    """The limit that was hit, or why Crucible could not run the program."""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    output_truncated: bool = False
    files_truncated: bool = False


SandboxEvent = (
    SandboxStarted
    | SandboxOutput
    | SandboxSample
    | SandboxAttempt
    | SandboxProgress
    | SandboxFile
    | SandboxFinished
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeReport:
    """A runtime that was found on the executor's host."""

    name: str
    language: str
    version: str
    entrypoint: str
    aliases: tuple[str, ...] = ()
    compiled: bool = False
    image: str | None = None
    """The named root file system that it is in; `None`: the host's own."""
    lacking: tuple[str, ...] = ()
    """Modules without which its interpreter can't wait for programs, so that each program has one started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverReport:
    """What an engine can do on the executor's host, and what stands in its way."""

    engine: str
    """What a caller names it: `namespaces`, `runc`, `gvisor`."""
    driver: str
    """The code that drives it: `namespaces`, `oci`, `docker`."""
    available: bool
    isolation: Isolation
    enforces: dict[str, str] = field(default_factory=dict)
    """Limit or layer → the mechanism that enforces it here."""
    missing: dict[str, str] = field(default_factory=dict)
    """Limit or layer → why it can't be had here, and the one command that mends it."""
    unpromised: dict[Promise, str] = field(default_factory=dict)
    """Promise that this engine doesn't keep → why it can't."""
    sessions: bool = False
    """Whether it has sessions: sandboxes that stay."""
    default: bool = False
    """Whether a program that names no engine gets this one."""
