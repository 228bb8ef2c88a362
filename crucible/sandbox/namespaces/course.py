"""The ordinary course of a sandbox, written down: from the fork of its process 1 to the report of its end.

A zygote plays it, and so do, each its part, the two processes that are forked on the way. No Python runs in
process 1 unless something isn't ordinary: a program that is compiled first, has several inputs, or asks for
another size of disk; an attempt, a child that ends, files that are left, a request to stop. Then process 1 is
back in Python, which does what is left of its work: see `init`.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import struct
import time
from typing import TYPE_CHECKING, Final

from crucible.sandbox import kernel, notification, report
from crucible.sandbox.namespaces import brief, dropping, outcome
from crucible.sandbox.namespaces.messages import Message
from crucible.sandbox.namespaces.places import HAPPENED, STREAMS, Places
from crucible.sandbox.namespaces.workspace import Workspace
from crucible.sandbox.plan import PROGRAM_UID
from crucible.sandbox.tape import Tape

if TYPE_CHECKING:
    from crucible.sandbox.namespaces.init import Stage
    from crucible.sandbox.namespaces.lot import Lot
    from crucible.sandbox.tape import Place

FORKED: Final = "the zygote has forked"
ASKED: Final = "the zygote was asked for something else"
OVER: Final = "the executor is gone"
PROGRAM: Final = "the program's process waits for its orders"
STANDS: Final = "another process waits for a program"
UNABLE: Final = "no process could be made to wait for a program"
GONE: Final = "the process that waited for a program is gone"
WORK: Final = "process 1 has work that isn't ordinary"
WATCH: Final = "process 1 watches a program that isn't ordinary"
"""Where it ends."""

_REHEARSE: Final = "rehearse"
_LISTEN: Final = "listen"
_FORK: Final = "fork"
_MAKE_VESSEL: Final = "make vessel"
"""Where it is begun."""

_ROOM_BYTES: Final = 192 * 1024
_SIG_DFL: Final = 0


class Course:
    """A zygote's tape, and what is to be found in its memory."""

    def __init__(self, stage: Stage, *, birthplaces: int, groups: int, ranged: bool) -> None:
        self._tape = Tape(_ROOM_BYTES)
        self._stage = stage
        self.kept = Places(self._tape, birthplaces, groups)
        self._fork()
        self._enter(ranged=ranged)
        self._make_vessel()
        self._wait()
        self._begin()
        for end in (FORKED, ASKED, OVER, STANDS, UNABLE, GONE, WORK, WATCH):
            self._tape.end(end)
        orders, signals = self.kept.orders.at(4), self.kept.signals
        dropping.write_down(self._tape, stage.dropping, orders, stage.host_processes, signals)
        self._tape.label(_REHEARSE)
        self._tape.end(PROGRAM)
        self._tape.finish()

    def rehearse(self) -> None:
        """Do what the program's process does in Python when it has its place. Without effect."""
        self._play(_REHEARSE)
        if self.forked == 0 or not self.is_process_1:
            raise OSError("a rehearsal has forked")

    def listen(self) -> str:
        """Fork whatever the zygote is asked for, until that is something else, and return where the tape ends.

        Returns in each process that is forked, too. Raises KernelError.
        """
        self._tape.set(self.kept.is_fresh, 0)
        return self._play(_LISTEN)

    def begin(self, lot: Lot) -> tuple[str, int]:
        """Fork process 1 of the sandbox that was asked for, which has its own namespaces.

        Return where the tape ends, and what holds process 1. Raises KernelError.
        """
        self._tape.set(self.kept.is_fresh, 1)
        _, (channel, *groups) = self.kept.asked()
        self.kept.have_come([channel, *groups, lot.user, lot.network])
        return self._play(_FORK), self._tape.get(self.kept.held.descriptor(0))

    def _play(self, label: str) -> str:
        self.kept.fork_is_due()
        return self._tape.play(label)

    def let_go(self) -> None:
        """Be where a fork is before it begins, after one that failed."""
        kernel.setns(self._stage.own_processes, kernel.CLONE_NEWPID)
        _, received = self.kept.asked()
        for descriptor in (*self.kept.made(), *received):
            os.close(descriptor)

    @property
    def forked(self) -> int:
        """What the fork of process 1 returned in this process."""
        return self._tape.get(self.kept.forked)

    @property
    def process(self) -> int:
        """The process that waits for a program, or runs it; 0 in itself."""
        return self._tape.get(self.kept.process)

    @property
    def is_process_1(self) -> bool:
        """Whether this process is it, and not the program's."""
        return self.process != 0

    @property
    def is_told(self) -> bool:
        """Whether process 1 has told that the program has begun."""
        return bool(self._tape.get(self.kept.is_told))

    @property
    def channel(self) -> int:
        """What process 1 reports on."""
        return self._tape.get(self.kept.channel)

    @property
    def orders(self) -> tuple[int, int]:
        """Both ends of what the program's process gets its orders from, process 1's first."""
        return self._tape.get(self.kept.orders), self._tape.get(self.kept.orders.at(4))

    def failure(self) -> OSError:
        """Return why no process waits for a program."""
        return OSError(f"{UNABLE}: {self.kept.reason()}")

    def make_another(self) -> None:
        """Have another process wait for a program. Returns in that one, too. Raises OSError."""
        self._tape.set(self.kept.is_another, 1)
        self.kept.fork_is_due()
        if self._tape.play(_MAKE_VESSEL) == UNABLE:
            raise self.failure()

    def _fork(self) -> None:
        """Fork whatever is asked for."""
        tape, kept, stage = self._tape, self.kept, self._stage
        tape.label(_LISTEN)
        kept.request.renew()
        header, flags = int(kept.request.header), socket.MSG_CMSG_CLOEXEC
        tape.call("recvmsg", stage.requests, header, flags, result=kept.request.length, zero=OVER)
        kept.request.check(b"", otherwise=ASKED)
        tape.label(_FORK)
        tape.call("pipe2", int(kept.gate), os.O_CLOEXEC)
        tape.add([kernel.unsharing(kernel.CLONE_NEWPID)])
        for place in kept.birthplaces:
            self._be_born_in(place)
        tape.call("fork", result=kept.forked, zero="process 1")
        tape.label("forked")
        held = kept.held.descriptor(0)
        tape.syscall(kernel.SYS_PIDFD_OPEN, kept.forked, 0, result=held, about="pidfd_open")
        tape.add([kernel.entering_namespace(stage.own_processes, kernel.CLONE_NEWPID)])
        for descriptor in (kept.gate, kept.gate.at(4)):
            tape.call("close", descriptor)
        tape.call("memset", int(kept.gate), 0xFF, 8)
        tape.call("abs", kept.is_fresh, then=FORKED)
        tape.call("sendmsg", stage.requests, int(kept.held.header), socket.MSG_NOSIGNAL)
        for descriptor in (held, kept.channel, *kept.birthplaces, *kept.groups, kept.user, kept.network):
            tape.call("close", descriptor)
        tape.call("memset", int(held), 0xFF, 4)
        tape.call("abs", 0, zero=_LISTEN)

    def _be_born_in(self, folder: Place) -> None:
        """Make process 1 in its control group, if that is allowed: one that joins waits for all processors."""
        tape, kept = self._tape, self.kept
        arguments = tape.room(kernel.CLONE_ARGUMENTS.size, kernel.clone_arguments(kernel.CLONE_INTO_CGROUP))
        tape.copy(folder, arguments.at(kernel.CLONE_CGROUP), 4)
        tape.have(kept.is_inside, 1)
        size = kernel.CLONE_ARGUMENTS.size
        tape.syscall(
            kernel.SYS_CLONE3,
            int(arguments),
            size,
            result=kept.forked,
            failed="outside",
            zero="process 1",
            then="forked",
        )
        tape.label("outside")
        tape.have(kept.is_inside, 0)
        # A PID namespace whose first process could not be made takes no other.
        tape.add([kernel.entering_namespace(self._stage.own_processes, kernel.CLONE_NEWPID)])
        tape.add([kernel.unsharing(kernel.CLONE_NEWPID)])

    def _enter(self, *, ranged: bool) -> None:
        """Be process 1, in everything that doesn't depend on the program."""
        tape, kept, stage = self._tape, self.kept, self._stage
        tape.label("process 1")
        tape.call("close", kept.gate.at(4))
        tape.call("read", kept.gate, int(kept.file), 1)  # until there is hold of this process
        for descriptor in (kept.gate, stage.requests, stage.own_processes):
            tape.call("close", descriptor)
        tape.add([kernel.dying_with_parent(signal.SIGKILL)])
        tape.call("abs", kept.is_inside, then="inside")
        for group in kept.groups:
            tape.call("write", group, b"0", 1, about="joining a control group")
        tape.label("inside")
        for group in (*kept.birthplaces, *kept.groups):
            tape.call("close", group)
        tape.call("setns", kept.network, kernel.CLONE_NEWNET)
        tape.add(stage.entering)
        tape.call("setns", kept.user, kernel.CLONE_NEWUSER)
        tape.add([kernel.unsharing(kernel.CLONE_NEWNS)])  # the mounts made before become locked
        tape.call("close", kept.user)
        tape.call("close", kept.network)
        init = 0 if ranged else PROGRAM_UID
        if ranged:
            tape.call("setgroups", 0, None)
        tape.call("setresgid", init, init, init)
        tape.call("setresuid", init, init, init)
        tape.add([kernel.dying_with_parent(signal.SIGKILL), kernel.prctling(kernel.Prctl.SET_DUMPABLE, 0)])
        tape.add(stage.settling)
        for number in (signal.SIGCHLD, signal.SIGINT):
            tape.call("signal", number, _SIG_DFL)
        tape.call("sigprocmask", signal.SIG_BLOCK, int(kept.signals), None)
        tape.call("signalfd", -1, int(kept.signals), os.O_NONBLOCK | os.O_CLOEXEC, result=kept.children)

    def _make_vessel(self) -> None:
        """Have a process wait for its orders behind every wall, and be who answers it."""
        tape, kept = self._tape, self.kept
        greeting, listener = kept.greeting, kept.greeting.descriptor(0)
        tape.label(_MAKE_VESSEL)
        tape.call("socketpair", socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, 0, int(kept.orders))
        tape.call("fork", result=kept.process, zero=dropping.BEGINS)
        tape.call("close", kept.orders.at(4))
        greeting.renew()
        tape.call("recvmsg", kept.orders, int(greeting.header), socket.MSG_CMSG_CLOEXEC, result=greeting.length)
        greeting.check(notification.HANDED_OVER, otherwise=UNABLE)
        tape.call("ioctl", listener, notification.SET_FLAGS, notification.SYNC_WAKE_UP, failed="")
        tape.copy(listener, kept.polled, 4)
        tape.call("poll", int(kept.polled), 1, -1)
        tape.unless(kept.polled.at(HAPPENED), struct.pack("=h", select.POLLIN), "greeted")
        tape.call("memset", int(kept.call), 0, notification.NOTIFICATION.size)
        tape.call("ioctl", listener, notification.RECEIVE, int(kept.call), failed="greeted")
        refusal = tape.room(notification.RESPONSE.size, notification.RESPONSE.pack(0, 0, -errno.EPERM, 0))
        tape.copy(kept.call, refusal, 8)
        tape.call("ioctl", listener, notification.SEND, int(refusal), failed="greeted")
        tape.label("greeted")
        tape.call("abs", kept.is_another, then=STANDS)

    def _wait(self) -> None:
        """Tell that the sandbox stands, and take a program."""
        tape, kept = self._tape, self.kept
        ready = report.encoded(report.READY, {})
        tape.call("write", kept.channel, ready, len(ready))
        header, flags = int(kept.given.header), socket.MSG_CMSG_CLOEXEC
        tape.call("recvmsg", kept.channel, header, flags, result=kept.given.length)
        kept.given.check(report.WORK, otherwise="no use")
        tape.call("pread", kept.given.descriptor(0), int(kept.brief), brief.BYTES, 0)
        tape.unless(kept.brief, brief.ORDINARY, WORK)

    def _begin(self) -> None:
        """Have the program run, and see it end."""
        tape, kept = self._tape, self.kept
        work, *streams = map(kept.given.descriptor, range(1 + STREAMS))
        order_bytes, content_bytes = kept.brief.at(brief.ORDER_BYTES), kept.brief.at(brief.CONTENT_BYTES)
        tape.call("pread", work, int(kept.order), order_bytes, brief.ORDER_AT)
        tape.call("pread", work, int(kept.content), content_bytes, kept.brief.at(brief.CONTENT_AT))
        workspace = Workspace(tape, kept)
        workspace.fill()
        order = Message(tape, 0, descriptors=STREAMS)
        order.have((int(kept.brief.at(brief.ORDER_HEAD)), brief.ORDER_HEAD_BYTES), (int(kept.order), 0))
        tape.copy(order_bytes, order.length_of(1), 8)
        tape.copy(streams[0], order.descriptor(0), 4 * STREAMS)
        tape.call("clock_gettime", time.CLOCK_MONOTONIC, int(kept.began))
        tape.call("sendmsg", kept.orders, int(order.header), socket.MSG_NOSIGNAL, failed=GONE)
        for descriptor in (*streams, self._stage.host_processes):
            tape.call("close", descriptor)
        tape.add(self._stage.giving_up_powers)
        outcome.write_down(tape, kept, workspace, otherwise=WATCH)
        tape.label("no use")
        tape.call("_exit", 0)
