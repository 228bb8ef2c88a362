"""Process 1 of a container that is a session: waits for its ground, then is the keeper (see `keeper`).

A runtime has made the namespaces and laid out a read-only root, as for a program. This process is the container's
root; in the session, which is a user namespace within the container's, that is nobody. What the runtime's filter
lets pass, so that attempts can be recorded, is what it takes to make the session's own root; programs are behind
their own filter before they are read.
"""

import os
import socket
import sys

from crucible.sandbox import landlock, report
from crucible.sandbox.process_1 import read_wall, take_channel
from crucible.sandbox.sessions import keeper, plan


def main() -> None:
    """Be process 1 of the container that this process is in, and end it."""
    del sys.path[0]  # where this module was found is nobody else's business
    channel = take_channel()
    try:
        wall = read_wall()
        report.send(channel, report.READY, {"landlock": landlock.abi()})
        _, descriptors, _, _ = socket.recv_fds(channel, plan.MESSAGE_BYTES, 2, socket.MSG_CMSG_CLOEXEC)
        if descriptors:  # else nobody has a use for this container any more
            keeper.run_in_container(plan.read_ground(descriptors[0]), channel, descriptors[1:], wall)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        keeper.tell_broken(channel, error)
    os._exit(0)
