"""The process that forks. It is small, has one thread and holds no secret, so its children are cheap and clean.

The executor starts it as an interpreter of its own and sends it, for each sandbox, two descriptors: the place that
is to be made, and the report channel. It reads neither; it forks and forgets.
"""

import gc
import os
import signal
import socket
import sys

from crucible.sandbox import answers, kernel
from crucible.sandbox.namespaces import stage

DESCRIPTORS = 2
MAP = b"map"
READY = b"ready"


def main() -> None:
    """Serve the executor on the socket whose descriptor is the first argument, until it is gone."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    kernel.die_with_parent(signal.SIGKILL)
    if os.geteuid() != 0:
        become_root_of_a_namespace(requests)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the executor's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the stages
    wall = answers.build()
    launcher = os.getpid()
    gc.freeze()
    requests.send(READY)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, 16, DESCRIPTORS)
        if not message:
            return
        if os.fork() == 0:
            requests.close()
            stage.run(descriptors, wall, launcher)
        for descriptor in descriptors:
            os.close(descriptor)


def become_root_of_a_namespace(requests: socket.socket) -> None:
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
