"""The two namespaces that one sandbox after another may have: a user namespace for its ids, and an empty network.

Both are slow to make or to take down, and neither keeps anything of whoever was in it. One is a table of ids
that is written once. In the other there is an interface that nobody inside could change, and what else may be in
it (Unix sockets) ends with its processes. The executor gives a lot to the next sandbox once the kernel has shown
that no process of the last one is left: see ADR 10.
"""

from __future__ import annotations

import os

from crucible.sandbox import counted, id_maps, kernel
from crucible.sandbox.plan import Identity
from crucible.sandbox.record import Record


class Lot(Record):
    """Descriptors of the two."""

    user: int
    network: int


def make(identity: Identity) -> list[int]:
    """Return descriptors of a user namespace with these ids and of a network namespace. Raises OSError."""
    said, say = os.pipe2(os.O_CLOEXEC)
    wait, let_go = os.pipe2(os.O_CLOEXEC)
    try:
        child = os.fork()
        if child == 0:
            _stand_in(identity, say, wait, (said, let_go))
        os.close(say)
        say = -1
        reason = os.read(said, 4096)
        if reason != b".":
            raise OSError(reason.decode(errors="replace") or "the process that makes namespaces ended")
        id_maps.write(child, identity)
        user = os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return [user, os.open(f"/proc/{child}/ns/net", os.O_RDONLY | os.O_CLOEXEC)]
        except OSError:
            os.close(user)
            raise
    finally:
        for descriptor in (said, wait, let_go, *([say] if say >= 0 else [])):
            os.close(descriptor)


def _stand_in(identity: Identity, say: int, wait: int, others: tuple[int, int]) -> None:
    """Be the first process of both namespaces until the other side has hold of them. Does not return.

    Whoever makes a user namespace pays for what the kernel counts by user inside of it, too (inotify, message
    queues, locked memory): were that host root, one sandbox could use up what is there for all of them.
    """
    try:
        for descriptor in others:
            os.close(descriptor)
        kernel.unshare(kernel.CLONE_NEWNET)  # first, so that the user namespace's root has no power over it
        if identity.ranged:
            os.seteuid(identity.map[0][1])
            # Else its map is host root's to write.
            kernel.prctl(kernel.Prctl.SET_DUMPABLE, 1)
        kernel.unshare(kernel.CLONE_NEWUSER)
        counted.bound()
        os.write(say, b".")
        os.read(wait, 1)
    except BaseException as error:  # noqa: BLE001 - told to the zygote; this process must end here
        os.write(say, str(error).encode()[:4096])
    finally:
        os._exit(0)
