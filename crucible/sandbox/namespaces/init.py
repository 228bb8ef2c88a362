"""Process 1 of a sandbox: builds it, waits for a program, starts it, reaps, ends all of it, collects, reports.

When it exits, the kernel kills whatever is left in its PID namespace; nothing that the program does can prevent or
outlive that. The program can't signal it (process 1 ignores what it has no handler for), trace it, or reach the
channel on which it reports.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from dataclasses import asdict, dataclass
from typing import Callable

from crucible.sandbox import call_filter, capabilities, collect, descriptors, inputs, kernel, report
from crucible.sandbox.answers import Answers
from crucible.sandbox.attempts import Attempts
from crucible.sandbox.namespaces import program, root
from crucible.sandbox.namespaces.lot import Lot
from crucible.sandbox.plan import WORKSPACE, Identity, Place, Setup, Work, read_work
from crucible.sandbox.wall import Wall

_UNTIL_COLLECTED = capabilities.CAP_KILL | capabilities.CAP_DAC_READ_SEARCH | capabilities.CAP_SYS_PTRACE
"""Of the sandbox's own user namespace: to end the program, read whom it tries to reach, and collect its files."""
_HOSTNAME = "sandbox"
_WORK_DESCRIPTORS = 4


@dataclass
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


@dataclass(frozen=True)
class Outside:
    """What process 1 is given of the world outside. The program gets none of it."""

    channel: int
    """The socket to the executor."""
    groups: list[int]
    """The `cgroup.procs` files to join."""
    lot: Lot


def run(setup: Setup, wall: Wall, place: Place, outside: Outside) -> None:
    """Be process 1 until the end, which doesn't return; reports what could not be put in place."""
    channel = socket.socket(fileno=outside.channel)
    try:
        kernel.die_with_parent(signal.SIGKILL)
        host_processes = _build(setup, place, outside)
        _serve(channel, setup, wall, place, host_processes)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        with contextlib.suppress(OSError):
            report.send(channel, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(0)


def _build(setup: Setup, place: Place, outside: Outside) -> int:
    """Put everything in place that doesn't depend on the program; return the host's /proc."""
    for group in outside.groups:
        os.write(group, b"0")
        os.close(group)
    host_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    kernel.setns(outside.lot.network, kernel.CLONE_NEWNET)
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWCGROUP)
    kernel.set_hostname(_HOSTNAME)
    root.enter(setup.tree)
    _leave_host_identity(place.identity, outside.lot)
    root.make_writable(place.disk_bytes, place.inodes)
    capabilities.drop_bounding_set(setup.last_capability)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
    return host_processes


def _serve(channel: socket.socket, setup: Setup, wall: Wall, place: Place, host_processes: int) -> None:
    """Wait for a program, run it, and report."""
    wakeup = _wake_on_children()

    def fork() -> program.Waiting:
        return program.Waiting(setup, wall, place.identity, host_processes, channel)

    waiting = fork()
    report.send(channel, report.READY, {})
    kind, given = descriptors.receive(channel, 1, _WORK_DESCRIPTORS)
    if kind != report.WORK:
        return  # the executor has no use for this sandbox any more
    order, work, contents = read_work(given[0])
    if (work.bounds.disk_bytes, work.bounds.inodes) != (place.disk_bytes, place.inodes):
        root.resize(work.bounds.disk_bytes, work.bounds.inodes)
    unchanged = inputs.write(work, contents)
    report.send(channel, report.STARTED, {})
    steps = _Steps(fork, wall, order, work, [*given[1:], host_processes], channel, wakeup)
    _report(channel, work, unchanged, steps.run(waiting))


@dataclass(frozen=True)
class _Steps:
    """A program's compilation, if it has one, and its run."""

    fork: Callable[[], program.Waiting]
    wall: Wall
    order: bytes
    """The work as it came, which goes on to the process that becomes the program."""
    work: Work
    given: list[int]
    """The standard streams, and the host's /proc: what only the start of a program needs."""
    channel: socket.socket
    wakeup: int

    def run(self, waiting: program.Waiting) -> Ended:
        """Return how the last step ended, when nothing that they started is left."""
        began = time.monotonic()
        attempts = Attempts(
            lambda attempt: report.send(self.channel, report.ATTEMPT, asdict(attempt)),
            lambda: time.monotonic() - began,
        )
        ended: Ended | None = None
        answers = Answers(self.wall.known, waiting.listener, attempts)
        if self.work.compile:
            waiting.start(self.order, self.given[:3], compiles=True)
            ended = _wait("compile", waiting.process, self.channel, self.wakeup, answers)
            _end_the_rest(answers)
            if ended.code == 0 and not ended.stopped:
                waiting = self.fork()
                answers = Answers(self.wall.known, waiting.listener, attempts)
        if ended is None or (ended.code == 0 and not ended.stopped):
            waiting.start(self.order, self.given[:3], compiles=False)
            self._let_go()
            capabilities.keep_only(_UNTIL_COLLECTED)
            call_filter.install(self.wall.process_1)
            ended = _wait("run", waiting.process, self.channel, self.wakeup, answers)
            ended.wall_seconds = time.monotonic() - began
            _end_the_rest(answers)
        else:
            self._let_go()
            ended.wall_seconds = time.monotonic() - began
        space = os.statvfs(WORKSPACE)
        ended.disk_full = space.f_bavail == 0 or space.f_favail == 0
        attempts.finish()
        return ended

    def _let_go(self) -> None:
        """Close what only the start of a program needs, so that its own ends of the streams are the last ones."""
        for descriptor in self.given:
            os.close(descriptor)


def _report(channel: socket.socket, work: Work, unchanged: collect.Unchanged, ended: Ended) -> None:
    collection = collect.Collection(work.bounds, unchanged)
    for path, content in collection.walk(WORKSPACE):
        report.send_bytes(channel, report.FILE, len(path).to_bytes(2, "big"), path, content)
    ended.files_truncated = collection.truncated
    report.send(channel, report.ENDED, vars(ended))


def _leave_host_identity(identity: Identity, lot: Lot) -> None:
    """Enter a user namespace in which the host's root doesn't exist. The mounts made before become locked."""
    kernel.setns(lot.user, kernel.CLONE_NEWUSER)
    kernel.unshare(kernel.CLONE_NEWNS)
    os.close(lot.user)
    os.close(lot.network)
    if identity.ranged:
        os.setgroups([])
    os.setresgid(identity.init, identity.init, identity.init)
    os.setresuid(identity.init, identity.init, identity.init)
    kernel.die_with_parent(signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0, about="PR_SET_DUMPABLE")


def _wake_on_children() -> int:
    """Return a descriptor that becomes readable when a child ended: zombies count towards the process limit."""
    readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _wait(step: str, child: int, channel: socket.socket, wakeup: int, answers: Answers) -> Ended:
    """Reap and answer until `child` has ended, by itself or on the executor's wish."""
    poll = select.poll()
    poll.register(wakeup, select.POLLIN)
    poll.register(channel, select.POLLIN)
    answers.watch(poll)
    stopped = False
    while True:
        status = _reap(child)
        if status is not None:
            return Ended(
                step=step,
                code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                stopped=stopped,
                foreign_call=answers.foreign,
            )
        for descriptor, event in poll.poll():
            if descriptor == wakeup:
                with contextlib.suppress(BlockingIOError):
                    os.read(wakeup, 4096)
            elif descriptor != channel.fileno():
                answers.serve(descriptor, event)
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


def _end_the_rest(answers: Answers) -> None:
    """Return once process 1 is alone, having noted what it could not answer any more."""
    answers.drain()
    _kill_the_rest()
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
