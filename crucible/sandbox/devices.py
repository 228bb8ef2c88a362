"""The few devices that a sandbox has: files of its own, where its executor may make such.

A watch (inotify) is on a file, whoever opens it. Whoever watches the host's own /dev/null is told of each write to
it, by the host and by every other sandbox that is shown it.
"""

from __future__ import annotations

import os
import stat
from typing import Final

from crucible.sandbox import kernel

NAMES: Final = ("null", "zero", "full", "random", "urandom")
HOSTS: Final = "/dev"
_ANYBODYS: Final = 0o666
_SHOWN: Final = (
    "sandboxes are shown the host's, and a program can watch who writes to /dev/null; run Crucible as root, "
    "who may make devices"
)


def lay_out(folder: str, names: tuple[str, ...] = NAMES) -> str:
    """Make devices in an empty folder, and return it; or where the host's are, to who is `missing` them."""
    kernel.mount("devices", folder, "tmpfs", kernel.MS_NOSUID | kernel.MS_NOEXEC, "size=4k,nr_inodes=16,mode=755")
    try:
        for name in names:
            _make(f"{folder}/{name}", name)
    except PermissionError:
        kernel.unmount(folder)
        return HOSTS
    return folder


def missing() -> dict[str, str]:
    """Return what an executor lacks that may make no devices, and what mends it."""
    import tempfile  # noqa: PLC0415 - zygotes have this module, too, and no use for that one

    with tempfile.TemporaryDirectory(prefix="crucible-device-", dir="/dev/shm") as folder:
        try:
            _make(f"{folder}/{NAMES[0]}", NAMES[0])
        except PermissionError:
            return {"devices of its own": _SHOWN}
    return {}


def _make(path: str, like: str) -> None:
    """Make another file of a device that the host has. Raises PermissionError."""
    os.mknod(path, stat.S_IFCHR, os.stat(f"{HOSTS}/{like}").st_rdev)
    os.chmod(path, _ANYBODYS)
