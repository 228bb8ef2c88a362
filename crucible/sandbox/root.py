"""The file system that a program sees: a read-only root made of the least that its runtime needs.

Every mount lives in the sandbox's own mount namespace and ends with it; on the host nothing is mounted, so nothing
can be left behind. Host files appear through read-only, nosuid, nodev bind mounts.
"""

from __future__ import annotations

import os

from crucible.sandbox import devices, kernel
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, WRITABLE, Tree

_DEVICE_LINKS = (
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
)
_SCRATCH = "/.scratch"
"""Where the writable file system is made; empty and read-only afterwards, so it also covers masked folders."""
_MOUNTPOINT = "/sys"
"""Where the root is built, in a mount namespace of its own: a folder that every host has and no sandbox shows."""
_ROOT_BYTES = 1024 * 1024
_ROOT_INODES = 4096
_UNTRUSTED = kernel.MS_NOSUID | kernel.MS_NODEV


def lay_out(tree: Tree) -> None:
    """Build what every sandbox's root has in common, in a mount namespace of the zygote's own that they copy."""
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    top = _MOUNTPOINT
    kernel.mount("root", top, "tmpfs", _UNTRUSTED, f"size={_ROOT_BYTES},nr_inodes={_ROOT_INODES},mode=755")
    fill(top, tree)
    kernel.set_mount_attributes(
        top,
        kernel.MOUNT_ATTR_RDONLY | kernel.MOUNT_ATTR_NOSUID | kernel.MOUNT_ATTR_NODEV,
        recursive=True,
    )
    _mount_devices(top)


def entering(tree: Tree) -> kernel.Calls:
    """Write down how the sandbox's own /proc is added, and its own copy of the root entered."""
    return [*_mounting_proc(_MOUNTPOINT, tree.masked), *kernel.pivoting_root(_MOUNTPOINT)]


def making_writable(disk_bytes: int, inodes: int) -> kernel.Calls:
    """Write down how one bounded file system gets behind all the folders that the program may write.

    It is one, so that one bound holds.
    """
    options = f"size={disk_bytes},nr_inodes={inodes},mode=755,uid={PROGRAM_UID},gid={PROGRAM_UID}"
    calls = [kernel.mounting("scratch", _SCRATCH, "tmpfs", _UNTRUSTED, options)]
    for folder in WRITABLE:
        inner = f"{_SCRATCH}/{folder.replace('/', '-')}"
        calls += [
            kernel.calling("mkdir", inner.encode(), 0o700, about=inner),
            kernel.calling("chown", inner.encode(), PROGRAM_UID, PROGRAM_UID, about=inner),
            kernel.calling("chmod", inner.encode(), 0o755 if folder == WORKSPACE else 0o1777, about=inner),
            kernel.mounting(inner, folder, None, kernel.MS_BIND),
        ]
    return [*calls, kernel.unmounting(_SCRATCH)]


def resize(disk_bytes: int, inodes: int) -> None:
    """Give the writable file system, of which nothing is used yet, another bound."""
    flags = kernel.MS_REMOUNT | _UNTRUSTED
    kernel.mount("scratch", WORKSPACE, "tmpfs", flags, f"size={disk_bytes},nr_inodes={inodes}")


def fill(top: str, tree: Tree) -> None:
    """Fill `top`, an empty file system, with the tree; what the host lends is mounted, not yet read-only.

    Links come last: here, where the root is still the host's, one would lead there whatever came after it.
    """
    for folder in ("/proc", "/dev", _SCRATCH, *WRITABLE):
        os.makedirs(top + folder, exist_ok=True)
    for device in devices.NAMES:
        _touch(f"{top}/dev/{device}")
    for path, content in tree.files:
        os.makedirs(os.path.dirname(top + path), exist_ok=True)
        with open(top + path, "w") as file:
            file.write(content)
    for source, path in tree.binds:
        if os.path.isdir(source):
            os.makedirs(top + path, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(top + path), exist_ok=True)
            _touch(top + path)
        kernel.mount(source, top + path, None, kernel.MS_BIND | kernel.MS_REC)
    for path, target in (*tree.links, *_DEVICE_LINKS):
        os.makedirs(os.path.dirname(top + path), exist_ok=True)
        os.symlink(target, top + path)


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))


def _mount_devices(top: str) -> None:
    source = devices.lay_out(top + _SCRATCH)
    for device in devices.NAMES:
        target = f"{top}/dev/{device}"
        kernel.mount(f"{source}/{device}", target, None, kernel.MS_BIND)
        kernel.set_mount_attributes(target, kernel.MOUNT_ATTR_NOSUID | kernel.MOUNT_ATTR_NOEXEC)
    if source != devices.HOSTS:
        kernel.unmount(source)


def _mounting_proc(top: str, masked: list[str]) -> kernel.Calls:
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC | kernel.MS_RDONLY
    calls = [kernel.mounting("proc", f"{top}/proc", "proc", flags, "hidepid=2")]
    for path in masked:
        cover = _SCRATCH if os.path.isdir(path) else "/dev/null"
        calls.append(kernel.mounting(top + cover, top + path, None, kernel.MS_BIND))
    return calls
