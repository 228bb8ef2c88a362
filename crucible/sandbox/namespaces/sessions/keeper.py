"""Process 1 of a session: builds it, then starts a process for each order, reaps, and says how each ended.

The program can't signal it (process 1 ignores what it has no handler for), trace it, change its limits (its uid is
one that nothing inside stands for) or reach the channel on which it reports. When it exits, the kernel kills all
else in its PID namespace. It reads no file and trusts no byte that a program wrote: children of its own do that,
behind the same walls as the program.
"""

import contextlib
import json
import os
import select
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

from crucible.sandbox import call_filter, capabilities, kernel, landlock
from crucible.sandbox.namespaces import root as readonly_root
from crucible.sandbox.namespaces.sessions import ground as grounds
from crucible.sandbox.namespaces.sessions import plan, steps

_HOSTNAME = "session"
_PR_SET_KEEPCAPS = 8
_CAP_SYS_ADMIN = 1 << 21

ROOT_CAPABILITIES = (
    capabilities.CAP_CHOWN
    | capabilities.CAP_DAC_OVERRIDE
    | 1 << 3  # CAP_FOWNER
    | 1 << 4  # CAP_FSETID
    | capabilities.CAP_KILL
    | capabilities.CAP_SETGID
    | capabilities.CAP_SETUID
)
"""What root inside may do: give away files, be anybody, end anybody's process. All within its own uids."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What process 1 holds of the world outside. No program gets any of it."""

    channel: socket.socket
    """To the executor."""
    stage: socket.socket
    """To the process that writes the uid map."""
    host_processes: int
    """The host's /proc: the session's own is read-only."""


def run(ground: plan.Ground, outside: Outside, filter_program: bytes) -> None:
    """Be process 1 until the executor lets go. Raises OSError where a layer can't be put in place."""
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS)
    kernel.set_hostname(_HOSTNAME)
    readonly_root.lay_out(ground.tree)
    readonly_root.enter(ground.tree)
    _leave_host_identity(ground, outside.stage)
    _in_child(lambda: grounds.make(ground))
    os.chdir("/")
    wakeup = _wake_on_children()
    _give_up_powers(ground, outside.host_processes)
    call_filter.install(filter_program)
    outside.channel.send(plan.message(plan.Kind.READY))
    _Keeper(ground, outside, wakeup).serve()


def tell_broken(channel: socket.socket, error: BaseException) -> None:
    """Say why there will be no session."""
    with contextlib.suppress(OSError):
        channel.send(plan.message(plan.Kind.BROKEN, error=f"{type(error).__name__}: {error}"[:1000]))


def _leave_host_identity(ground: plan.Ground, stage: socket.socket) -> None:
    """Enter a user namespace in which the host's root doesn't exist. The mounts made before become locked.

    Process 1 is then somebody whom nobody inside can be, so that root inside has no claim on it.
    """
    if ground.identity.ranged:
        os.setgroups([])
        kernel.prctl(_PR_SET_KEEPCAPS, 1, about="PR_SET_KEEPCAPS")
        os.setresgid(ground.keeper, ground.keeper, ground.keeper)
        os.setresuid(ground.keeper, ground.keeper, ground.keeper)
        kernel.prctl(_PR_SET_KEEPCAPS, 0, about="PR_SET_KEEPCAPS")
        kernel.set_capabilities(_CAP_SYS_ADMIN, _CAP_SYS_ADMIN)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1, about="PR_SET_DUMPABLE")  # else its maps are host root's to write
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
    stage.sendall(b"?")
    if stage.recv(1) != b"!":
        raise OSError("the uid map could not be written")
    stage.close()
    if not ground.identity.ranged:
        os.setresgid(ground.identity.init, ground.identity.init, ground.identity.init)
        os.setresuid(ground.identity.init, ground.identity.init, ground.identity.init)
    kernel.die_with_parent(signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0, about="PR_SET_DUMPABLE")


def _in_child(action: Callable[[], None]) -> None:
    """Do something as root inside, which process 1 itself never is. Raises OSError with what the child said."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
            os.write(writing, f"{type(error).__name__}: {error}".encode()[:1000])
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        reason = file.read().decode(errors="replace")
    os.waitpid(child, 0)
    if reason:
        raise OSError(reason)


def _wake_on_children() -> int:
    """Return a descriptor that becomes readable when a child ended: zombies count towards the process limit."""
    readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _give_up_powers(ground: plan.Ground, host_processes: int) -> None:
    """Keep what programs inside may have, so that they can have no more.

    One Landlock domain is for all of them: with one for each, an exec could not signal what another had started.
    """
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
    if ground.landlock:
        proc = f"/proc/self/fd/{host_processes}"
        landlock.restrict(ground.landlock, readable=("/",), writable=("/", proc), devices="/dev")
    kept = ROOT_CAPABILITIES if ground.identity.ranged else 0
    for capability in range(ground.last_capability + 1):
        if not kept >> capability & 1:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability, about=f"PR_CAPBSET_DROP {capability}")
    capabilities.keep_only(kept)


@dataclass(frozen=True, slots=True)
class _Keeper:
    """The loop in which process 1 spends its life."""

    ground: plan.Ground
    outside: Outside
    wakeup: int

    def serve(self) -> None:
        poll = select.poll()
        poll.register(self.wakeup, select.POLLIN)
        poll.register(self.outside.channel, select.POLLIN)
        numbers: dict[int, int] = {}
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self.wakeup:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self.wakeup, 4096)
                    self._reap(numbers)
                elif not self._answer(numbers):
                    return

    def _answer(self, numbers: dict[int, int]) -> bool:
        """Take one message; False where the executor is gone."""
        data, descriptors, _, _ = socket.recv_fds(
            self.outside.channel, plan.MESSAGE_BYTES, plan.ORDER_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
        )
        if not data:
            return False
        message = json.loads(data)
        if message["kind"] == plan.Kind.MEASURE:
            space = os.statvfs("/")
            used = (space.f_blocks - space.f_bfree) * space.f_frsize
            self.outside.channel.send(plan.message(plan.Kind.MEASURED, disk_bytes=used))
            return True
        try:
            child = os.fork()
        except OSError as error:
            steps.tell_failure(descriptors[4], error)
            self.outside.channel.send(plan.message(plan.Kind.ENDED, number=message["number"]))
        else:
            if child == 0:
                signal.set_wakeup_fd(-1)
                steps.run(self.ground, descriptors, self.outside.host_processes)
            numbers[child] = message["number"]
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _reap(self, numbers: dict[int, int]) -> None:
        """Reap whoever ended, and say so of those that were ordered."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number = numbers.pop(pid, None)
            if number is not None:
                self.outside.channel.send(
                    plan.message(
                        plan.Kind.ENDED,
                        number=number,
                        code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                        cpu_seconds=usage.ru_utime + usage.ru_stime,
                    )
                )
