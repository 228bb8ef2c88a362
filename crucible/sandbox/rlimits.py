"""What each process of a program may have, whatever the control group allows all of them together."""

from __future__ import annotations

import resource

_STACK_BYTES = 8 * 1024 * 1024
BOUND_ALWAYS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MEMLOCK: 64 * 1024,
    resource.RLIMIT_MSGQUEUE: 256 * 1024,
    resource.RLIMIT_SIGPENDING: 1024,
    resource.RLIMIT_NICE: 0,
    resource.RLIMIT_RTPRIO: 0,
}
"""What no submission asks for."""


def bound_always() -> None:
    """Bound this process and its children in what no submission asks for."""
    _bound(BOUND_ALWAYS)
    resource.setrlimit(resource.RLIMIT_STACK, (_STACK_BYTES, resource.getrlimit(resource.RLIMIT_STACK)[1]))


def bound(open_files: int, file_bytes: int, processes: int | None = None) -> None:
    """Bound this process and its children. Raises ValueError where less than what was asked for can be had.

    `processes`: how many its user may have, where no control group can count them.
    """
    asked = {resource.RLIMIT_NOFILE: open_files, resource.RLIMIT_FSIZE: file_bytes}
    if processes is not None:
        asked[resource.RLIMIT_NPROC] = processes
    _bound(asked)


def _bound(asked: dict[int, int]) -> None:
    for kind, most in asked.items():
        if resource.getrlimit(kind) != (most, most):  # gVisor's kernel lets nobody set some of them again
            resource.setrlimit(kind, (most, most))
