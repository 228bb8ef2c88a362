"""Putting a process behind a filter of system calls, compiled elsewhere: see `seccomp`."""

from __future__ import annotations

import ctypes
import functools
import struct

from crucible.sandbox import kernel

_SET_MODE_FILTER = 1

ALLOW_ALL = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF_0000)
"""A filter that changes nothing, to see whether one can be installed."""


class _FilterProgram(ctypes.Structure):
    """The kernel's `struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


@functools.lru_cache(maxsize=None)
def request_for(program: bytes) -> ctypes.Structure:
    """Return what the kernel takes a filter from, which is kept, and the program with it."""
    buffer = ctypes.create_string_buffer(program, len(program))
    request = _FilterProgram(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    request.program = buffer
    return request


@functools.lru_cache(maxsize=None)
def installing(program: bytes) -> kernel.Call:
    """Write `install` down. Who forks asks for it before, so that its children find it."""
    return kernel.syscalling(
        kernel.SYS_SECCOMP[kernel.MACHINE],
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(0),
        ctypes.byref(request_for(program)),
        about="seccomp",
    )


def install(program: bytes) -> None:
    """Put this process, and all that it becomes and forks, behind the filter. It can't be undone."""
    kernel.make([installing(program)])
