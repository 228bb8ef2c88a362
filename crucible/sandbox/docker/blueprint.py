"""What an engine is asked to make of a sandbox: its walls and limits as one document of the API."""

import functools
import json
import resource
from dataclasses import dataclass
from typing import Any, Final

from crucible.sandbox import seccomp
from crucible.sandbox.docker import accounts
from crucible.sandbox.docker.entrance import DOOR, Entrance
from crucible.sandbox.docker.wire import HOSTS_KERNEL, OWN_KERNEL
from crucible.sandbox.plan import WORKSPACE, WRITABLE
from crucible.sandbox.rlimits import BOUND_ALWAYS

LABEL: Final = "crucible.sandbox"
EXECUTOR_LABEL: Final = "crucible.executor"
_CAPABILITIES: Final = ("SETUID", "SETGID", "SETPCAP", "KILL", "DAC_READ_SEARCH", "SYS_PTRACE")
"""Of process 1, until the program runs; the program has none and can gain none.

With the last one it reads whom the program tries to reach, or traces it.
"""
_PERIOD_MICROSECONDS = 100_000
_ULIMITS: Final = {
    "core": resource.RLIMIT_CORE,
    "memlock": resource.RLIMIT_MEMLOCK,
    "msgqueue": resource.RLIMIT_MSGQUEUE,
    "nice": resource.RLIMIT_NICE,
    "rtprio": resource.RLIMIT_RTPRIO,
    "sigpending": resource.RLIMIT_SIGPENDING,
}
"""Set from the outside, as gVisor's kernel lets nobody inside set some of them."""
OURS: Final = 1
"""Process 1, which counts towards the group's processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What differs between containers before a program is known. Those with equal ones are interchangeable."""

    image: str
    binds: tuple[tuple[str, str], ...]
    masked: tuple[str, ...]
    memory_bytes: int
    cpus: float
    processes: int
    disk_bytes: int
    inodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is the same for all containers of one driver."""

    runtime: str
    entrance: Entrance
    seccomp: dict[str, Any]
    labels: dict[str, str]
    swappiness: int | None
    """0 where the kernel lets one group be told; None on cgroup v2, where no swap is enough."""
    own_memory_bytes: int
    """What a container uses while it waits for a program, whose limit comes on top."""
    own_kernel: bool
    """Whether the program has one, as in gVisor: its processes aren't the host's."""
    bounds_shares: bool
    """Whether what the kernel counts for the maker of a container's user namespace is bounded: see `shares`."""

    @property
    def counts_processes(self) -> bool:
        """Whether the host's count of processes is that of the program's."""
        return not self.own_kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """What a container has that is to be a session, and not for one program."""

    door: str | None
    """The path of a socket for its process 1 to connect to; None where its kernel opens none of the host's."""
    tasks: int | None
    """The bound on the host's threads, where they aren't the programs' own, which another bounds."""


def configuration(blueprint: Blueprint, house: House, user: int, stay: Stay | None = None) -> dict[str, Any]:
    """Return the body of a request to create the container.

    `user`: the uid and gid in there of whoever may write, a program or a session's root.
    """
    security = ["no-new-privileges", f"seccomp={json.dumps(house.seccomp)}"]
    binds = list(blueprint.binds)
    tasks = blueprint.processes + OURS if house.counts_processes else None
    if stay is not None:
        security.append("apparmor=unconfined")  # Docker's own profile forbids the mounts of a session's root
        binds += [(stay.door, DOOR)] if stay.door is not None else []
        tasks = tasks if stay.tasks is None else stay.tasks
    host: dict[str, Any] = {
        "Runtime": house.runtime,
        "AutoRemove": True,
        "LogConfig": {"Type": "none"},
        "NetworkMode": "none",
        "IpcMode": "none",
        "CgroupnsMode": "private",
        "ReadonlyRootfs": True,
        "Privileged": False,
        "CapDrop": ["ALL"],
        "CapAdd": list(_CAPABILITIES),
        "SecurityOpt": security,
        "MaskedPaths": ["/sys", *blueprint.masked],
        "ReadonlyPaths": ["/proc/sys"],
        "Mounts": [_mount(source, target) for source, target in binds],
        "Tmpfs": {
            accounts.FOLDER: accounts.OPTIONS,
            **{folder: _options(folder, blueprint, user) for folder in WRITABLE},
        },
        "Memory": blueprint.memory_bytes + house.own_memory_bytes,
        "MemorySwap": blueprint.memory_bytes + house.own_memory_bytes,
        "CpuPeriod": _PERIOD_MICROSECONDS,
        "CpuQuota": int(blueprint.cpus * _PERIOD_MICROSECONDS),
        "Ulimits": [
            {"Name": name, "Soft": BOUND_ALWAYS[kind], "Hard": BOUND_ALWAYS[kind]}
            for name, kind in _ULIMITS.items()
        ],
    }
    if tasks is not None:
        host["PidsLimit"] = tasks
    if house.swappiness is not None:
        host["MemorySwappiness"] = house.swappiness
    return {
        "Image": blueprint.image,
        "Entrypoint": house.entrance.command("init" if stay is None else "session_init"),
        "Cmd": [
            OWN_KERNEL if house.own_kernel else HOSTS_KERNEL,
            _wall(own_kernel=house.own_kernel, stays=stay is not None),
            str(user),
        ],
        "Env": ["PATH=/nowhere"],
        "User": "0:0",
        "WorkingDir": "/",
        "StopSignal": "SIGKILL",
        "Hostname": "sandbox",
        "NetworkDisabled": True,
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "Labels": house.labels,
        "HostConfig": host,
    }


@functools.cache
def _wall(*, own_kernel: bool, stays: bool) -> str:
    """Return what process 1 is told of the wall: to compile it takes longer than an interpreter's start."""
    build = seccomp.build_wall_of_sessions if stays else seccomp.build_wall
    return json.dumps(build(own_kernel=own_kernel).described())


def _mount(source: str, target: str) -> dict[str, Any]:
    return {
        "Type": "bind",
        "Source": source,
        "Target": target,
        "ReadOnly": True,
        # What is mounted below a folder of the host would stay writable: read-only holds for one mount.
        "BindOptions": {"Propagation": "rprivate", "NonRecursive": True},
    }


def _options(folder: str, blueprint: Blueprint, user: int) -> str:
    mode = "755" if folder == WORKSPACE else "1777"
    return (
        f"rw,exec,nosuid,nodev,size={blueprint.disk_bytes},nr_inodes={blueprint.inodes},"
        f"mode={mode},uid={user},gid={user}"
    )
