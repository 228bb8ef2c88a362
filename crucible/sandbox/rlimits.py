"""What each process of a program may have, whatever the control group allows all of them together."""

from __future__ import annotations

import resource

_STACK_BYTES = 8 * 1024 * 1024
BOUND_ALWAYS = {
    resource.RLIMIT_CORE: 1,
    resource.RLIMIT_MEMLOCK: 64 * 1024,
    resource.RLIMIT_MSGQUEUE: 256 * 1024,
    resource.RLIMIT_SIGPENDING: 1024,
    resource.RLIMIT_NICE: 0,
    resource.RLIMIT_RTPRIO: 0,
}
"""What no submission asks for.

No core is written where less than a page may be. But where the host has a program take cores, which runs as its
root and outside of every limit, the kernel starts it whatever this limit is, unless it is 1 (core(5)).
"""

_NO_ROOM_FOR_CORES = (
    "Crucible was started with a hard limit of 0 on cores, so that none can have 1: where the host's core_pattern "
    "names a program, each crash starts it. Start Crucible with LimitCORE=1, or after ulimit -Hc 1"
)


def bound_always() -> None:
    """Bound this process and its children in what no submission asks for, but for what is `missing`."""
    _bound(always())


def always() -> dict[int, tuple[int, int]]:
    """Return what `bound_always` sets: the soft and the hard limit of each kind."""
    same = {kind: (most, most) for kind, most in BOUND_ALWAYS.items()}
    if not _has_room_for_cores():
        same[resource.RLIMIT_CORE] = (0, 0)
    return {**same, resource.RLIMIT_STACK: (_STACK_BYTES, resource.getrlimit(resource.RLIMIT_STACK)[1])}


def missing() -> dict[str, str]:
    """Return which of these can't be had by what this process starts, and why."""
    return {} if _has_room_for_cores() else {"cores": _NO_ROOM_FOR_CORES}


def _has_room_for_cores() -> bool:
    return resource.getrlimit(resource.RLIMIT_CORE)[1] != 0


def take_descriptors() -> None:
    """Have this process, and what it starts, open as many descriptors as it may.

    The kernel lets nobody pass on descriptors while more of its user's are under way than it may open itself.
    Where a program is the same user as its executor, it could have more under way than the usual 1024.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def bound(open_files: int, file_bytes: int, processes: int | None = None) -> None:
    """Bound this process and its children. Raises ValueError where less than what was asked for can be had.

    `processes`: how many its user may have, where no control group can count them.
    """
    asked = {resource.RLIMIT_NOFILE: open_files, resource.RLIMIT_FSIZE: file_bytes}
    if processes is not None:
        asked[resource.RLIMIT_NPROC] = processes
    _bound({kind: (most, most) for kind, most in asked.items()})


def _bound(asked: dict[int, tuple[int, int]]) -> None:
    for kind, limits in asked.items():
        if resource.getrlimit(kind) != limits:  # gVisor's kernel lets nobody set some of them again
            resource.setrlimit(kind, limits)
