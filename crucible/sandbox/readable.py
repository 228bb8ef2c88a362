"""Bytes as a program's standard input."""

from __future__ import annotations

import fcntl
import os

from crucible.sandbox.descriptors import write_all

_NEVER_CHANGED = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
"""A program can open the file behind its input anew, for writing, whatever rights its own descriptor has."""


def readable(content: bytes) -> int:
    """Return a descriptor from which a program can read the bytes, and which nobody can write any more."""
    if not content:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        write_all(descriptor, content)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _NEVER_CHANGED)
        return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(descriptor)
