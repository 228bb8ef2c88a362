"""Reading what a hostile program left behind, from inside its own jail and once none of it can run any more.

Following a link that the program left is the most repeated escape in this field. Here nothing follows one: the
kernel resolves every name beneath the workspace and refuses links, what is opened is checked to be a regular file
before a byte is read, and every read is bounded.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Dict, Iterator, Tuple

from crucible.sandbox import kernel
from crucible.sandbox.plan import Bounds

_RESOLVE = 0x08 | 0x04 | 0x02  # RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_CHUNK = 1024 * 1024

Unchanged = Dict[bytes, Tuple[int, int]]
"""Inputs as they were written: inode and time of change, which a program can't set."""


def fingerprint(status: os.stat_result) -> tuple[int, int]:
    """Return what tells a file from one that was written since."""
    return status.st_ino, status.st_ctime_ns


def _open_beneath(folder: int, name: bytes) -> int:
    """Open what a folder lists under a name. Raises OSError, for a link too.

    gVisor's kernel has no openat2. A listed name is one component, of which O_NOFOLLOW says as much.
    """
    try:
        return kernel.openat2(folder, name, _OPEN, _RESOLVE)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
    return os.open(name, _OPEN, dir_fd=folder)


class Collection:
    """One walk over the workspace. Iterate it once; `truncated` is known at its end."""

    def __init__(self, bounds: Bounds, unchanged: Unchanged) -> None:
        self.truncated = False
        self._bounds = bounds
        self._unchanged = unchanged
        self._files = bounds.collected_files
        self._bytes = bounds.collected_bytes

    def walk(self, top: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield the path, relative to `top`, and the content of each regular file, in order of path."""
        descriptor = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield from self._folder(descriptor, b"", 0)
        finally:
            os.close(descriptor)

    def _folder(self, folder: int, prefix: bytes, depth: int) -> Iterator[tuple[bytes, bytes]]:
        for name in sorted(map(os.fsencode, os.listdir(folder))):
            if self._files <= 0:
                self.truncated = True
                return
            try:
                descriptor = _open_beneath(folder, name)
            except OSError:
                continue  # a link, a socket, a device: nothing that is kept
            try:
                status = os.fstat(descriptor)
                path = prefix + name
                if stat.S_ISDIR(status.st_mode):
                    if depth < self._bounds.collected_depth:
                        yield from self._folder(descriptor, path + b"/", depth + 1)
                    else:
                        self.truncated = True
                elif stat.S_ISREG(status.st_mode) and self._unchanged.get(path) != fingerprint(status):
                    content = self._read(descriptor, status.st_size)
                    if content is not None:
                        yield path, content
            finally:
                os.close(descriptor)

    def _read(self, descriptor: int, size: int) -> bytes | None:
        """Return the file's bytes, or None where it is larger than what may still be kept."""
        if size > self._bytes:
            self.truncated = True
            return None
        parts: list[bytes] = []
        missing = size
        while missing > 0 and (part := os.read(descriptor, min(missing, _CHUNK))):
            parts.append(part)
            missing -= len(part)
        self._files -= 1
        self._bytes -= size
        return b"".join(parts)
