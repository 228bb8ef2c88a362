"""The process that becomes the program. It is made ahead, gives up everything, and then waits for its orders.

So every layer stands before a byte of the program is there. What the order says is done last: streams,
resource limits, and the program itself, by an exec or in this very interpreter.
"""

from __future__ import annotations

import contextlib
import ctypes
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
    """Process 1's hold on one."""

    def __init__(
        self, process: int, orders: socket.socket, confines: Confines, listener: notification.Listener | None
    ) -> None:
        """Hold one that waits for its orders. `listener`: what asks for answers to its calls, if anything does."""
        self.process = process
        self._orders = orders
        self._known = confines.wall.known
        self._tracer = confines.tracer
        self._listener = listener
        self._is_gone = False

    @classmethod
    def make(cls, confines: Confines, processes: int | None = None) -> Vessel:
        """Make one, and return when it has given up everything.

        `processes`: a /proc that can be told whom the kernel ends first for memory; None: it was.
        """
        orders, there = socket.socketpair()
        process = _fork()
        if process == 0:
            orders.detach()
            _wait_for_orders(confines, processes, there.detach())
        there.close()
        listener: notification.Listener | None = None
        failure: bytes | None = None
        if confines.tracer is not None:
            confines.tracer.seize(process, orders)
            if not confines.tracer.await_greeting(process):
                failure = orders.recv(4096)
        elif confines.wall.known:
            listener, said = notification.take_over(orders)
            failure = said if listener is None else None
        if failure is not None:
            reason = failure.decode(errors="replace")
            raise OSError(f"no process could be made to wait for a program: {reason}")
        return cls(process, orders, confines, listener)

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
    """Fork without what modules do about it, unless they have to: see `kernel.fork` and `script.prepare`."""
    return os.fork() if _cares_about_forks() else kernel.fork()


def _cares_about_forks() -> bool:
    """Tell whether some module has something to do where a process was forked.

    `threading` counts the threads that are left, and whoever else cares has imported it.
    """
    return "threading" in sys.modules


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
        _wait(commands, confines)
    except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
        tell_why(ORDERS, error)
    finally:
        os._exit(127)


def be(confines: Confines) -> NoReturn:
    """Be a vessel that has given up everything, of whose fork this interpreter knows nothing yet."""
    try:
        if _cares_about_forks():
            kernel.tell_of_fork()
        _wait(_commands(ORDERS), confines)
    except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
        tell_why(ORDERS, error)
    finally:
        os._exit(127)


def rehearse(orders: int) -> tuple[Work, bool]:
    """Do what a vessel does up to its program, as far as it has no effect, and return what was ordered.

    `orders`: where an order waits; closed here.
    """
    commands = _commands(orders)
    script.prepare()
    taken = _take(commands)
    commands.close()
    if taken is None:
        raise OSError("no order to rehearse")
    return taken


def _commands(orders: int) -> socket.socket:
    """Return where orders come from, in a process that has none of process 1's ways with signals."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return socket.socket(fileno=orders)


def tell_why(orders: int, error: BaseException) -> None:
    """Tell process 1 why there is no vessel, over its end of the orders' channel."""
    with contextlib.suppress(OSError):
        os.write(orders, f"{type(error).__name__}: {error}".encode()[:_LONGEST_REASON_BYTES])


def _wait(commands: socket.socket, confines: Confines) -> NoReturn:
    if confines.warm:
        script.prepare()
    if confines.rehearse is not None:
        confines.rehearse()
    _obey(commands, warm=confines.warm)


def _giving_up(user: int, *, ranged: bool) -> kernel.Calls:
    """Write down how all goes that this process may and a program mustn't, each descriptor but the orders' first.

    The standard streams are replaced by the program's.
    """
    ids = (user, user, user)
    return [
        kernel.closing_descriptors_from(ORDERS + 1),
        *([kernel.calling("setgroups", ctypes.c_size_t(0), None)] if ranged else []),
        kernel.calling("setresgid", *ids),
        kernel.calling("setresuid", *ids),
        *capabilities.keeping_only(0),
        kernel.prctling(kernel.Prctl.SET_NO_NEW_PRIVS, 1),
        kernel.prctling(kernel.Prctl.SET_DUMPABLE, 1),  # its own /proc is its own to read
        kernel.calling("chdir", WORKSPACE.encode(), about=WORKSPACE),
        kernel.calling("umask", 0o022),
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


def _take(orders: socket.socket) -> tuple[Work, bool] | None:
    """Return the work that is ordered, and whether its compilation is meant, having taken what comes with it."""
    order = receive(orders)
    if order is None:
        return None
    work, streams, compiles = order
    for descriptor, stream in zip(_PLACES, streams):
        os.dup2(stream, descriptor, inheritable=True)
        os.close(stream)
    rlimits.bound(work.bounds.open_files, work.bounds.disk_bytes, work.processes)
    return work, compiles


def _obey(orders: socket.socket, *, warm: bool) -> NoReturn:
    """Become the step of the work that is ordered."""
    taken = _take(orders)
    if taken is None:
        os._exit(0)  # there is no use for this sandbox any more
    work, compiles = taken
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
