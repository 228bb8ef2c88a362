"""Process 1 of a container that is a session: makes itself known, then is the keeper (see `sessions.keeper`).

An engine hands no descriptors in, and a session needs some with every order. So a Unix socket of the executor's is
mounted in the folder that only the container's root may enter, for the moment in which this process connects. What
the session then makes its root, has neither. gVisor's kernel opens no socket of the host's; there, a process
beside this one has the other end of its channel: see `session_relay`.
"""

import json
import os
import socket
import sys

from crucible.sandbox import landlock, report
from crucible.sandbox.docker.entrance import DOOR
from crucible.sandbox.docker.session_relay import Relay
from crucible.sandbox.docker.wire import OWN_KERNEL, Streams
from crucible.sandbox.sessions import keeper, plan
from crucible.sandbox.wall import read


def main() -> None:
    """Be process 1 of the container that this process is in, and end it."""
    streams = Streams(os.dup(0), os.dup(1))
    nothing = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    own_kernel = sys.argv[1] == OWN_KERNEL
    relay = None
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        wall = read(json.loads(sys.argv[2]))
        if not own_kernel:
            channel.connect(DOOR)
        report.send(streams, report.READY, {"landlock": landlock.abi(), "kernel": os.uname().release})
        kind, size = report.HEAD.unpack(streams.read(report.HEAD.size))
        if kind == report.WORK:
            ground = plan.decode_ground(streams.read(size))
            if own_kernel:
                relay = Relay(streams)
                channel = relay.channel
            keeper.run_in_container(ground, channel, [], wall)
    except EOFError:
        pass  # nobody has a use for this container any more
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        keeper.tell_broken(channel, error)
        if relay is not None:
            relay.finish()
    finally:
        os._exit(0)
