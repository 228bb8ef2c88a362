"""Process 1 of a container that is a session: makes itself known, then is the keeper (see `sessions.keeper`).

An engine hands no descriptors in, and a session needs some with every order. So a Unix socket of the executor's is
mounted in the folder that only the container's root may enter, for the moment in which this process connects. What
the session then makes its root, has neither.
"""

import os
import socket

from crucible.sandbox import landlock, report, seccomp
from crucible.sandbox.docker.entrance import DOOR
from crucible.sandbox.docker.wire import Streams
from crucible.sandbox.sessions import keeper, plan


def main() -> None:
    """Be process 1 of the container that this process is in, and end it."""
    streams = Streams(os.dup(0), os.dup(1))
    nothing = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        wall = seccomp.build_wall_of_sessions()
        channel.connect(DOOR)
        report.send(streams, report.READY, {"landlock": landlock.abi(), "kernel": os.uname().release})
        _, descriptors, _, _ = socket.recv_fds(channel, plan.MESSAGE_BYTES, 1, socket.MSG_CMSG_CLOEXEC)
        if descriptors:  # else nobody has a use for this container any more
            keeper.run_in_container(plan.read_ground(descriptors[0]), channel, [], wall)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        keeper.tell_broken(channel, error)
    finally:
        os._exit(0)
