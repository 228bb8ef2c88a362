"""Process 1 of a container: waits in it for a program, starts it, reaps, ends all of it, collects, reports.

A runtime made the container and has gone; nobody's code has run in it. What stands is a Python interpreter and,
beside it, the *vessel*: a child that has given up everything already and waits to become the program, so that
neither a start of an interpreter nor the dropping of rights is left to do when the program comes. Python programs
run in the vessel's own interpreter, where nothing about them needs one that is started for them; any other is
executed.

The executor's socket is this process's standard input; the program never holds it. When this process ends, the
kernel, whichever it is, ends all else in the container.
"""

import array
import contextlib
import ctypes
import fcntl
import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys
import time
from dataclasses import asdict, dataclass

from crucible.sandbox import call_filter, capabilities, collect, inputs, kernel, landlock, report, seccomp, vessel
from crucible.sandbox.plan import WORKSPACE, Work, decode_work

WORK_HEAD = struct.Struct(">cQ")
"""What precedes a work on the socket: `report.WORK` and the number of bytes that follow."""

_SYSINFO = struct.Struct("=10q H 26x")
"""The kernel's `struct sysinfo`, of which only the number of processes and threads is of interest."""
_libc = ctypes.CDLL(None)
_COUNT_MILLISECONDS = 200
_NEVER_CHANGED = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
"""A program can open the file behind its input anew, for writing, whatever rights its own descriptor has."""
_UNTIL_COLLECTED = capabilities.CAP_KILL | capabilities.CAP_DAC_READ_SEARCH


@dataclass(slots=True)
class _Ended:
    """How a step ended, in the words of `verdict.Report`."""

    step: str
    code: int | None
    signal: int | None
    stopped: bool
    wall_seconds: float = 0.0
    disk_full: bool = False
    files_truncated: bool = False
    foreign_call: str | None = None
    """Nobody is asked about calls as other architectures make them: the kernel kills whoever makes one."""


def main() -> None:
    """Be process 1 of a container, and end this process. The arguments are modules that programs find imported."""
    del sys.path[0]  # where this module was found is nobody else's business
    channel = _take_channel()
    try:
        for name in sys.argv[1:]:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        _serve(channel)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        with contextlib.suppress(OSError):
            report.send(channel, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
    os._exit(0)


def _take_channel() -> socket.socket:
    """Return the executor's socket, and have nothing on standard input."""
    channel = socket.socket(fileno=os.dup(0))
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return channel


def _serve(channel: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    capabilities.drop_bounding_set(capabilities.last_capability())
    wall = vessel.Wall(seccomp.compile_filter(), landlock.abi())
    hold = _Hold(channel, _wake_on_children(), wall)
    gc.collect()
    gc.freeze()  # the program's collector must not touch, and so copy, what was there before it
    waiting = _Vessel.fork(hold)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0, about="PR_SET_DUMPABLE")
    report.send(channel, report.READY, {"landlock": wall.landlock, "kernel": " ".join(os.uname()[::2][:2])})

    received = _receive(channel)
    if received is None:
        return  # the executor has no use for this container any more
    work, contents, standard_input = received
    unchanged = inputs.write(work, contents)
    report.send(channel, report.STARTED, {})
    ended = _run(work, _readable(standard_input), waiting, hold)
    collection = collect.Collection(work.bounds, unchanged)
    for path, content in collection.walk(WORKSPACE):
        report.send_bytes(channel, report.FILE, len(path).to_bytes(2, "big"), path, content)
    ended.files_truncated = collection.truncated
    report.send(channel, report.ENDED, asdict(ended))


@dataclass(frozen=True, slots=True)
class _Vessel:
    """A child that waits to become a step."""

    pid: int
    orders: socket.socket

    @classmethod
    def fork(cls, hold: "_Hold") -> "_Vessel":
        here, there = socket.socketpair()
        child = os.fork()
        if child:
            there.close()
            return cls(child, here)
        here.close()
        hold.channel.close()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return vessel.be(there, hold.wall)

    def become(self, step: vessel.Step, standard_input: int) -> None:
        """Have the vessel become a step, which reads its input from the descriptor."""
        body = step.encode()
        rights = array.array("i", [standard_input])
        try:
            self.orders.sendmsg([len(body).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            self.orders.sendall(body)
        except BrokenPipeError:  # it is gone, and said why before it went
            _raise_failure(self.orders)
            raise


@dataclass(frozen=True, slots=True)
class _Hold:
    """What process 1 has in its hands while it waits."""

    channel: socket.socket
    wakeup: int
    wall: vessel.Wall

    def count(self) -> None:
        """Tell how many processes and threads the program has: all that there are but this one."""
        status = ctypes.create_string_buffer(_SYSINFO.size)
        if _libc.sysinfo(status) == 0:
            report.send(self.channel, report.COUNT, {"processes": _SYSINFO.unpack(status.raw)[-1] - 1})


def _run(work: Work, standard_input: int, waiting: _Vessel, hold: _Hold) -> _Ended:
    """Have the program compiled, if it has to be, and run; return when nothing that this started is left."""
    began = time.monotonic()
    ended: _Ended | None = None
    if work.compile:
        waiting.become(vessel.Step.of(work, work.compile), standard_input)
        ended = _wait("compile", waiting, hold, counted=work.processes is not None)
        _kill_the_rest()
        if ended.code == 0 and not ended.stopped:
            waiting, ended = _Vessel.fork(hold), None
    if ended is None:
        waiting.become(vessel.Step.of(work, work.run), standard_input)
        _let_go(standard_input)
        capabilities.keep_only(_UNTIL_COLLECTED)
        call_filter.install(hold.wall.filter)
        ended = _wait("run", waiting, hold, counted=work.processes is not None)
    else:
        _let_go(standard_input)
    ended.wall_seconds = time.monotonic() - began
    space = os.statvfs(WORKSPACE)
    ended.disk_full = space.f_bavail == 0 or space.f_favail == 0
    _kill_the_rest()
    return ended


def _let_go(standard_input: int) -> None:
    """Close what only a step needs, so that the program's own ends of the streams are the last ones."""
    os.close(standard_input)
    nothing = os.open("/dev/null", os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)


def _receive(channel: socket.socket) -> tuple[Work, list[bytes], bytes] | None:
    """Return the work and the bytes for its standard input, or None where there will be none."""
    head = _read(channel, WORK_HEAD.size)
    if len(head) < WORK_HEAD.size:
        return None
    kind, length = WORK_HEAD.unpack(head)
    if kind != report.WORK:
        return None
    body = _read(channel, length)
    return decode_work(body) if len(body) == length else None


def _read(channel: socket.socket, length: int) -> bytes:
    parts: list[bytes] = []
    while length > 0 and (part := channel.recv(min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _readable(content: bytes) -> int:
    """Return a descriptor from which the program can read the bytes, and which it can't write."""
    if not content:
        return os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _NEVER_CHANGED)
    reading = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    os.close(descriptor)
    return reading


def _wake_on_children() -> int:
    """Return a descriptor that becomes readable when a child ended."""
    readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _wait(step: str, started: _Vessel, hold: _Hold, *, counted: bool) -> _Ended:
    """Reap until the step has ended or the executor asks for the end. Raises OSError where it couldn't start."""
    poll = select.poll()
    for readable in (hold.wakeup, hold.channel, started.orders):
        poll.register(readable, select.POLLIN)
    stopped = False
    while (status := _reap(started.pid)) is None:
        if counted:
            hold.count()
        for descriptor, _ in poll.poll(_COUNT_MILLISECONDS if counted else None):
            if descriptor == hold.wakeup:
                with contextlib.suppress(BlockingIOError):
                    os.read(hold.wakeup, 4096)
            elif descriptor == hold.channel.fileno():
                stopped = True
                poll.unregister(hold.channel)
                _kill_all()
            else:
                poll.unregister(started.orders)  # it became the program, or said why it could not
    _raise_failure(started.orders)
    return _Ended(
        step=step,
        code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        stopped=stopped,
    )


def _reap(awaited: int) -> int | None:
    """Reap whatever has ended; return the status of the one that is waited for, or None while it lives."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == awaited:
            return status
        if pid == 0:
            return None


def _raise_failure(orders: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError, ConnectionResetError):  # the latter where it was killed too early
        if failure := orders.recv(4096, socket.MSG_DONTWAIT):
            raise OSError(failure.decode(errors="replace"))


def _kill_all() -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def _kill_the_rest() -> None:
    """Return once process 1 is alone."""
    _kill_all()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
        _kill_all()
