"""Process 1 of a sandbox: builds it, starts the program, reaps, ends all of it, collects, reports.

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
from dataclasses import dataclass

from crucible.sandbox.namespaces import capabilities, collect, kernel, program, report, root, seccomp
from crucible.sandbox.namespaces.plan import PROGRAM_UID, WORKSPACE, Plan

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
    cpu_seconds: float
    peak_memory_bytes: int


@dataclass(frozen=True, slots=True)
class Outside:
    """What process 1 holds of the world outside. The program gets the streams, and nothing else."""

    streams: tuple[int, int, int]
    channel: socket.socket
    """To the executor."""
    stage: socket.socket
    """To the process that writes the uid map."""
    host_processes: int
    """The host's /proc."""


def run(
    plan: Plan,
    contents: list[bytes],
    outside: Outside,
    filter_program: bytes,
) -> None:
    """Be process 1 until the end. Raises OSError where a layer can't be put in place."""
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS)
    kernel.set_hostname(_HOSTNAME)
    root.enter(plan)
    _leave_host_identity(plan, outside.stage)
    inputs = _write_inputs(plan, contents)
    wakeup = _wake_on_children()
    channel = outside.channel
    report.send(channel, report.STARTED, {})

    began = time.monotonic()
    ended: Ended | None = None
    if plan.compile:
        child = _start(plan.compile, plan, outside, filter_program)
        ended = _wait("compile", child, channel, wakeup)
        _kill_the_rest()
    if ended is None or (ended.code == 0 and not ended.stopped):
        child = _start(plan.run, plan, outside, filter_program)
        _close(outside)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
        capabilities.drop_bounding_set(plan.last_capability)
        capabilities.keep_only(_UNTIL_COLLECTED)
        seccomp.install(filter_program)
        ended = _wait("run", child, channel, wakeup)
    wall_seconds = time.monotonic() - began
    space = os.statvfs(WORKSPACE)
    _kill_the_rest()
    _close(outside)

    collection = collect.Collection(plan.bounds, inputs)
    for path, content in collection.walk(WORKSPACE):
        report.send_bytes(channel, report.FILE, len(path).to_bytes(2, "big"), path, content)
    report.send(
        channel,
        report.ENDED,
        {
            "step": ended.step,
            "code": ended.code,
            "signal": ended.signal,
            "stopped": ended.stopped,
            "wall_seconds": wall_seconds,
            "cpu_seconds": ended.cpu_seconds,
            "peak_memory_bytes": ended.peak_memory_bytes,
            "disk_full": space.f_bavail == 0 or space.f_favail == 0,
            "files_truncated": collection.truncated,
        },
    )


def _leave_host_identity(plan: Plan, stage: socket.socket) -> None:
    """Enter a user namespace in which the host's root doesn't exist. The mounts made before become locked."""
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
    stage.sendall(b"?")
    if stage.recv(1) != b"!":
        raise OSError("the uid map could not be written")
    stage.close()
    if plan.identity.privileged:
        os.setgroups([])
    os.setresgid(plan.identity.init, plan.identity.init, plan.identity.init)
    os.setresuid(plan.identity.init, plan.identity.init, plan.identity.init)
    kernel.die_with_parent(signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0, about="PR_SET_DUMPABLE")


def _write_inputs(plan: Plan, contents: list[bytes]) -> collect.Unchanged:
    os.chdir(WORKSPACE)
    unchanged: collect.Unchanged = {}
    for (path, _), content in zip(plan.inputs, contents, strict=True):
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


def _start(arguments: list[str], plan: Plan, outside: Outside, filter_program: bytes) -> int:
    """Start a step and return its process id once it has become the program. Raises OSError where it can't."""
    failure, tell = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if child == 0:
        try:
            signal.set_wakeup_fd(-1)
            doors = program.Doors(outside.streams, outside.host_processes, tell)
            program.become(arguments, plan, doors, filter_program)
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


def _wait(step: str, child: int, channel: socket.socket, wakeup: int) -> Ended:
    """Reap until `child` has ended or the executor asks for the end."""
    poll = select.poll()
    poll.register(wakeup, select.POLLIN)
    poll.register(channel, select.POLLIN)
    stopped = False
    while True:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
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
                    cpu_seconds=usage.ru_utime + usage.ru_stime,
                    peak_memory_bytes=usage.ru_maxrss * 1024,
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
            os.wait4(-1, 0)
        except ChildProcessError:
            return
        _kill_all()


def _close(outside: Outside) -> None:
    """Let go of what only the start of a program needs, so that its own ends of the streams are the last ones."""
    for descriptor in (*outside.streams, outside.host_processes):
        with contextlib.suppress(OSError):
            os.close(descriptor)
