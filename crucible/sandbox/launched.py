"""The process from which a driver's sandboxes are forked, seen from inside: see `launching`."""

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable

from crucible.sandbox import dispositions, kernel, own_namespace
from crucible.sandbox.launching import READY

Run = Callable[[list[int], int], None]
"""Is the first process of a sandbox, until its end: told its descriptors and who its launcher is."""


def serve(descriptors: int, run: Run) -> None:
    """Serve the executor on the socket whose descriptor is the first argument, until it is gone.

    With each request come as many `descriptors`.
    """
    requests = socket.socket(fileno=int(sys.argv[1]))
    kernel.die_with_parent(signal.SIGKILL)
    if os.geteuid() != 0:
        own_namespace.become_root(requests)
    dispositions.restore()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the executor's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps what is forked here
    own = os.getpid()
    gc.freeze()
    requests.send(READY)
    while True:
        message, received, _, _ = socket.recv_fds(requests, 16, descriptors)
        if not message:
            return
        if os.fork() == 0:
            requests.close()
            run(received, own)
        for descriptor in received:
            os.close(descriptor)
