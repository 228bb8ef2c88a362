"""Who a container's program is: another user in each, wherever a container has the host's own ids.

What the kernel counts by user, whatever the namespace (pipe buffers, signals that wait, inotify instances, keys),
is one container's then, and no other's. It is the same user in all of them where the engine has put one range of
ids between them and the host (`--userns-remap`, rootless), and behind gVisor's kernel, which has users of its own.
"""

import os
from typing import Final

from crucible.sandbox import ids
from crucible.sandbox.plan import PROGRAM_UID, Identity

_SPAN: Final = ids.OF_ROOT["docker"]


class Identities:
    """The ids of one engine's containers, each of which has a block of them until it is gone."""

    def __init__(self, *, remapped: bool, own_kernel: bool) -> None:
        """`remapped`: see `About.is_remapped`. `own_kernel`: whether programs are users of the container's kernel.

        Raises SandboxUnavailableError where ids can't be claimed.
        """
        one_for_all = _why_one_for_all(remapped=remapped)
        self._are_the_hosts = not (one_for_all or own_kernel)
        self.blocks = ids.Blocks(_SPAN if self._are_the_hosts else None)
        self.shared = None if own_kernel else one_for_all or _why_not_counted_on()
        """Why another container's program may be the same user, where it may."""

    def of_program(self, block: int) -> int:
        """Return the program's uid and gid, as the container counts."""
        return _SPAN.start(block) + PROGRAM_UID if self._are_the_hosts else PROGRAM_UID

    def of_sessions_root(self, block: int) -> int:
        """Return who a session's root is, as the container counts."""
        identity, _ = self.of_session(block)
        return identity.map[0][1]

    def of_session(self, block: int) -> tuple[Identity, int]:
        """Return who is who in a session, by the container's ids, and who its process 1 is, whom nobody is."""
        if not self._are_the_hosts:
            return Identity(ranged=True, map=[(0, 1, _SPAN.each - 1)], init=0), 0
        first = _SPAN.start(block)
        return Identity(ranged=True, map=[(0, first, _SPAN.each - 1)], init=0), first + _SPAN.each - 1


def _why_one_for_all(*, remapped: bool) -> str | None:
    if remapped:
        return "the engine has one range of ids for all containers"
    if not _exist():
        return "this machine is in a user namespace, which has too few ids"
    return None


def _why_not_counted_on() -> str | None:
    return "an executor of another user may give its programs the same ids" if os.geteuid() != 0 else None


def _exist() -> bool:
    """Tell whether the ids that are given out are any here: a container that is a machine may have fewer."""
    with open("/proc/self/uid_map") as file:
        maps = [tuple(map(int, line.split())) for line in file]
    return any(first <= _SPAN.first and _SPAN.start(_SPAN.count) <= first + count for first, _, count in maps)
