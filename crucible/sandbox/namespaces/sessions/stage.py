"""The process between launcher and process 1 of a session. It stays outside, writes the uid map, and waits.

It goes last: whoever sees it gone knows that the kernel has ended everything in the session's PID namespace.
"""

import os
import signal
import socket
import sys

from crucible.sandbox import capabilities, kernel
from crucible.sandbox.namespaces.sessions import keeper, plan
from crucible.sandbox.plan import Identity
from crucible.sandbox.wall import Wall

GO = b"go"


def run(descriptors: list[int], wall: Wall, launcher: int) -> None:
    """Be the stage of one session and exit. `descriptors`: the ground, and the channel to the executor."""
    memory, control = descriptors
    channel = socket.socket(fileno=control)
    try:
        _enter(memory, channel, wall, launcher)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        keeper.tell_broken(channel, error)
    finally:
        sys.stdout = sys.stderr = None
        os._exit(0)


def _enter(memory: int, channel: socket.socket, wall: Wall, launcher: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != launcher:
        return  # the launcher died before the line above could tell
    channel.send(str(os.getpid()).encode())
    if channel.recv(len(GO)) != GO:
        return
    ground = plan.read_ground(memory)
    for path in ground.cgroups:
        _write(path, "0")
    kernel.unshare(kernel.CLONE_NEWPID | kernel.CLONE_NEWCGROUP)

    host_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            here.close()
            kernel.die_with_parent(signal.SIGKILL)
            keeper.run(ground, keeper.Outside(channel, there, host_processes), wall)
        except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
            keeper.tell_broken(channel, error)
        finally:
            os._exit(0)
    there.close()
    os.close(host_processes)
    if here.recv(1) == b"?":
        _map_identity(child, ground.identity)
        here.sendall(b"!")
    here.close()
    capabilities.keep_only(0)
    os.waitpid(child, 0)


def _map_identity(process: int, identity: Identity) -> None:
    lines = "".join(f"{inside} {outside} {count}\n" for inside, outside, count in identity.map)
    if not identity.ranged:
        _write(f"/proc/{process}/setgroups", "deny")
    _write(f"/proc/{process}/uid_map", lines)
    _write(f"/proc/{process}/gid_map", lines)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    except OSError as error:
        raise OSError(error.errno, f"writing {text!r} to {path}: {os.strerror(error.errno or 0)}") from error
    finally:
        os.close(descriptor)
