"""The file system that control groups are: an executor's own folders in it, and the small files in those."""

import contextlib
import errno
import fcntl
import itertools
import os
from typing import Final

PREFIX: Final = "crucible-"
_CHUNK_BYTES: Final = 64 * 1024
_numbers = itertools.count(1)
_living: set[str] = set()
"""The names of this process's own groups."""


def own_name() -> str:
    """Return the name of an executor's own group, which says whose it is: see `sweep`."""
    name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
    _living.add(name)
    return name


def claim(folder: str) -> int:
    """Make an executor's own folder. The descriptor returned holds a lock, which says that the executor lives."""
    os.mkdir(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def sweep(parent: str) -> None:
    """Remove the groups of executors that were killed: the process of that id is not seen, nor is its lock held.

    Ids return: in a container that is started again, an executor may have the very id of the one before it. And
    one that lives in another PID namespace is not seen.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(parent):
            pid = name.removeprefix(PREFIX).partition("-")[0]
            if not name.startswith(PREFIX) or not pid.isdigit() or name in _living:
                continue
            seen = int(pid) != os.getpid() and os.path.exists(f"/proc/{pid}")
            if not seen and not _is_claimed(f"{parent}/{name}"):
                for folder, _, _ in os.walk(f"{parent}/{name}", topdown=False):
                    remove(folder)


def _is_claimed(folder: str) -> bool:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def make(folder: str) -> None:
    """Make a folder where it isn't there."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder)


def remove(folder: str) -> bool:
    """Remove a folder; False while something is in it, or while its hierarchy can't be written."""
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno in {errno.EBUSY, errno.EROFS}:
            return False
        raise
    return True


def read(path: str) -> str:
    """Return what a file says.

    Read without a file object: these are read many times for each program, and making one takes longer.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(descriptor, _CHUNK_BYTES):
            parts.append(part)
    finally:
        os.close(descriptor)
    return b"".join(parts).decode()


def write(path: str, text: str) -> None:
    """Write a file at once. Raises OSError, saying what was to be written where."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    except OSError as error:
        raise OSError(error.errno, f"writing {text} to {path}: {os.strerror(error.errno or 0)}") from error
    finally:
        os.close(descriptor)


def fields(path: str) -> dict[str, int]:
    """Return the numbers of a file by their names."""
    return {name: int(value) for name, value in (line.split() for line in read(path).splitlines())}
