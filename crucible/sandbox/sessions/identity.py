"""The user namespace of a session, in which whoever it was made by doesn't exist, process 1 included."""

import os
import socket

from crucible.sandbox import capabilities, id_maps, kernel
from crucible.sandbox.plan import Identity
from crucible.sandbox.sessions.plan import Ground


def leave(ground: Ground, beside: socket.socket, *, keep: int = 0) -> None:
    """Enter the namespace. The mounts made before become locked.

    Process 1 is then somebody whom nobody inside can be, so that root inside has no claim on it. `beside` leads to
    a process outside that writes the maps; `keep` is the capability that it takes, on this host, to make a user
    namespace. Raises OSError.
    """
    if ground.identity.ranged:
        os.setgroups([])
        if keep:
            kernel.prctl(kernel.Prctl.SET_KEEPCAPS, 1)
        os.setresgid(ground.keeper, ground.keeper, ground.keeper)
        os.setresuid(ground.keeper, ground.keeper, ground.keeper)
        if keep:
            kernel.prctl(kernel.Prctl.SET_KEEPCAPS, 0)
            kernel.set_capabilities(keep, keep)
        kernel.prctl(kernel.Prctl.SET_DUMPABLE, 1)  # else its maps are host root's to write
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
    beside.sendall(b"?")
    if beside.recv(1) != b"!":
        raise OSError("the uid map could not be written")
    beside.close()
    if not ground.identity.ranged:
        os.setresgid(ground.identity.init, ground.identity.init, ground.identity.init)
        os.setresuid(ground.identity.init, ground.identity.init, ground.identity.init)


def become_maker(keeper: int) -> None:
    """Have the uid of whoever makes the namespace, and still the right to map any: the kernel wants both."""
    os.seteuid(keeper)
    needed = capabilities.CAP_SETUID | capabilities.CAP_SETGID
    kernel.set_capabilities(needed, needed)


def write_maps_when_asked(process: int, identity: Identity, end: socket.socket) -> None:
    """Be the other side of `leave`. Raises OSError where the maps can't be written."""
    if end.recv(1) == b"?":
        id_maps.write(process, identity)
        end.sendall(b"!")
    end.close()
