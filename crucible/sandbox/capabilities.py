"""Giving up root's powers. Even those of a namespace's own root reach kernel code that nobody else reaches."""

from __future__ import annotations

import errno
from typing import Final

from crucible.sandbox import kernel

_MOST: Final = 64
"""What the kernel's representation has room for."""
CAP_CHOWN: Final = 1 << 0
CAP_DAC_OVERRIDE: Final = 1 << 1
CAP_DAC_READ_SEARCH: Final = 1 << 2
CAP_FOWNER: Final = 1 << 3
CAP_FSETID: Final = 1 << 4
CAP_KILL: Final = 1 << 5
CAP_SETGID: Final = 1 << 6
CAP_SETUID: Final = 1 << 7
CAP_SYS_PTRACE: Final = 1 << 19
CAP_SYS_ADMIN: Final = 1 << 21


def last_capability() -> int:
    """Return the number of this kernel's highest capability."""
    try:
        with open("/proc/sys/kernel/cap_last_cap") as file:
            return int(file.read())
    except FileNotFoundError:  # inside of a container, where /proc/sys is masked
        return max(number for number in range(_MOST) if _exists(number))


def _exists(capability: int) -> bool:
    try:
        kernel.prctl(kernel.Prctl.CAPBSET_READ, capability)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return False
        raise
    return True


def drop_bounding_set(last: int, *, but: int = 0) -> None:
    """Make sure that no program that this process starts can gain a capability, but for some, from its file."""
    kernel.make(dropping_bounding_set(last, but=but))


def dropping_bounding_set(last: int, *, but: int = 0) -> kernel.Calls:
    """Write `drop_bounding_set` down."""
    return [
        kernel.prctling(kernel.Prctl.CAPBSET_DROP, capability)
        for capability in range(last + 1)
        if not but >> capability & 1
    ]


def keep_only(capabilities: int) -> None:
    """Reduce this process to these capabilities, none of which survives an exec."""
    kernel.make(keeping_only(capabilities))


def keeping_only(capabilities: int) -> kernel.Calls:
    """Write `keep_only` down."""
    clearing = kernel.prctling(kernel.Prctl.CAP_AMBIENT, kernel.CAP_AMBIENT_CLEAR_ALL)
    return [
        *([clearing] if _are_ambient_known() else []),
        kernel.setting_capabilities(capabilities, capabilities),
    ]


def _are_ambient_known() -> bool:
    """Whether this kernel has ambient capabilities, which gVisor's has not."""
    asking = kernel.prctling(kernel.Prctl.CAP_AMBIENT, kernel.CAP_AMBIENT_IS_SET)
    return kernel.error_of(asking) != errno.EINVAL
