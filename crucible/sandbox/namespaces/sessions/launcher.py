"""The process from which sessions are forked. It has one thread, holds no secret, and is no program's neighbour.

Much the same as a zygote, and apart from it: what evaluations are forked from is rotated and thrown
away, and sessions must not end with it.
"""

import gc
import os
import signal
import socket
import sys

from crucible.sandbox import kernel, seccomp
from crucible.sandbox.namespaces.sessions import stage
from crucible.sandbox.namespaces.zygote import READY, become_root_of_a_namespace

_DESCRIPTORS = 2


def main() -> None:
    """Serve the executor on the socket whose descriptor is the first argument, until it is gone."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    kernel.die_with_parent(signal.SIGKILL)
    if os.geteuid() != 0:
        become_root_of_a_namespace(requests)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the executor's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the stages
    filter_program = seccomp.compile_filter(without_audit=True)
    launcher = os.getpid()
    gc.freeze()
    requests.send(READY)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, 16, _DESCRIPTORS)
        if not message:
            return
        if os.fork() == 0:
            requests.close()
            stage.run(descriptors, filter_program, launcher)
        for descriptor in descriptors:
            os.close(descriptor)


if __name__ == "__main__":
    main()
