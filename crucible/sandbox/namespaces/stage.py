"""The process between launcher and process 1. It stays outside, so that it can write the uid map and wait.

Where process 1 ends without its last report, the executor reads the end of the report channel only when both are
gone, and this one goes last: it can reap process 1 only after the kernel killed all else in the PID namespace.
"""

import contextlib
import os
import signal
import socket
import sys

from crucible.sandbox import capabilities, kernel, report
from crucible.sandbox.answers import Wall
from crucible.sandbox.namespaces import init
from crucible.sandbox.plan import Identity, read_place


def run(descriptors: list[int], wall: Wall, launcher: int) -> None:
    """Be the stage of one sandbox and exit. `descriptors`: the place, and the report channel."""
    memory, control = descriptors
    channel = socket.socket(fileno=control)
    try:
        _enter(memory, channel, wall, launcher)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        _report_broken(channel, error)
    finally:
        sys.stdout = sys.stderr = None
        os._exit(0)


def _enter(memory: int, channel: socket.socket, wall: Wall, launcher: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != launcher:
        return  # the launcher died before the line above could tell
    report.send(channel, report.HELLO, {"pid": os.getpid()})
    if channel.recv(1) != report.GO:
        return
    place = read_place(memory)
    for path in place.cgroups:
        _write(path, "0")
    kernel.unshare(kernel.CLONE_NEWPID | kernel.CLONE_NEWCGROUP)

    host_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    child = os.fork()
    if child == 0:
        try:
            here.close()
            kernel.die_with_parent(signal.SIGKILL)
            init.run(place, init.Outside(channel, there, host_processes), wall)
        except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
            _report_broken(channel, error)
        finally:
            os._exit(0)
    for descriptor in (host_processes, there.detach()):
        os.close(descriptor)
    if here.recv(1) == b"?":
        _map_identity(child, place.identity)
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
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise OSError(error.errno, f"writing {text!r} to {path}: {os.strerror(error.errno or 0)}") from error


def _report_broken(channel: socket.socket, error: BaseException) -> None:
    with contextlib.suppress(OSError):
        report.send(channel, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
