"""The last steps of a process in a container before it becomes the program. None of them can be taken back."""

import errno
import os
import resource
import signal

from crucible.sandbox import call_filter, capabilities, kernel, landlock
from crucible.sandbox.docker.wire import Errand
from crucible.sandbox.namespaces.program import set_resource_limits
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, WRITABLE

_LONGEST_ARGUMENT = 32 * 4096
"""The kernel's MAX_ARG_STRLEN, with 4 KiB pages."""

FAILURE_DESCRIPTOR = 3
"""Where the reason goes if the program can't be started; closed by the exec otherwise."""


def become(
    arguments: list[str], errand: Errand, streams: tuple[int, int, int], failure: int, last_capability: int
) -> None:
    """Replace this process, a fresh child of process 1, by the program. Returns only by raising OSError."""
    os.setsid()
    _be_the_first_victim()
    for descriptor, stream in enumerate(streams):
        os.dup2(stream, descriptor, inheritable=True)
    if failure != FAILURE_DESCRIPTOR:
        os.dup2(failure, FAILURE_DESCRIPTOR, inheritable=False)
    kernel.close_descriptors_from(FAILURE_DESCRIPTOR + 1)
    set_resource_limits(errand.work.bounds)
    if errand.processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (errand.processes, errand.processes))
    capabilities.drop_bounding_set(last_capability)
    be_the_programs_user()
    capabilities.keep_only(0)
    os.chdir(WORKSPACE)
    os.umask(0o022)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
    if version := landlock.abi():
        landlock.restrict(version, readable=("/",), writable=WRITABLE, devices="/dev")
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # this interpreter's choices are not the program's
    if max(map(len, map(os.fsencode, arguments))) >= _LONGEST_ARGUMENT:
        raise OSError(errno.E2BIG, os.strerror(errno.E2BIG))  # gVisor's kernel says that a name is too long
    call_filter.install(bytes.fromhex(errand.call_filter))
    os.execve(arguments[0], arguments, errand.work.environment)  # noqa: S606 - there is no shell, which is the point


def be_the_programs_user() -> None:
    """Stop being the container's root."""
    os.setgroups([])
    os.setresgid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
    os.setresuid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)


def _be_the_first_victim() -> None:
    """Have the kernel choose the program, when its memory is spent, before process 1, which reports on it."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1, about="PR_SET_DUMPABLE")
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
