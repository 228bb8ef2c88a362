"""The configuration that a tool makes a container from: every wall that the specification knows.

https://github.com/opencontainers/runtime-spec/blob/main/config.md. Process 1 in it is ours and keeps the few
rights that it needs to put the program behind the last walls; the program itself has none.
"""

import resource
from typing import Any

from crucible.sandbox import seccomp_profile, victim
from crucible.sandbox.oci.place import ROOT, SCRATCH
from crucible.sandbox.plan import SHARED_MEMORY, WRITABLE, Identity
from crucible.sandbox.rlimits import BOUND_ALWAYS
from crucible.sandbox.tree import ENVIRONMENT

_OF_PROCESS_1 = [
    "CAP_CHOWN",  # gives inputs to the program
    "CAP_DAC_OVERRIDE",  # writes them into its folders, and collects what it made unreadable
    "CAP_DAC_READ_SEARCH",
    "CAP_KILL",
    "CAP_SETGID",  # becomes nobody
    "CAP_SETUID",
    "CAP_SETPCAP",  # takes these from what the program could ever have
    "CAP_SYS_PTRACE",  # reads whom the program tries to reach, or traces it
]
_MOST_OPEN_FILES = 65_536
"""As many as a limit can ask for."""
_READ_ONLY_IN_PROC = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
NAMESPACES = ("user", "mount", "pid", "network", "ipc", "uts", "cgroup")


def scratch(folder: str) -> str:
    """Return where, for the keeper, a folder is that the program may write."""
    return f"{SCRATCH}/{folder.strip('/').replace('/', '-')}"


def configuration(
    arguments: list[str], identity: Identity, masked: list[str], *, own_kernel: bool, group: str | None
) -> dict[str, Any]:
    """Return the content of config.json for a container whose process 1 has these arguments.

    `own_kernel`: whether the tool brings one, which filters system calls and shows processes in its own way.
    `group`: the control group that the tool is to join.
    """
    open_files = _most_open_files()
    linux: dict[str, Any] = {
        "namespaces": [{"type": name} for name in NAMESPACES],
        "uidMappings": _mappings(identity),
        "gidMappings": _mappings(identity),
        "maskedPaths": [] if own_kernel else masked,
        "readonlyPaths": [] if own_kernel else _READ_ONLY_IN_PROC,
    }
    process: dict[str, Any] = {
        "terminal": False,
        "user": {"uid": identity.init, "gid": identity.init},
        "args": arguments,
        "env": [f"{name}={value}" for name, value in ENVIRONMENT.items()],
        "cwd": "/",
        "noNewPrivileges": True,
        "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), _OF_PROCESS_1),
        "rlimits": [
            {"type": "RLIMIT_NOFILE", "soft": open_files, "hard": open_files},
            *(_bound_always() if own_kernel else []),
        ],
    }
    if group is not None:
        linux |= {"cgroupsPath": group, "resources": {"devices": [{"allow": False, "access": "rwm"}]}}
    if not own_kernel:
        linux["seccomp"] = seccomp_profile.profile()
        process["oomScoreAdj"] = victim.FIRST  # the keeper takes it back from process 1 alone
    return {
        "ociVersion": "1.0.2",
        "process": process,
        "root": {"path": ROOT, "readonly": True},
        "hostname": "sandbox",
        "mounts": [*_MOUNTS, *(_of_own_kernel() if own_kernel else map(_writable, WRITABLE))],
        "linux": linux,
    }


def _bound_always() -> list[dict[str, Any]]:
    """Return what process 1 can't set for the program in gVisor's kernel.

    Elsewhere it does; a tool that sets them before it makes the user namespace would have them bound all
    containers together, since the maker's limits are the namespace's.
    """
    names = {getattr(resource, name): name for name in dir(resource) if name.startswith("RLIMIT_")}
    return [{"type": names[kind], "soft": bound, "hard": bound} for kind, bound in BOUND_ALWAYS.items()]


def _most_open_files() -> int:
    """Return how many descriptors a process of a container can be allowed: no more than the executor itself."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _MOST_OPEN_FILES)


_UNTRUSTED = ["nosuid", "nodev"]
_MOUNTS: list[dict[str, Any]] = [
    {"destination": "/proc", "type": "proc", "source": "proc", "options": [*_UNTRUSTED, "noexec", "hidepid=2"]},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"]},
]


def _of_own_kernel() -> list[dict[str, Any]]:
    """Return what differs where the tool brings a kernel, which shows a /sys unless something else is there.

    Shared memory is that kernel's own: ADR 78.
    """
    return [
        {"destination": "/sys", "type": "tmpfs", "source": "tmpfs", "options": ["ro", "mode=000", "size=4k"]},
        {"destination": SHARED_MEMORY, "type": "tmpfs", "source": "tmpfs", "options": [*_UNTRUSTED, "mode=1777"]},
        *(_writable(folder) for folder in WRITABLE if folder != SHARED_MEMORY),
    ]


def _writable(folder: str) -> dict[str, Any]:
    return {
        "destination": folder,
        "type": "bind",
        "source": scratch(folder),
        "options": ["bind", "rw", *_UNTRUSTED],
    }


def _mappings(identity: Identity) -> list[dict[str, int]]:
    return [{"containerID": inside, "hostID": outside, "size": count} for inside, outside, count in identity.map]
