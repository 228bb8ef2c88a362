"""The process that keepers are forked from: small, one thread, no secret.."""

import gc
import os
import signal
import socket
import sys

from crucible.sandbox import kernel
from crucible.sandbox.launching import MAP, READY
from crucible.sandbox.oci import keeper

DESCRIPTORS = 5


def main() -> None:
    """Serve the executor on the socket whose descriptor is the first argument, until it is gone."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    kernel.die_with_parent(signal.SIGKILL)
    if os.geteuid() != 0:
        _become_root_of_a_namespace(requests)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the executor's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the stages
    own = os.getpid()
    gc.freeze()
    requests.send(READY)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, 16, DESCRIPTORS)
        if not message:
            return
        if os.fork() == 0:
            requests.close()
            keeper.run(descriptors, own)
        for descriptor in descriptors:
            os.close(descriptor)


def _become_root_of_a_namespace(requests: socket.socket) -> None:
    """See `ordinary`. The executor writes the maps, since only who is outside can have a range written."""
    kernel.unshare(kernel.CLONE_NEWUSER)
    requests.send(MAP)
    if requests.recv(16) != MAP:
        sys.exit("the executor could not map this user's ids")
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    kernel.die_with_parent(signal.SIGKILL)


if __name__ == "__main__":
    main()
