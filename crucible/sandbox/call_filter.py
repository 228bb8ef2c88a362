"""Putting a process behind a filter of system calls, compiled elsewhere: see `seccomp`."""

import ctypes

from crucible.sandbox import kernel

_SECCOMP_MODE_FILTER = 2


class _FilterProgram(ctypes.Structure):
    """The kernel's `struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def install(program: bytes) -> None:
    """Put this process, and all that it becomes and forks, behind the filter. It can't be undone."""
    buffer = ctypes.create_string_buffer(program, len(program))
    request = _FilterProgram(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    kernel.prctl_pointer(
        kernel.PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(request), about="PR_SET_SECCOMP"
    )
