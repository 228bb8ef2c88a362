"""The file system of a session: a writable root of its own, on one bounded tmpfs, with the host's programs.

It is built inside of the session's user namespace over the read-only root that every sandbox has: what is mounted
there stays locked and read-only, whatever is done on top of it. What /etc holds is made up (`furniture.toml`):
nothing of the host's own accounts or settings is shown.
"""

import os
import tomllib
from importlib import resources

from crucible.sandbox import kernel
from crucible.sandbox.plan import PROGRAM_UID, SHARED_MEMORY
from crucible.sandbox.sessions.plan import Ground

_NEW = "/.scratch"
"""An empty folder of the read-only root."""
_ON_DISK = "/run/shm"
"""Where what is in /dev/shm usually lives: /dev itself is read-only."""
_UNTRUSTED = kernel.MS_NOSUID | kernel.MS_NODEV
_PROC = _UNTRUSTED | kernel.MS_NOEXEC
"""What is locked where /proc was mounted, and so has to be said again."""
FURNITURE = tomllib.loads((resources.files(__package__) / "furniture.toml").read_text())
"""Read when the launcher starts: no session can look at our own files."""
_OF_AN_IMAGE = frozenset({"/opt", "/srv"})
"""What an image has there comes first."""
_OWN = {
    *FURNITURE["files"],
    *(os.path.dirname(path) for path in FURNITURE["files"]),
    *FURNITURE["folders"],
} - _OF_AN_IMAGE
"""What is the session's own to change, though an image may have it, too."""


def make(ground: Ground) -> None:
    """Build the root and move everybody in this mount namespace into it. Raises KernelError, OSError."""
    mapped = ground.identity.ranged
    if mapped:
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
    owner = 0 if mapped else PROGRAM_UID
    os.umask(0)
    if ground.own_kernel is None:
        size = f"size={ground.disk_bytes},nr_inodes={ground.inodes},mode=755,uid={owner},gid={owner}"
        kernel.mount("session", _NEW, "tmpfs", _UNTRUSTED, size)
    else:
        kernel.mount(ground.own_kernel.disk, _NEW, None, kernel.MS_BIND)
    for path, target in ground.tree.links:
        if path not in _OWN:
            _folder(os.path.dirname(path))
            os.symlink(target, _NEW + path)
    for path in ("/proc", "/dev"):
        _bind(path)
    kernel.mount("proc", f"{_NEW}/proc", None, kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | _PROC)
    for _, path in ground.tree.binds:
        if path not in _OWN:
            _bind(path)
    _furnish(mapped)
    given = ground.own_kernel.shared_memory if ground.own_kernel else None
    kernel.mount(given or _NEW + _ON_DISK, _NEW + SHARED_MEMORY, None, kernel.MS_BIND)
    kernel.pivot_root(_NEW)


def _bind(path: str) -> None:
    """Show what the read-only root has there, with all that is mounted on it."""
    if os.path.isdir(path):
        _folder(path)
    else:
        _folder(os.path.dirname(path))
        os.close(os.open(_NEW + path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    kernel.mount(path, _NEW + path, None, kernel.MS_BIND | kernel.MS_REC)


def _furnish(mapped: bool) -> None:
    for path, (mode, uid) in FURNITURE["folders"].items():
        if path in _OF_AN_IMAGE and os.path.lexists(_NEW + path):
            continue
        _folder(path)
        os.chmod(_NEW + path, int(mode, 8))
        if mapped:
            os.chown(_NEW + path, uid, uid)
    for path, content in FURNITURE["files"].items():
        _folder(os.path.dirname(path))
        secret = path in FURNITURE["secret"]
        descriptor = os.open(
            _NEW + path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600 if secret else 0o644
        )
        with os.fdopen(descriptor, "w") as file:
            file.write(content)


def _folder(path: str) -> None:
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        part = f"{_NEW}/{'/'.join(parts[:depth])}"
        if not os.path.isdir(part):
            os.mkdir(part, 0o755)
