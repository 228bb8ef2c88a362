"""The process that becomes the program. It is made ahead, gives up everything, and then waits for its orders.

So every layer stands before a byte of the program is there. What the order says is done last: streams,
resource limits, and the program itself, by an exec or in this very interpreter.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import sys
from typing import Callable, NoReturn

from crucible.sandbox import (
    call_filter,
    capabilities,
    descriptors,
    kernel,
    landlock,
    notification,
    progress,
    rlimits,
    script,
    victim,
)
from crucible.sandbox.answers import Answers
from crucible.sandbox.arguments import refuse_what_is_too_long
from crucible.sandbox.attempts import Attempts
from crucible.sandbox.confine import confine
from crucible.sandbox.listening import ListenerAnswers
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, WRITABLE, Work, work_in
from crucible.sandbox.traced import TracedAnswers
from crucible.sandbox.tracing import Tracer
from crucible.sandbox.wall import Wall

HEAD = struct.Struct("=I?")
"""Of an order: the length of the work that follows, and whether it is its compilation that is meant."""
ORDERS = 3
"""The descriptor on which orders come and the reason goes why a program can't be started; gone when it runs."""
_USUAL_BYTES = 16 * 1024
"""Of an order, read at once; it is larger where a program has much of an environment."""
_LONGEST_REASON_BYTES = 4096
_PLACES = (0, 1, 2, progress.DESCRIPTOR)
"""Where a program finds what it is given: its streams and, if it asked for that, where to tell progress."""


class Confines:
    """What a vessel is put behind that doesn't depend on the program, worked out before any is forked."""

    def __init__(
        self,
        *,
        wall: Wall,
        landlock_abi: int,
        warm: bool,
        ranged: bool = True,
        user: int = PROGRAM_UID,
        rehearse: Callable[[], None] | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        """`landlock_abi`: the one to restrict with; 0 where the kernel has none.

        `warm`: whether this interpreter runs programs, `script.hide` having hidden what is ours; else an
        exec starts them. `ranged`: whether there are ids besides its own, and so groups to leave.
        `user`: whom it becomes. `rehearse`: what it does last before it waits, behind every wall.
        `tracer`: process 1's, where the wall is one for who is traced.
        """
        self.wall = wall
        self.landlock_abi = landlock_abi
        self.warm = warm
        self.rehearse = rehearse
        self.tracer = tracer
        self.giving_up = _giving_up(user, ranged=ranged)
        asks = wall.known and not wall.traced
        (notification.installing if asks else call_filter.installing)(wall.program)


class Vessel:
    """Process 1's hold on one. Makes it, and waits until it has given up everything."""

    def __init__(self, confines: Confines, processes: int | None = None) -> None:
        """Make one. `processes`: a /proc that can be told whom the kernel ends first for memory; None: it was."""
        self._orders, there = socket.socketpair()
        self.process = _fork()
        if self.process == 0:
            self._orders.detach()
            _wait_for_orders(confines, processes, there.detach())
        there.close()
        self._known = confines.wall.known
        self._tracer = confines.tracer
        self._listener: notification.Listener | None = None
        self._is_gone = False
        failure: bytes | None = None
        if self._tracer is not None:
            self._tracer.seize(self.process, self._orders)
            if not self._tracer.await_greeting(self.process):
                failure = self._orders.recv(4096)
        elif self._known:
            self._listener, said = notification.take_over(self._orders)
            failure = said if self._listener is None else None
        if failure is not None:
            reason = failure.decode(errors="replace")
            raise OSError(f"no process could be made to wait for a program: {reason}")

    def answers(self, attempts: Attempts) -> Answers | None:
        """Return what answers what it will call, and keeps that; None where nobody can be asked."""
        if self._tracer is not None:
            return TracedAnswers(self._known, self._tracer, attempts)
        return ListenerAnswers(self._known, self._listener, attempts) if self._listener is not None else None

    def order(self, order: bytes, streams: list[int], *, compiles: bool) -> None:
        """Have it become a step of the work."""
        try:
            send(self._orders, order, streams, compiles=compiles)
        except BrokenPipeError:  # it may have said why, before it went
            self._is_gone = True

    def let_go(self) -> None:
        """Close the hold on it, once it has ended. Raises OSError where it never became what was ordered."""
        message = b""
        with self._orders, contextlib.suppress(BlockingIOError, ConnectionResetError):  # killed, as its end shows
            message = self._orders.recv(_LONGEST_REASON_BYTES, socket.MSG_DONTWAIT)
        if message:
            raise OSError(f"could not start {message.decode(errors='replace')}")
        if self._is_gone:
            raise OSError("the process that waited for a program is gone")


def _fork() -> int:
    """Fork without what modules do about it, but for those that have to: see `kernel.fork` and `script.prepare`.

    `threading` counts the threads that are left, and whoever else cares about a fork has imported it.
    """
    return os.fork() if "threading" in sys.modules else kernel.fork()


def _wait_for_orders(confines: Confines, processes: int | None, orders: int) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        os.setsid()
        if processes is not None:
            victim.be_the_first(processes)
        if orders != ORDERS:
            os.dup2(orders, ORDERS, inheritable=False)
        kernel.make(confines.giving_up)
        if confines.landlock_abi:
            landlock.restrict(confines.landlock_abi, readable=("/",), writable=WRITABLE, devices="/dev")
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        commands = socket.socket(fileno=ORDERS)
        rlimits.bound_always()
        confine(confines.wall, commands)
        if confines.warm:
            script.prepare()
        if confines.rehearse is not None:
            confines.rehearse()
        _obey(commands, warm=confines.warm)
    except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
        with contextlib.suppress(OSError):
            os.write(ORDERS, f"{type(error).__name__}: {error}".encode()[:_LONGEST_REASON_BYTES])
    finally:
        os._exit(127)


def _giving_up(user: int, *, ranged: bool) -> kernel.Calls:
    """Write down how all goes that this process may and a program mustn't, each descriptor but the orders' first.

    The standard streams are replaced by the program's.
    """
    ids = (user, user, user)
    return [
        kernel.closing_descriptors_from(ORDERS + 1),
        *([(os.setgroups, ([],), "no groups")] if ranged else []),
        (os.setresgid, ids, ""),
        (os.setresuid, ids, ""),
        *capabilities.keeping_only(0),
        kernel.prctling(kernel.Prctl.SET_NO_NEW_PRIVS, 1),
        kernel.prctling(kernel.Prctl.SET_DUMPABLE, 1),  # its own /proc is its own to read
        (os.chdir, (WORKSPACE,), WORKSPACE),
        (os.umask, (0o022,), ""),
    ]


def send(orders: socket.socket, order: bytes, streams: list[int], *, compiles: bool) -> None:
    """Send what `receive` returns."""
    message = HEAD.pack(len(order), compiles) + order
    sent = descriptors.send(orders, message, streams)
    if sent < len(message):
        orders.sendall(message[sent:])


def receive(orders: socket.socket) -> tuple[Work, list[int], bool] | None:
    """Return the work that is ordered, its streams, and whether its compilation is meant; None at the end."""
    message, streams = descriptors.receive(orders, _USUAL_BYTES, len(_PLACES))
    if not message:
        return None
    length, compiles = HEAD.unpack_from(message)
    parts = [message[HEAD.size :]]
    missing = length - len(parts[0])
    while missing and (part := orders.recv(missing)):
        parts.append(part)
        missing -= len(part)
    return work_in(b"".join(parts)), streams, compiles


def _obey(orders: socket.socket, *, warm: bool) -> NoReturn:
    """Become the step of the work that is ordered."""
    order = receive(orders)
    if order is None:
        os._exit(0)  # there is no use for this sandbox any more
    work, streams, compiles = order
    for descriptor, stream in zip(_PLACES, streams):
        os.dup2(stream, descriptor, inheritable=True)
        os.close(stream)
    rlimits.bound(work.bounds.open_files, work.bounds.disk_bytes, work.processes)
    if warm and work.main is not None and not compiles:
        orders.close()
        script.run(work.run, work.main, work.environment)
    orders.detach()
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # this interpreter's choices are not the program's
    arguments = (work.compile or []) if compiles else work.run
    try:
        refuse_what_is_too_long(arguments)
        os.execve(arguments[0], arguments, work.environment)  # noqa: S606 - there is no shell, which is the point
    except OSError as error:
        raise OSError(f"{arguments[0]}: {error}") from error
