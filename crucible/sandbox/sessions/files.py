"""Reading and writing a file from inside of the session, as the user for whom it is done.

Links are followed as any program there would follow them, and lead nowhere else; only those of /proc that stand
for open descriptors are refused. What is opened is checked to be a regular file before a byte moves.
"""

import errno
import os
import stat

from crucible.sandbox import kernel
from crucible.sandbox.descriptors import write_all
from crucible.sandbox.sessions.walk import open_by_steps

_RESOLVE_NO_MAGICLINKS = 0x02
_AT_FDCWD = -100
_CAREFULLY = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_CHUNK = 1024 * 1024


def open_inside(path: str, flags: int, mode: int = 0) -> int:
    """Return a descriptor; opening neither waits for a pipe's other end nor goes through /proc's magic links."""
    try:
        return kernel.openat2(_AT_FDCWD, os.fsencode(path), flags | _CAREFULLY, _RESOLVE_NO_MAGICLINKS, mode)
    except OSError as error:
        number = error.errno or 0
        if number == errno.ENOSYS:
            return open_by_steps(os.fsencode(path), flags | _CAREFULLY, mode)
        raise OSError(number, os.strerror(number)) from error  # of the type that stands for its number


def read(path: str, most: int, to: int) -> None:
    """Copy a file's bytes to a descriptor. Raises OSError: EFBIG where there are more than `most`."""
    source = open_inside(path, os.O_RDONLY)
    status = os.fstat(source)
    _be_regular(status)
    if status.st_size > most:
        raise OSError(errno.EFBIG, f"the file has {status.st_size} bytes; at most {most} were to be read")
    left = most + 1  # a file may grow meanwhile, and those of /proc don't say how long they are
    while left > 0 and (data := os.read(source, min(left, _CHUNK))):
        left -= len(data)
        if left == 0:
            raise OSError(errno.EFBIG, f"the file has more than the {most} bytes that were to be read")
        write_all(to, data)


def write(path: str, source: int, size: int, mode: int | None) -> None:
    """Write `size` bytes from a descriptor to a file, making folders on the way.

    A disk without room for all of it is found out before anything is changed.
    """
    if folder := os.path.dirname(path):
        os.makedirs(folder, exist_ok=True)
    try:
        target, made = open_inside(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), True
    except FileExistsError:
        target, made = open_inside(path, os.O_WRONLY | os.O_CREAT, 0o644), False
    status = os.fstat(target)
    _be_regular(status)
    try:
        if size:
            os.posix_fallocate(target, 0, size)
    except OSError:
        if made:
            os.unlink(path)
        else:
            os.ftruncate(target, status.st_size)
        raise
    left = size
    while left > 0 and (data := os.read(source, min(left, _CHUNK))):
        left -= len(data)
        write_all(target, data)
    os.ftruncate(target, size)
    if mode is not None:
        os.fchmod(target, mode)


def _be_regular(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ENXIO, "it is no regular file")
