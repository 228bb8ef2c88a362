"""From what the kernel refused inside of a session to the type of error that it is for whoever asked."""

import errno
from typing import Any

from crucible.domain.errors import (
    CrucibleError,
    SessionBusyError,
    SessionCannotExecuteError,
    SessionDiskFullError,
    SessionFileNotFoundError,
    SessionIsADirectoryError,
    SessionNotAFileError,
    SessionPermissionError,
    SessionRequestFailedError,
    SessionTooLargeError,
    SessionUserNotFoundError,
)

_BY_NUMBER: dict[int, type[CrucibleError]] = {
    errno.ENOENT: SessionFileNotFoundError,
    errno.EISDIR: SessionIsADirectoryError,
    errno.ENOTDIR: SessionNotAFileError,
    errno.ENXIO: SessionNotAFileError,
    errno.ENODEV: SessionNotAFileError,
    errno.EACCES: SessionPermissionError,
    errno.EPERM: SessionPermissionError,
    errno.EROFS: SessionPermissionError,
    errno.E2BIG: SessionTooLargeError,
    errno.EFBIG: SessionTooLargeError,
    errno.ENAMETOOLONG: SessionTooLargeError,
    errno.ENOSPC: SessionDiskFullError,
    errno.EDQUOT: SessionDiskFullError,
    errno.ESRCH: SessionUserNotFoundError,
    errno.ENOEXEC: SessionCannotExecuteError,
    errno.EAGAIN: SessionBusyError,
    errno.EMFILE: SessionBusyError,
    errno.ENFILE: SessionBusyError,
    errno.ENOMEM: SessionBusyError,
}
_SUBJECTS = {
    "user": "the user {user!r}",
    "cwd": "the working directory {cwd!r}",
    "exec": "the program {name!r}",
    "read": "reading {name!r}",
    "write": "writing {name!r}",
    "start": "starting a process",
}


def failure(told: dict[str, Any], *, user: str, cwd: str, name: str) -> CrucibleError:
    """Return the error for what a process said that could not carry out its order."""
    number = told.get("errno")
    step = told.get("step")
    subject = _SUBJECTS.get(str(step), "the request").format(user=user[:64], cwd=cwd[:256], name=name[:256])
    if step == "user" and number != errno.EPERM:
        return SessionUserNotFoundError(f"{subject}: {told.get('message')}")
    if step == "write" and number == errno.EFBIG:
        return SessionDiskFullError(f"{subject}: {told.get('message')}")
    kind = (
        _BY_NUMBER.get(number, SessionRequestFailedError) if isinstance(number, int) else SessionRequestFailedError
    )
    return kind(f"{subject}: {told.get('message')}")
