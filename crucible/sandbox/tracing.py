"""System calls that a tracer answers: ptrace, where a kernel knows no user notification, as gVisor's doesn't.

A call that the filter marks (`SECCOMP_RET_TRACE`) stops its maker before it is made, and the tracer decides what
becomes of it; where there is no tracer, the kernel itself refuses. Who is traced can't end that, nor can what it
forks or executes, but for `CLONE_UNTRACED`, which the filter refuses. Between such calls nothing stops it but what
the kernel tells every tracer: a signal, a fork, and an end.

What is done to a call is done to the registers of its maker, which nobody but the tracer can change while it
stands. A call that isn't refused may be made with other arguments; whoever made it finds its registers as they
were, as ever after a call.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
from typing import TYPE_CHECKING, Callable, Final, Iterator, Tuple

from crucible.sandbox import call_filter, kernel, notification

if TYPE_CHECKING:
    import resource
    import socket

IS_KNOWN_HERE: Final = kernel.MACHINE == "x86_64"
"""Whether it is written down here how this machine's registers carry a call."""
UNKNOWN_HERE: Final = "gVisor's kernel tells a tracer of them, who has to know this machine's registers"
"""Why nobody records attempts where it is not."""

_CONTINUE, _CONTINUE_TO_CALL = 7, 24  # PTRACE_CONT, PTRACE_SYSCALL
_GET_REGISTERS, _SET_REGISTERS = 12, 13
_SEIZE, _LISTEN = 0x4206, 0x4208
_SYSCALLS_TOLD_APART = 1 << 0
_FORKS = 1 << 1 | 1 << 2 | 1 << 3  # each child is traced, too: of fork, vfork and clone
_FILTERED_CALLS = 1 << 7
_KILLED_WITH_TRACER = 1 << 20
_OPTIONS: Final = _SYSCALLS_TOLD_APART | _FORKS | _FILTERED_CALLS | _KILLED_WITH_TRACER

_EVENT_FILTERED, _EVENT_STOP = 7, 128
_AT_CALL: Final = signal.SIGTRAP | 0x80
_STOPPING: Final = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
_ALL: Final = 0x4000_0000  # __WALL: threads, too

_REGISTERS = ctypes.c_uint64 * 27
"""The kernel's `struct user_regs_struct`."""
_R10, _R9, _R8, _RESULT, _RDX, _RSI, _RDI, _CALL, _STACK = 7, 8, 9, 10, 12, 13, 14, 15, 19
_ARGUMENTS: Final = (_RDI, _RSI, _RDX, _R10, _R8, _R9)
_NO_CALL: Final = 2**64 - 1
_BELOW_STACK: Final = 128 + 64
"""How far below the stack's top nobody's data is: beyond what the calling convention leaves to functions."""

_MOST_AT_ONCE: Final = 64
"""After so many stops whoever waits for something else has its turn."""
_TRACED: Final = b"T"

EndedProcess = Tuple[int, int, "resource.struct_rusage"]
"""Of a child that has ended: its number, its wait status, and what it used."""


def be_traced(channel: socket.socket, program: bytes) -> None:
    """Put this process behind a filter once the channel's other end traces it, and be refused once.

    Raises OSError where nobody does.
    """
    if channel.recv(1) != _TRACED:
        raise OSError(errno.ESRCH, "nobody traces this process")
    call_filter.install(program)
    notification.greet()


class Tracer:
    """Process 1's hold on what it traces. `next_ended` is where it takes its turn, in the place of a wait."""

    def __init__(self) -> None:
        self.answer: Callable[[notification.Call], None] | None = None
        """What answers a call that stands; it is refused where there is nobody."""
        self._greeting: set[int] = set()
        """Who is not behind its filter yet, and will greet."""
        self._changed: dict[int, tuple[dict[int, int], Callable[[], int] | None]] = {}
        """By thread, what was in which registers before the call that it makes with other arguments."""

    def seize(self, process: int, channel: socket.socket) -> None:
        """Trace a child that waits in `be_traced`, and let it go on. A child that has ended will be seen to."""
        with contextlib.suppress(OSError):
            kernel.ptrace(_SEIZE, process, _OPTIONS)
            self._greeting.add(process)
            channel.send(_TRACED)

    def await_greeting(self, process: int) -> bool:
        """Return once a child is behind its filter; False where it ended before."""
        while process in self._greeting:
            _, status = os.waitpid(process, _ALL)
            if not os.WIFSTOPPED(status):
                self._forget(process)
                return False
            self._look(process, status)
        return True

    def next_ended(self) -> EndedProcess | None:
        """See to all that stand; return the next child that has ended, if one has.

        Whoever floods it with calls gets its answers in turns: then it has SIGCHLD sent once more.
        """
        for _ in range(_MOST_AT_ONCE):
            try:
                process, status, usage = os.wait4(-1, os.WNOHANG | _ALL)
            except ChildProcessError:
                return None
            if process == 0:
                return None
            if not os.WIFSTOPPED(status):
                self._forget(process)
                return process, status, usage
            self._look(process, status)
        signal.raise_signal(signal.SIGCHLD)
        return None

    def reap(self, child: int) -> int | None:
        """See to all that stand; return how `child` ended, if it did."""
        while ended := self.next_ended():
            process, status, _ = ended
            if process == child:
                return status
        return None

    def refuse(self, call: notification.Call, error: int) -> None:
        """Have the call fail with this errno."""
        with _alive():
            registers = _registers(call.thread)
            registers[_CALL] = _NO_CALL
            registers[_RESULT] = 2**64 - error
            kernel.ptrace(_SET_REGISTERS, call.thread, ctypes.byref(registers))
            kernel.ptrace(_CONTINUE, call.thread)

    def leave_to_kernel(self, call: notification.Call) -> None:
        """Have the kernel go on with the call, whatever its arguments point to by then."""
        with _alive():
            kernel.ptrace(_CONTINUE, call.thread)

    def make_instead(
        self, call: notification.Call, arguments: dict[int, int], failed: Callable[[], int] | None = None
    ) -> None:
        """Have the call made with some other arguments, by their position.

        `failed` is called where it fails, and returns with which errno.
        """
        with _alive():
            registers = _registers(call.thread)
            places = {_ARGUMENTS[position]: value for position, value in arguments.items()}
            self._changed[call.thread] = {place: registers[place] for place in places}, failed
            for place, value in places.items():
                registers[place] = value
            kernel.ptrace(_SET_REGISTERS, call.thread, ctypes.byref(registers))
            kernel.ptrace(_CONTINUE_TO_CALL, call.thread)

    def write_below_stack(self, call: notification.Call, word: bytes) -> int:
        """Write eight bytes where the call's maker has none of its own; return the address. Raises OSError."""
        address: int = (_registers(call.thread)[_STACK] - _BELOW_STACK) & ~0xF
        kernel.poke(call.thread, address, word)
        return address

    def read_memory(self, call: notification.Call, address: int, size: int) -> bytes:
        """Return what the call's maker has at an address: less where that ends, nothing where it can't be read."""
        try:
            return kernel.read_process(call.thread, address, size)
        except OSError:
            return b""

    def _look(self, thread: int, status: int) -> None:
        """See to a thread that stands."""
        number, event = os.WSTOPSIG(status), status >> 16
        with _alive():
            if event == _EVENT_FILTERED:
                self._call(thread)
            elif number == _AT_CALL:
                self._at_call(thread)
            elif event == _EVENT_STOP and number in _STOPPING:
                kernel.ptrace(_LISTEN, thread)  # it stays, as who is stopped does, until a signal says otherwise
            else:
                kernel.ptrace(_CONTINUE, thread, 0 if event else number)

    def _call(self, thread: int) -> None:
        registers = _registers(thread)
        first, second, third, fourth, fifth, sixth = (registers[one] for one in _ARGUMENTS)
        call = notification.Call(
            id=0,
            thread=thread,
            number=registers[_CALL],
            architecture=kernel.AUDIT_ARCHITECTURES[kernel.MACHINE],
            arguments=(first, second, third, fourth, fifth, sixth),
        )
        greets = thread in self._greeting and notification.is_greeting(call)
        self._greeting.discard(thread)
        if greets or self.answer is None:
            self.refuse(call, errno.EPERM)
        else:
            self.answer(call)

    def _at_call(self, thread: int) -> None:
        """Let a call with other arguments begin; once it is over, have its maker find what was there before."""
        registers = _registers(thread)
        if registers[_RESULT] == 2**64 - errno.ENOSYS:  # what a call has as its result before it is made
            kernel.ptrace(_CONTINUE_TO_CALL, thread)
            return
        before, failed = self._changed.pop(thread)
        if registers[_RESULT] >> 63 and failed is not None:
            registers[_RESULT] = 2**64 - failed()
        for place, value in before.items():
            registers[place] = value
        kernel.ptrace(_SET_REGISTERS, thread, ctypes.byref(registers))
        kernel.ptrace(_CONTINUE, thread)

    def _forget(self, thread: int) -> None:
        self._greeting.discard(thread)
        _, failed = self._changed.pop(thread, ({}, None))
        if failed is not None:
            failed()


def _registers(thread: int) -> ctypes.Array[ctypes.c_uint64]:
    registers = _REGISTERS()
    kernel.ptrace(_GET_REGISTERS, thread, ctypes.byref(registers))
    return registers


@contextlib.contextmanager
def _alive() -> Iterator[None]:
    """Pass over a thread that was killed while it stood: its end will be seen."""
    try:
        yield
    except kernel.KernelError as error:
        if error.errno != errno.ESRCH:
            raise
