"""Which parts of the host a sandbox shows: the system's programs, its libraries, one runtime; nobody's files."""

import functools
import os
import stat

from crucible.sandbox.lookups import RESOLV_CONF
from crucible.sandbox.plan import PROGRAM_UID, Tree

_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Links into /usr on a current distribution, folders on an old one."""

_SHARED_FILES = ("/etc/ld.so.cache", "/etc/alternatives")

_MADE_UP = (
    (
        "/etc/passwd",
        f"root:x:0:0:root:/root:/usr/sbin/nologin\nsandbox:x:{PROGRAM_UID}:{PROGRAM_UID}:sandbox:/tmp:/bin/sh\n",
    ),
    ("/etc/group", f"root:x:0:\nsandbox:x:{PROGRAM_UID}:\n"),
    ("/etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost sandbox\n"),
    ("/etc/hostname", "sandbox\n"),
    ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    ("/etc/resolv.conf", RESOLV_CONF),
)

_MASKED_IN_PROC = (
    *("acpi", "asound", "bus", "driver", "dynamic_debug", "fs", "irq", "pressure", "scsi", "sys", "tty"),
    *(
        "bootconfig",
        "buddyinfo",
        "cmdline",
        "config.gz",
        "consoles",
        "crypto",
        "devices",
        "diskstats",
        "dma",
        "fb",
    ),
    *(
        "execdomains",
        "interrupts",
        "iomem",
        "ioports",
        "kallsyms",
        "kcore",
        "key-users",
        "keys",
        "kmsg",
        "kpagecgroup",
    ),
    *(
        "kpagecount",
        "kpageflags",
        "latency_stats",
        "locks",
        "misc",
        "modules",
        "mtrr",
        "pagetypeinfo",
        "partitions",
    ),
    *("sched_debug", "schedstat", "slabinfo", "softirqs", "swaps", "sysrq-trigger", "sysvipc", "timer_list"),
    *("vmallocinfo", "vmstat", "zoneinfo"),
)
"""What shows the host or its other tenants. What programs read stays: cpuinfo, meminfo, stat, uptime, version."""

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - inside of the sandbox
    "TMPDIR": "/tmp",  # noqa: S108 - inside of the sandbox
    "LANG": "C.UTF-8",
    "USER": "sandbox",
}
"""All that a program inherits; a submission's own variables come on top."""


@functools.cache
def tree(prefix: str) -> Tree:
    """Return the root for a runtime whose interpreter lives below `prefix`."""
    links = [(path, os.readlink(path)) for path in _SYSTEM if os.path.islink(path)]
    folders = [path for path in _SYSTEM if os.path.isdir(path) and not os.path.islink(path)]
    shown = ["/usr", *folders, *(path for path in _SHARED_FILES if os.path.exists(path))]
    if not any(prefix == folder or prefix.startswith(f"{folder}/") for folder in shown):
        shown.append(prefix)
    return Tree(
        binds=[(path, path) for path in shown],
        links=links,
        files=list(_MADE_UP),
        masked=[f"/proc/{name}" for name in _MASKED_IN_PROC if _anybody_may_read(f"/proc/{name}")],
    )


def _anybody_may_read(path: str) -> bool:
    """Whether a file exists and doesn't belong to host root alone, which nobody inside can be."""
    try:
        return bool(os.stat(path).st_mode & stat.S_IROTH)
    except FileNotFoundError:
        return False
