"""System calls that the kernel hands to another process to answer: seccomp's user notification.

A call that the filter marks stops its maker inside the kernel until whoever holds the *listener* answers. The
maker never sees the listener, and can neither skip the question nor answer it; where the last holder is gone, the
kernel itself refuses (https://docs.kernel.org/userspace-api/seccomp_filter.html#userspace-notification).

What a call's arguments point to lies in memory that the program can change at any time. Here that decides nothing:
no answer lets a call through for what was read there, so that a race can only make a record less exact.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import functools
import os
import select
import socket
import struct
from typing import Final

from crucible.sandbox import call_filter, descriptors, kernel
from crucible.sandbox.record import Record

_SET_MODE_FILTER: Final = 1
_NEW_LISTENER: Final = 1 << 3
_WAIT_KILLABLE: Final = 1 << 5
"""Once a call was read, only death interrupts its maker (Linux 5.19): no signal makes one call look like many."""

RECEIVE: Final = 0xC050_2100
SEND: Final = 0xC018_2101
VALID: Final = 0x4008_2102
ADD_DESCRIPTOR: Final = 0x4018_2103
SET_FLAGS: Final = 0x4008_2104
SYNC_WAKE_UP: Final = 1
"""Maker and answerer take turns on one processor (Linux 6.6), which is what they do anyway."""
_CONTINUE: Final = 1
_AT_A_NUMBER: Final = 1 << 0
_ADD_AND_SEND: Final = 1 << 1

NOTIFICATION: Final = struct.Struct("=QIIiIQ6Q")
RESPONSE: Final = struct.Struct("=QqiI")
_ADDITION: Final = struct.Struct("=QIIII")

_GREETING: Final = {"x86_64": 312, "aarch64": 272}
"""kcmp: a call that is recorded, and that no program of ours makes for any other reason."""
HANDED_OVER: Final = b"L"
_WITHDRAWN: Final = frozenset({errno.ENOENT, errno.EINPROGRESS})


class Call(Record):
    """A system call that waits for an answer."""

    id: int
    thread: int
    """Who makes it, by the number that the reader's PID namespace has for it."""
    number: int
    architecture: int
    """Whose calling convention the number is of, as the kernel's audit names it."""
    arguments: tuple[int, int, int, int, int, int]

    @property
    def is_foreign(self) -> bool:
        """Whether it was made by a convention other than this machine's own, in which numbers mean other calls."""
        return self.architecture != kernel.AUDIT_ARCHITECTURES[kernel.MACHINE] or self.number >= kernel.X32_BIT


def install(program: bytes) -> int:
    """Put this process behind a filter, as `call_filter.install` does; return the listener for what it marks."""
    killable, interruptible = installing(program)
    try:
        return kernel.result(killable)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    return kernel.result(interruptible)


@functools.lru_cache(maxsize=None)
def installing(program: bytes) -> tuple[kernel.Call, kernel.Call]:
    """Write `install` down, and what does it in a kernel that can't yet have a call's maker wait for death alone.

    Who forks asks for it before, so that its children find it.
    """
    request = ctypes.byref(call_filter.request_for(program))
    killable, interruptible = (
        kernel.syscalling(
            kernel.SYS_SECCOMP[kernel.MACHINE],
            ctypes.c_uint(_SET_MODE_FILTER),
            ctypes.c_uint(flags),
            request,
            about="seccomp with a listener",
        )
        for flags in (_NEW_LISTENER | _WAIT_KILLABLE, _NEW_LISTENER)
    )
    return killable, interruptible


def hand_over(channel: socket.socket, listener: int) -> None:
    """Give the listener to the other end of the channel, keep nothing of it, and be refused once.

    From the number of that first call on, the other end knows of every call there is.
    """
    descriptors.send(channel, HANDED_OVER, [listener])
    os.close(listener)
    greet()


def greet() -> None:
    """Make the first call behind a filter, which whoever answers refuses. Raises OSError where nobody does."""
    error = kernel.error_of(greeting())
    if error not in {0, errno.EPERM}:  # the kernel's own answer: whoever should have taken it has not got it
        raise kernel.KernelError(error, f"a call to be refused: {os.strerror(error)}")


@functools.lru_cache(maxsize=None)
def greeting() -> kernel.Call:
    """Write the first call down that is made behind a filter."""
    return kernel.syscalling(_GREETING[kernel.MACHINE], *[ctypes.c_long(0)] * 5, about="to be refused")


def take_over(channel: socket.socket) -> tuple[Listener | None, bytes]:
    """Return the listener that comes over the channel; or None, and what is said there in its place."""
    said, received = descriptors.receive(channel, 4096, 1)
    if not received:
        return None, said
    listener = Listener(received[0])
    listener.greet()
    return listener, b""


def take(channel: socket.socket) -> Listener | None:
    """Return the listener that waits in the channel, if one does; its first call is a greeting, yet to come."""
    with contextlib.suppress(OSError):
        _, received = descriptors.receive(channel, 4096, 1)
        return Listener(received[0]) if received else None
    return None


def is_greeting(call: Call) -> bool:
    """Tell whether a listener's first call is the one that `hand_over` makes."""
    return call.number == _GREETING[kernel.MACHINE] and not any(call.arguments[:5])


class Listener:
    """The reader's end. `receive` after the descriptor is readable never blocks: each call is one token."""

    def __init__(self, descriptor: int, last: int | None = None) -> None:
        """`last`: the number of the last call that was read already."""
        self.descriptor = descriptor
        self._last = last
        self.withdrawn = 0
        """Calls that a signal or death took back before they were read; the kernel numbers calls one by one."""
        with contextlib.suppress(OSError):  # before Linux 6.6 there is no such flag, and all else works
            fcntl.ioctl(descriptor, SET_FLAGS, SYNC_WAKE_UP)

    def greet(self) -> None:
        """Refuse the first call, which is our own, or notice that its maker is gone."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        if any(event & select.POLLIN for _, event in poll.poll()) and (call := self.receive()):
            self.refuse(call, errno.EPERM)

    def receive(self) -> Call | None:
        """Return the next call, or None where its maker is gone."""
        buffer = bytearray(NOTIFICATION.size)
        try:
            fcntl.ioctl(self.descriptor, RECEIVE, buffer)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.EINTR}:
                return None
            raise
        token, thread, _, number, architecture, _, *arguments = NOTIFICATION.unpack(buffer)
        if self._last is not None:
            self.withdrawn += max(0, token - self._last - 1)
        self._last = token
        return Call(token, thread, number & 0xFFFF_FFFF, architecture, tuple(arguments))

    def refuse(self, call: Call, error: int) -> None:
        """Have the call fail with this errno."""
        self._send(RESPONSE.pack(call.id, 0, -error, 0))

    def leave_to_kernel(self, call: Call) -> None:
        """Have the kernel go on with the call, whatever its arguments say by then."""
        self._send(RESPONSE.pack(call.id, 0, 0, _CONTINUE))

    def give(self, call: Call, descriptor: int, *, close_on_exec: bool) -> None:
        """Have the call return a descriptor of its maker's own for what is open here; or EMFILE."""
        request = _ADDITION.pack(call.id, _ADD_AND_SEND, descriptor, 0, os.O_CLOEXEC if close_on_exec else 0)
        try:
            fcntl.ioctl(self.descriptor, ADD_DESCRIPTOR, request)
        except OSError as error:
            self.refuse(call, error.errno or errno.EMFILE)

    def stand_in(self, call: Call, kind: int) -> None:
        """Have the call return a Unix socket of this type, with the flags of it, for the one that it asks for."""
        try:
            with socket.socket(socket.AF_UNIX, kind & ~socket.SOCK_CLOEXEC) as one:
                self.give(call, one.fileno(), close_on_exec=bool(kind & socket.SOCK_CLOEXEC))
        except OSError:
            self.refuse(call, errno.EACCES)

    def replace(self, call: Call, descriptor: int, *, in_place_of: int) -> bool:
        """Have the call succeed, and its maker find what is open here under a descriptor that it has already."""
        request = _ADDITION.pack(call.id, _AT_A_NUMBER, descriptor, in_place_of, os.O_CLOEXEC)
        try:
            fcntl.ioctl(self.descriptor, ADD_DESCRIPTOR, request)
        except OSError:
            return False
        self._send(RESPONSE.pack(call.id, 0, 0, 0))
        return True

    def is_waiting(self, call: Call) -> bool:
        """Tell whether the call still waits: then what was read of its maker until now is of the right one."""
        try:
            fcntl.ioctl(self.descriptor, VALID, struct.pack("=Q", call.id))
        except OSError:
            return False
        return True

    def read_memory(self, call: Call, address: int, size: int) -> bytes:
        """Return what its maker has at an address: less where that ends, nothing where it can't be read."""
        try:
            read = kernel.read_process(call.thread, address, size)
        except OSError:
            return b""
        return read if self.is_waiting(call) else b""

    def close(self) -> None:
        """Let go; the kernel answers every further call with ENOSYS."""
        os.close(self.descriptor)

    def _send(self, response: bytes) -> None:
        try:
            fcntl.ioctl(self.descriptor, SEND, response)
        except OSError as error:
            if error.errno not in _WITHDRAWN:
                raise
