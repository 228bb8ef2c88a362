"""Whether an interpreter's file is still the one that said its version: it may be upgraded while we run.

An upgrade either puts another file in its place, which has another inode, or writes to the one that is there,
which the kernel notes as the time of the inode's last change.
"""

import os
from dataclasses import dataclass
from typing import Final, Self

from crucible.sandbox import kernel

_RESOLVE_IN_ROOT: Final = 0x10
"""Of openat2: links are followed as if the folder were the root, and none leads out of it."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What differs once another file stands at a path, or something was written to this one."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, path: str, folder: str | None = None) -> Self | None:
        """Return the state of what a program that is started by this path is, or None where nothing is there.

        `folder`: the root of the image that the path is a path of; `None`: the host's.
        """
        try:
            found = os.stat(path) if folder is None else _stat_inside(path, folder)
        except OSError:
            return None
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _stat_inside(path: str, folder: str) -> os.stat_result:
    root = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        file = kernel.openat2(root, os.fsencode(path), os.O_PATH | os.O_CLOEXEC, _RESOLVE_IN_ROOT)
    finally:
        os.close(root)
    try:
        return os.fstat(file)
    finally:
        os.close(file)
