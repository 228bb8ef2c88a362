"""The process between launcher and process 1 of a session. It stays outside, writes the uid map, and waits.

It goes last: whoever sees it gone knows that the kernel has ended everything in the session's PID namespace.
"""

import os
import signal
import socket
import sys

from crucible.sandbox import capabilities, kernel
from crucible.sandbox.sessions import identity, keeper, plan
from crucible.sandbox.wall import Wall

GO = b"go"


def run(descriptors: list[int], wall: Wall, launcher: int) -> None:
    """Be the stage of one session and exit. `descriptors`: the ground, our channel, and the hall."""
    memory, control, *hall = descriptors
    channel = socket.socket(fileno=control)
    try:
        _enter(memory, channel, hall, wall, launcher)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        keeper.tell_broken(channel, error)
    finally:
        sys.stdout = sys.stderr = None
        os._exit(0)


def _enter(memory: int, channel: socket.socket, hall: list[int], wall: Wall, launcher: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != launcher:
        return  # the launcher died before the line above could tell
    channel.send(str(os.getpid()).encode())
    if channel.recv(len(GO)) != GO:
        return
    ground = plan.read_ground(memory)
    for path in ground.cgroups:
        with open(path, "w") as file:
            file.write("0")
    kernel.unshare(kernel.CLONE_NEWPID | kernel.CLONE_NEWCGROUP)

    host_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            here.close()
            kernel.die_with_parent(signal.SIGKILL)
            keeper.run(ground, keeper.Outside(channel, there, host_processes, hall), wall)
        except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
            keeper.tell_broken(channel, error)
        finally:
            os._exit(0)
    there.close()
    for descriptor in (host_processes, *hall):
        os.close(descriptor)
    identity.write_maps_when_asked(child, ground.identity, here)
    capabilities.keep_only(0)
    os.waitpid(child, 0)
