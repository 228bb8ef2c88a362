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

from crucible.sandbox import call_filter, capabilities, collect, kernel, notification, report
from crucible.sandbox.answers import Answers, Wall
from crucible.sandbox.attempts import Attempts
from crucible.sandbox.namespaces import program, root
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, Place, Work, read_work

_UNTIL_COLLECTED = capabilities.CAP_KILL | capabilities.CAP_DAC_READ_SEARCH | capabilities.CAP_SYS_PTRACE
"""Of the sandbox's own user namespace: to end the program, read whom it tries to reach, and collect its files."""
_HOSTNAME = "sandbox"


@dataclass(slots=True)
class Ended:
    """How a step ended."""

    step: str
    code: int | None
    signal: int | None
    stopped: bool
    """Whether the executor asked for the end."""
    foreign_call: str | None
    """The calling convention of another architecture that something of it used, and was killed for."""
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


def run(place: Place, outside: Outside, wall: Wall) -> None:
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
    _report(outside.channel, work, inputs, _Steps(place, work, streams, outside, wall, wakeup).run())


@dataclass(frozen=True, slots=True)
class _Steps:
    """A program's compilation, if it has one, and its run."""

    place: Place
    work: Work
    streams: tuple[int, int, int]
    outside: Outside
    wall: Wall
    wakeup: int

    def run(self) -> "Ended":
        """Return how the last step ended, when nothing that they started is left."""
        began = time.monotonic()
        attempts = Attempts(
            lambda attempt: report.send(self.outside.channel, report.ATTEMPT, asdict(attempt)),
            lambda: time.monotonic() - began,
        )
        ended: Ended | None = None
        answers: Answers | None = None
        if self.work.compile:
            child, answers = self._start(self.work.compile, attempts)
            ended = _wait("compile", child, self.outside.channel, self.wakeup, answers)
            _end_the_rest(answers)
            answers = None
        if ended is None or (ended.code == 0 and not ended.stopped):
            child, answers = self._start(self.work.run, attempts)
            self._let_go()
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
            capabilities.drop_bounding_set(self.place.last_capability)
            capabilities.keep_only(_UNTIL_COLLECTED)
            call_filter.install(self.wall.process_1)
            ended = _wait("run", child, self.outside.channel, self.wakeup, answers)
        else:
            self._let_go()
        ended.wall_seconds = time.monotonic() - began
        space = os.statvfs(WORKSPACE)
        ended.disk_full = space.f_bavail == 0 or space.f_favail == 0
        _end_the_rest(answers)
        attempts.finish()
        return ended

    def _start(self, arguments: list[str], attempts: Attempts) -> tuple[int, Answers | None]:
        """Start a step; return its process id once it has become the program, and what answers its calls.

        Raises OSError where it can't be started. Where it died on the way, there is nothing to answer.
        """
        here, there = socket.socketpair()
        child = os.fork()
        if child == 0:
            try:
                signal.set_wakeup_fd(-1)
                doors = program.Doors(self.streams, self.outside.host_processes, there)
                program.become(arguments, self.place, self.work, doors, self.wall.program)
            except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
                message = f"{type(error).__name__}: {error}".encode()[:4096]
                with contextlib.suppress(OSError):
                    os.write(program.STARTER_DESCRIPTOR if there.fileno() < 0 else there.fileno(), message)
            finally:
                os._exit(127)
        there.close()
        with here:
            listener, failure = notification.take_over(here)
        if failure:
            raise OSError(f"could not start {arguments[0]}: {failure.decode(errors='replace')}")
        if listener is None:
            return child, None
        return child, Answers(self.wall.known, notification.Listener(listener), attempts)

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
    """Enter a user namespace in which the host's root doesn't exist. The mounts made before become locked.

    Whoever makes a namespace pays for what the kernel counts by user inside of it, too (inotify, message queues,
    locked memory): were that host root, one sandbox could use up what is there for all of them.
    """
    if place.identity.ranged:
        os.seteuid(place.identity.map[0][1])
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


def _wait(step: str, child: int, channel: socket.socket, wakeup: int, answers: Answers | None) -> Ended:
    """Reap and answer until `child` has ended, by itself or on the executor's wish."""
    poll = select.poll()
    poll.register(wakeup, select.POLLIN)
    poll.register(channel, select.POLLIN)
    if answers is not None:
        poll.register(answers.listener.descriptor, select.POLLIN)
    stopped = False
    while True:
        status = _reap(child)
        if status is not None:
            return Ended(
                step=step,
                code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                stopped=stopped,
                foreign_call=answers.foreign if answers is not None else None,
            )
        for descriptor, event in poll.poll():
            if descriptor == wakeup:
                with contextlib.suppress(BlockingIOError):
                    os.read(wakeup, 4096)
            elif answers is not None and descriptor == answers.listener.descriptor:
                if event & select.POLLIN:
                    answers.one()
                else:
                    poll.unregister(descriptor)  # nobody is left who could ask
            else:
                stopped = True
                poll.unregister(channel)
                _kill_all()


def _reap(child: int) -> int | None:
    """Take leave of whatever ended; return how `child` did, if it was among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == child:
            return status
        if pid == 0:
            return None


def _kill_all() -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def _end_the_rest(answers: Answers | None) -> None:
    """Return once process 1 is alone, having noted what it could not answer any more."""
    if answers is not None:
        answers.drain()
    _kill_the_rest()
    if answers is not None:
        answers.finish()


def _kill_the_rest() -> None:
    """Return once process 1 is alone."""
    _kill_all()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
        _kill_all()
