"""The data folder belongs to one server at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crucible.roles.errors import CannotStartError

_LOCK = "up.pid"
_LONGEST_SOCKET_PATH = 107
"""`sun_path` of Linux holds 108 bytes, the last of them NUL (unix(7))."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder, made where it is not there. Raises CannotStartError, naming the process that holds it.

    The kernel gives the lock back however the process ends.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStartError(
            f"the data folder {folder} can't be used: {error.strerror}; --data names another"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "another"
            raise CannotStartError(
                f"process {holder} runs a Crucible on {folder} already; stop it, or name another with --data"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


@contextmanager
def socket_path(wanted: Path) -> Iterator[Path]:
    """Provide a place for the executor's socket: the wanted one, or a private folder where that is too long."""
    if len(os.fsencode(wanted)) <= _LONGEST_SOCKET_PATH:
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="crucible-") as folder:
        yield Path(folder) / wanted.name
