"""The last steps of a process before it becomes the program. None of them can be taken back."""

import os
import resource
import signal
import socket
from dataclasses import dataclass

from crucible.sandbox import capabilities, kernel, landlock, notification
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, WRITABLE, Bounds, Place, Work


@dataclass(frozen=True, slots=True)
class Doors:
    """The descriptors that a process holds on its way to becoming the program."""

    streams: tuple[int, int, int]
    """Standard input, output and error: all that the program inherits."""
    host_processes: int
    """The host's /proc: the sandbox's own is read-only."""
    starter: socket.socket
    """To process 1: takes the listener, or the reason where the program can't be started."""


_STACK_BYTES = 8 * 1024 * 1024
_LOCKED_BYTES = 64 * 1024
_QUEUED_BYTES = 256 * 1024
_QUEUED_SIGNALS = 1024


STARTER_DESCRIPTOR = 3
"""Where `Doors.starter` is on the last steps; closed by the exec."""


def become(arguments: list[str], place: Place, work: Work, doors: Doors, filter_program: bytes) -> None:
    """Replace this process, a fresh child of process 1, by the program. Returns only by raising OSError."""
    os.setsid()
    _be_the_first_victim(doors.host_processes)
    starter = _keep_only_standard_streams(doors)
    set_resource_limits(work.bounds)
    _drop_identity(place)
    os.chdir(WORKSPACE)
    os.umask(0o022)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
    if place.landlock:
        landlock.restrict(place.landlock, readable=("/",), writable=WRITABLE, devices="/dev")
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # this interpreter's choices are not the program's
    notification.hand_over(starter, notification.install(filter_program))
    os.execve(arguments[0], arguments, work.environment)  # noqa: S606 - there is no shell, which is the point


def _be_the_first_victim(host_processes: int) -> None:
    """Have the kernel choose the program, when its memory is spent, before the processes that report on it."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1, about="PR_SET_DUMPABLE")  # else /proc/self belongs to host root
    descriptor = os.open("self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=host_processes)
    os.write(descriptor, b"1000")
    os.close(descriptor)


def _keep_only_standard_streams(doors: Doors) -> socket.socket:
    """Close all but the three, and the way to process 1, which is returned."""
    for descriptor, stream in enumerate(doors.streams):
        os.dup2(stream, descriptor, inheritable=True)
    starter = doors.starter.detach()
    if starter != STARTER_DESCRIPTOR:
        os.dup2(starter, STARTER_DESCRIPTOR, inheritable=False)
    kernel.close_descriptors_from(STARTER_DESCRIPTOR + 1)
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=STARTER_DESCRIPTOR)


def set_resource_limits(bounds: Bounds) -> None:
    """Bound what each process may have; what all of them may have together is the cgroup's to bound."""
    limits = {
        resource.RLIMIT_NOFILE: bounds.open_files,
        resource.RLIMIT_FSIZE: bounds.disk_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: _LOCKED_BYTES,
        resource.RLIMIT_MSGQUEUE: _QUEUED_BYTES,
        resource.RLIMIT_SIGPENDING: _QUEUED_SIGNALS,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    for kind, bound in limits.items():
        resource.setrlimit(kind, (bound, bound))
    resource.setrlimit(resource.RLIMIT_STACK, (_STACK_BYTES, resource.getrlimit(resource.RLIMIT_STACK)[1]))


def _drop_identity(place: Place) -> None:
    capabilities.drop_bounding_set(place.last_capability)
    if place.identity.ranged:
        os.setgroups([])
    os.setresgid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
    os.setresuid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
    capabilities.keep_only(0)
