"""Process 1 of a sandbox: builds it, waits for a program, starts it, reaps, ends all of it, collects, reports.

When it exits, the kernel kills whatever is left in its PID namespace; nothing that the program does can prevent or
outlive that. The program can't signal it (process 1 ignores what it has no handler for), trace it, or reach the
channel on which it reports.
"""

import contextlib
import os
import select
import signal
import socket
import time
from dataclasses import asdict, dataclass

from crucible.sandbox import call_filter, capabilities, collect, kernel, report
from crucible.sandbox.namespaces import program, root
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, Place, Work, read_work

_UNTIL_COLLECTED = capabilities.CAP_KILL | capabilities.CAP_DAC_READ_SEARCH
_HOSTNAME = "sandbox"


@dataclass(slots=True)
class Ended:
    """How a step ended."""

    step: str
    code: int | None
    signal: int | None
    stopped: bool
    """Whether the executor asked for the end."""
    wall_seconds: float = 0.0
    disk_full: bool = False
    files_truncated: bool = False


@dataclass(frozen=True, slots=True)
class Outside:
    """What process 1 holds of the world outside. The program gets none of it."""

    channel: socket.socket
    """To the executor."""
    stage: socket.socket
    """To the process that writes the uid map."""
    host_processes: int
    """The host's /proc."""


def run(place: Place, outside: Outside, filter_program: bytes) -> None:
    """Be process 1 until the end. Raises OSError where a layer can't be put in place."""
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS)
    kernel.set_hostname(_HOSTNAME)
    root.enter(place.tree)
    _leave_host_identity(place, outside.stage)
    wakeup = _wake_on_children()
    report.send(outside.channel, report.READY, {})

    kind, descriptors, _, _ = socket.recv_fds(outside.channel, 1, 4)
    if kind != report.WORK:
        return  # the executor has no use for this sandbox any more
    work, contents = read_work(descriptors[0])
    streams = (descriptors[1], descriptors[2], descriptors[3])
    root.make_writable(work.bounds)
    inputs = _write_inputs(work, contents)
    report.send(outside.channel, report.STARTED, {})
    _report(outside.channel, work, inputs, _Steps(place, work, streams, outside, filter_program, wakeup).run())


@dataclass(frozen=True, slots=True)
class _Steps:
    """A program's compilation, if it has one, and its run."""

    place: Place
    work: Work
    streams: tuple[int, int, int]
    outside: Outside
    filter_program: bytes
    wakeup: int

    def run(self) -> "Ended":
        """Return how the last step ended, when nothing that they started is left."""
        began = time.monotonic()
        ended: Ended | None = None
        if self.work.compile:
            child = self._start(self.work.compile)
            ended = _wait("compile", child, self.outside.channel, self.wakeup)
            _kill_the_rest()
        if ended is None or (ended.code == 0 and not ended.stopped):
            child = self._start(self.work.run)
            self._let_go()
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
            capabilities.drop_bounding_set(self.place.last_capability)
            capabilities.keep_only(_UNTIL_COLLECTED)
            call_filter.install(self.filter_program)
            ended = _wait("run", child, self.outside.channel, self.wakeup)
        else:
            self._let_go()
        ended.wall_seconds = time.monotonic() - began
        space = os.statvfs(WORKSPACE)
        ended.disk_full = space.f_bavail == 0 or space.f_favail == 0
        _kill_the_rest()
        return ended

    def _start(self, arguments: list[str]) -> int:
        """Start a step and return its process id once it has become the program. Raises OSError where it can't."""
        failure, tell = os.pipe2(os.O_CLOEXEC)
        child = os.fork()
        if child == 0:
            try:
                signal.set_wakeup_fd(-1)
                doors = program.Doors(self.streams, self.outside.host_processes, tell)
                program.become(arguments, self.place, self.work, doors, self.filter_program)
            except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
                message = f"{type(error).__name__}: {error}".encode()[:4096]
                for descriptor in (program.FAILURE_DESCRIPTOR, tell):
                    with contextlib.suppress(OSError):
                        os.write(descriptor, message)
                        break
            finally:
                os._exit(127)
        os.close(tell)
        with os.fdopen(failure, "rb") as file:
            if message := file.read():
                raise OSError(f"could not start {arguments[0]}: {message.decode(errors='replace')}")
        return child

    def _let_go(self) -> None:
        """Close what only the start of a program needs, so that its own ends of the streams are the last ones."""
        for descriptor in (*self.streams, self.outside.host_processes):
            os.close(descriptor)


def _report(channel: socket.socket, work: Work, inputs: collect.Unchanged, ended: "Ended") -> None:
    collection = collect.Collection(work.bounds, inputs)
    for path, content in collection.walk(WORKSPACE):
        report.send_bytes(channel, report.FILE, len(path).to_bytes(2, "big"), path, content)
    ended.files_truncated = collection.truncated
    report.send(channel, report.ENDED, asdict(ended))


def _leave_host_identity(place: Place, stage: socket.socket) -> None:
    """Enter a user namespace in which the host's root doesn't exist. The mounts made before become locked."""
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
    stage.sendall(b"?")
    if stage.recv(1) != b"!":
        raise OSError("the uid map could not be written")
    stage.close()
    if place.identity.ranged:
        os.setgroups([])
    os.setresgid(place.identity.init, place.identity.init, place.identity.init)
    os.setresuid(place.identity.init, place.identity.init, place.identity.init)
    kernel.die_with_parent(signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0, about="PR_SET_DUMPABLE")


def _write_inputs(work: Work, contents: list[bytes]) -> collect.Unchanged:
    os.chdir(WORKSPACE)
    unchanged: collect.Unchanged = {}
    for (path, _), content in zip(work.inputs, contents, strict=True):
        folder = os.path.dirname(path)
        if folder and not os.path.isdir(folder):
            os.makedirs(folder)
            parts = folder.split("/")
            for depth in range(1, len(parts) + 1):
                os.chown("/".join(parts[:depth]), PROGRAM_UID, PROGRAM_UID)
        with open(path, "xb") as file:
            file.write(content)
            os.fchown(file.fileno(), PROGRAM_UID, PROGRAM_UID)
        unchanged[os.fsencode(path)] = collect.fingerprint(os.stat(path))
    return unchanged


def _wake_on_children() -> int:
    """Return a descriptor that becomes readable when a child ended: zombies count towards the process limit."""
    readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _wait(step: str, child: int, channel: socket.socket, wakeup: int) -> Ended:
    """Reap until `child` has ended or the executor asks for the end."""
    poll = select.poll()
    poll.register(wakeup, select.POLLIN)
    poll.register(channel, select.POLLIN)
    stopped = False
    while True:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid = 0
            if pid == 0:
                break
            if pid == child:
                return Ended(
                    step=step,
                    code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                    signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                    stopped=stopped,
                )
        for descriptor, _ in poll.poll():
            if descriptor == wakeup:
                with contextlib.suppress(BlockingIOError):
                    os.read(wakeup, 4096)
            else:
                stopped = True
                poll.unregister(channel)
                _kill_all()


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
