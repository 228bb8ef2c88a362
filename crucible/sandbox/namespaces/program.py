"""The process that becomes the program. It is made ahead, gives up everything, and then waits for its orders.

So every layer stands before a byte of the program is there. What the order says is done last: standard streams,
resource limits, and the program itself, by an exec or in this very interpreter.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import struct
from typing import NoReturn

from crucible.sandbox import capabilities, descriptors, kernel, landlock, notification
from crucible.sandbox.namespaces import script
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, WRITABLE, Bounds, Identity, Setup, work_of
from crucible.sandbox.wall import Wall

_STACK_BYTES = 8 * 1024 * 1024
BOUND_ALWAYS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MEMLOCK: 64 * 1024,
    resource.RLIMIT_MSGQUEUE: 256 * 1024,
    resource.RLIMIT_SIGPENDING: 1024,
    resource.RLIMIT_NICE: 0,
    resource.RLIMIT_RTPRIO: 0,
}
"""What no submission asks for."""
_HEAD = struct.Struct("=I?")
"""Of an order: the length of the work that follows, and whether it is its compilation that is meant."""
_ORDERS = 3
"""The descriptor on which orders come and the reason goes why a program can't be started; gone when it runs."""


class Waiting:
    """Process 1's hold on a process that waits to become the program."""

    def __init__(
        self, setup: Setup, wall: Wall, identity: Identity, host_processes: int, channel: socket.socket
    ) -> None:
        self._orders, there = socket.socketpair()
        self.process = os.fork()
        if self.process == 0:
            channel.detach()
            self._orders.detach()
            _wait_for_orders(setup, wall, identity, there.detach(), host_processes)
        there.close()
        listener, failure = notification.take_over(self._orders)
        if listener is None:
            raise OSError(f"no process could be made to wait for a program: {failure.decode(errors='replace')}")
        self.listener = listener

    def start(self, order: bytes, streams: list[int], *, compiles: bool) -> None:
        """Have it become a step of the work; return once it is, or raises OSError where it can't."""
        with self._orders:
            try:
                descriptors.send(self._orders, _HEAD.pack(len(order), compiles), streams)
                self._orders.sendall(order)
                message = b"".join(iter(lambda: self._orders.recv(4096), b""))
            except ConnectionError as error:
                raise OSError(f"the process that waited for a program is gone: {error}") from error
        if message:
            raise OSError(f"could not start {message.decode(errors='replace')}")


def _wait_for_orders(setup: Setup, wall: Wall, identity: Identity, orders: int, host_processes: int) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        os.setsid()
        _be_the_first_victim(host_processes)
        _keep_only(orders)
        _drop_identity(identity)
        os.chdir(WORKSPACE)
        os.umask(0o022)
        if setup.landlock:
            landlock.restrict(setup.landlock, readable=("/",), writable=WRITABLE, devices="/dev")
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        commands = socket.socket(fileno=_ORDERS)
        notification.hand_over(commands, notification.install(wall.program))
        if setup.warm:
            script.prepare(setup.environment)
        _obey(commands, warm=setup.warm)
    except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
        with contextlib.suppress(OSError):
            os.write(_ORDERS, f"{type(error).__name__}: {error}".encode()[:4096])
    finally:
        os._exit(127)


def _obey(orders: socket.socket, *, warm: bool) -> NoReturn:
    """Become the step of the work that is ordered."""
    head, streams = descriptors.receive(orders, _HEAD.size, 3)
    if not head:
        os._exit(0)
    missing, compiles = _HEAD.unpack(head)
    parts = []
    while missing and (part := orders.recv(missing)):
        parts.append(part)
        missing -= len(part)
    work = work_of(b"".join(parts))
    for descriptor, stream in enumerate(streams):
        os.dup2(stream, descriptor, inheritable=True)
        os.close(stream)
    set_resource_limits(work.bounds)
    if warm and work.main is not None:
        orders.close()
        script.run(work.run, work.main, work.environment)
    orders.detach()
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # this interpreter's choices are not the program's
    arguments = (work.compile or []) if compiles else work.run
    try:
        os.execve(arguments[0], arguments, work.environment)  # noqa: S606 - there is no shell, which is the point
    except OSError as error:
        raise OSError(f"{arguments[0]}: {error}") from error


def _be_the_first_victim(host_processes: int) -> None:
    """Have the kernel choose the program, when its memory is spent, before the processes that report on it."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1, about="PR_SET_DUMPABLE")  # else /proc/self belongs to host root
    descriptor = os.open("self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=host_processes)
    os.write(descriptor, b"1000")
    os.close(descriptor)


def _keep_only(orders: int) -> None:
    """Close every descriptor but that of the orders; the standard streams are replaced by the program's."""
    if orders != _ORDERS:
        os.dup2(orders, _ORDERS, inheritable=False)
    kernel.close_descriptors_from(_ORDERS + 1)


def set_resource_limits(bounds: Bounds) -> None:
    """Bound what each process may have. Raises ValueError where less than what was asked for can be had."""
    for kind, bound in {
        resource.RLIMIT_NOFILE: bounds.open_files,
        resource.RLIMIT_FSIZE: bounds.disk_bytes,
    }.items():
        resource.setrlimit(kind, (bound, bound))
    for kind, bound in BOUND_ALWAYS.items():
        if resource.getrlimit(kind) != (bound, bound):  # gVisor's kernel lets nobody set some of them again
            resource.setrlimit(kind, (bound, bound))
    resource.setrlimit(resource.RLIMIT_STACK, (_STACK_BYTES, resource.getrlimit(resource.RLIMIT_STACK)[1]))


def _drop_identity(identity: Identity) -> None:
    if identity.ranged:
        os.setgroups([])
    os.setresgid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
    os.setresuid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
    capabilities.keep_only(0)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1, about="PR_SET_DUMPABLE")  # its own /proc is its own to read
