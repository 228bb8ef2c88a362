"""A second wall around files: it holds where a mount was forgotten or made wrongly.

Landlock lets an unprivileged process give up access to all files but those below named folders
(https://docs.kernel.org/userspace-api/landlock.html). What this kernel's version of it can't restrict is left out,
which the version number in the containment record says.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from crucible.sandbox import kernel
from crucible.sandbox.record import Record

_CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
_PATH_BENEATH = struct.Struct("=Qi")
"""What may be done, and the descriptor of below what."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_READING = _EXECUTE | _READ_FILE | _READ_DIR

_FILE_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_NETWORK_RIGHTS = 0b11  # bind and connect, TCP
_SCOPES = 0b11  # abstract Unix sockets and signals stay inside
_ABI_WITH_NETWORK = 4
_ABI_WITH_SCOPES = 6
_ABI_WITH_LOG = 7
_UNLOGGED = 1 << 0
"""What is refused isn't told to the host's audit log, which whoever tries it over and over would fill."""


def abi() -> int:
    """Return this kernel's Landlock version; 0 where it has none or it is turned off."""
    try:
        return kernel.syscall(
            kernel.SYS_LANDLOCK_CREATE_RULESET,
            None,
            ctypes.c_size_t(0),
            ctypes.c_uint(_CREATE_RULESET_VERSION),
            about="landlock version",
        )
    except OSError as error:
        if error.errno in {errno.ENOSYS, errno.EOPNOTSUPP}:
            return 0
        raise


class Rules(Record):
    """What a process gives up, in the kernel's words."""

    attributes: bytes
    allowed: list[tuple[str, int]]
    """Folders, and what may be done below each."""
    flags: int
    """With which they are obeyed."""


def rules(version: int, *, readable: tuple[str, ...], writable: tuple[str, ...], devices: str) -> Rules:
    """Return what has a process give up every file but these."""
    handled = _FILE_RIGHTS_BY_ABI[min(version, max(_FILE_RIGHTS_BY_ABI))]
    network = _NETWORK_RIGHTS if version >= _ABI_WITH_NETWORK else 0
    scopes = _SCOPES if version >= _ABI_WITH_SCOPES else 0
    attributes = struct.pack("=QQQ", handled, network, scopes)
    if version < _ABI_WITH_SCOPES:
        attributes = attributes[: 16 if network else 8]
    allowed = [(folder, _READING & handled) for folder in readable]
    allowed += [(folder, handled) for folder in writable]
    allowed.append((devices, (_READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE) & handled))
    return Rules(attributes, allowed, _UNLOGGED if version >= _ABI_WITH_LOG else 0)


def restrict(version: int, *, readable: tuple[str, ...], writable: tuple[str, ...], devices: str) -> None:
    """Give up every file but these. Needs no_new_privs. Raises KernelError, FileNotFoundError."""
    obeyed = rules(version, readable=readable, writable=writable, devices=devices)
    descriptor = ruleset(obeyed)
    kernel.syscall(
        kernel.SYS_LANDLOCK_RESTRICT_SELF,
        ctypes.c_int(descriptor),
        ctypes.c_uint(obeyed.flags),
        about="landlock restrict",
    )
    os.close(descriptor)


def ruleset(obeyed: Rules) -> int:
    """Return a descriptor of the rules that `restrict` has this process obey."""
    descriptor = kernel.syscall(
        kernel.SYS_LANDLOCK_CREATE_RULESET,
        obeyed.attributes,
        ctypes.c_size_t(len(obeyed.attributes)),
        ctypes.c_uint(0),
        about="landlock ruleset",
    )
    for folder, rights in obeyed.allowed:
        _allow(descriptor, folder, rights)
    return descriptor


def _allow(ruleset: int, folder: str, rights: int) -> None:
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        kernel.syscall(
            kernel.SYS_LANDLOCK_ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(RULE_PATH_BENEATH),
            _PATH_BENEATH.pack(rights, descriptor),
            ctypes.c_uint(0),
            about=f"landlock rule {folder}",
        )
    finally:
        os.close(descriptor)
