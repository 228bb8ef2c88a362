"""Process 1 of a session: builds it, then starts a process for each order, reaps, and says how each ended.

The program can't signal it (process 1 ignores what it has no handler for), trace it, change its limits (its uid is
one that nothing inside stands for) or reach the channel on which it reports. When it exits, the kernel kills all
else in its PID namespace. It reads no file: children of its own do that, behind the same walls as the program.
What it reads of a program's memory, for the record of what was refused, decides nothing (see `answers`).
"""

import contextlib
import json
import os
import resource
import select
import signal
import socket
import time

from crucible.sandbox import call_filter, capabilities, kernel, landlock, notification
from crucible.sandbox import root as readonly_root
from crucible.sandbox.answers import Answers
from crucible.sandbox.attempts import Attempt, Attempts
from crucible.sandbox.in_child import failure_of
from crucible.sandbox.listening import ListenerAnswers
from crucible.sandbox.record import Record
from crucible.sandbox.sessions import ground as grounds
from crucible.sandbox.sessions import identity, plan, steps
from crucible.sandbox.sessions.groups import Groups
from crucible.sandbox.steps import wake_on_children
from crucible.sandbox.traced import TracedAnswers
from crucible.sandbox.tracing import EndedProcess, Tracer
from crucible.sandbox.wall import Wall

_HOSTNAME = "session"


class Outside(Record):
    """What process 1 holds of the world outside. No program gets any of it."""

    channel: socket.socket
    """To the executor."""
    stage: socket.socket
    """To the process that writes the uid map."""
    host_processes: int
    """The host's /proc: the session's own is read-only."""
    hall: list[int]
    """Where execs open what leads into their groups, if that is theirs to do: see `tracking`."""


def run(ground: plan.Ground, outside: Outside, wall: Wall) -> None:
    """Be process 1 until the executor lets go. Raises OSError where a layer can't be put in place."""
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS)
    kernel.set_hostname(_HOSTNAME)
    readonly_root.lay_out(ground.tree)
    kernel.make(readonly_root.entering(ground.tree))
    identity.leave(ground, outside.stage, keep=capabilities.CAP_SYS_ADMIN)
    kernel.die_with_parent(signal.SIGKILL)
    _settle(ground, outside, wall)


def run_in_container(ground: plan.Ground, channel: socket.socket, hall: list[int], wall: Wall) -> None:
    """Be process 1 where a runtime has made the namespaces and laid out the root. Raises OSError likewise."""
    processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    here, there = socket.socketpair()
    beside = os.fork()
    if beside == 0:
        try:
            there.close()
            identity.become_maker(ground.keeper)
            identity.write_maps_when_asked(os.getppid(), ground.identity, here)
        except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
            tell_broken(channel, error)
        finally:
            os._exit(0)
    here.close()
    identity.leave(ground, there)
    os.waitpid(beside, 0)
    _settle(ground, Outside(channel, there, processes, hall), wall)


def _settle(ground: plan.Ground, outside: Outside, wall: Wall) -> None:
    """Make the session's root, give up what nobody inside may have, and serve."""
    kernel.prctl(kernel.Prctl.SET_DUMPABLE, 0)
    groups = Groups(ground.own_kernel) if ground.own_kernel else None
    if reason := failure_of(lambda: grounds.make(ground)):  # as root inside, which process 1 never is
        raise OSError(reason)
    os.chdir("/")
    wakeup = wake_on_children()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # one is held for each exec of which something lives
    _give_up_powers(ground, outside)
    call_filter.install(wall.process_1)
    outside.channel.send(plan.message(plan.Kind.READY))
    _Keeper(ground, outside, wakeup, wall, groups).serve()


def tell_broken(channel: socket.socket, error: BaseException) -> None:
    """Say why there will be no session."""
    with contextlib.suppress(OSError):
        channel.send(plan.message(plan.Kind.BROKEN, error=f"{type(error).__name__}: {error}"[:1000]))


def _give_up_powers(ground: plan.Ground, outside: Outside) -> None:
    """Keep what programs inside may have, so that they can have no more.

    One Landlock domain is for all of them: with one for each, an exec could not signal what another had started.
    """
    kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
    if ground.landlock:
        outer = (f"/proc/self/fd/{descriptor}" for descriptor in (outside.host_processes, *outside.hall))
        landlock.restrict(ground.landlock, readable=("/",), writable=("/", *outer), devices="/dev")
    for descriptor in outside.hall:
        os.close(descriptor)
    last = ground.last_capability if ground.own_kernel is None else capabilities.last_capability()
    capabilities.drop_bounding_set(last, but=ground.capabilities)
    capabilities.keep_only(ground.capabilities | capabilities.CAP_SYS_PTRACE)  # to read whom a program names


class _Keeper:
    """The loop in which process 1 spends its life."""

    def __init__(
        self, ground: plan.Ground, outside: Outside, wakeup: int, wall: Wall, groups: Groups | None
    ) -> None:
        """Serve behind a wall. `groups`: tell what came of which order, where nobody outside can."""
        self._ground = ground
        self._groups = groups
        self._outside = outside
        self._wakeup = wakeup
        self._wall = wall
        self._numbers: dict[int, int] = {}
        """Of which order each child is."""
        began = time.monotonic()
        self._attempts = Attempts(self._tell_of, lambda: time.monotonic() - began)
        self._asking: list[Answers] = []
        """Who is answered for: one listener an exec, while anything of it lives; or all that are traced."""
        self._handing_over: dict[int, socket.socket] = {}
        """From each child that is not behind its filter yet, the socket on which its listener comes."""
        self._poll = select.poll()
        self._tracer = Tracer() if wall.traced else None
        if self._tracer is not None:
            self._answer_for(TracedAnswers(wall.known, self._tracer, self._attempts))

    def serve(self) -> None:
        self._poll.register(self._wakeup, select.POLLIN)
        self._poll.register(self._outside.channel, select.POLLIN)
        while True:
            for descriptor, event in self._poll.poll():
                if descriptor == self._wakeup:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._wakeup, 4096)
                    self._reap()
                elif descriptor == self._outside.channel.fileno():
                    if not self._obey():
                        return
                elif descriptor in self._handing_over:
                    self._take_listener(descriptor)
                else:
                    self._answer(descriptor, event)

    def _obey(self) -> bool:
        """Take one message; False where the executor is gone."""
        channel = self._outside.channel
        data, descriptors, _, _ = socket.recv_fds(
            channel, plan.MESSAGE_BYTES, self._ground.order_descriptors, socket.MSG_CMSG_CLOEXEC
        )
        if not data:
            return False
        message = json.loads(data)
        if message["kind"] == plan.Kind.MEASURE:
            space = os.statvfs("/")
            used = (space.f_blocks - space.f_bfree) * space.f_frsize
            self._attempts.finish()
            processes = None if self._groups is None else self._groups.count()
            channel.send(plan.message(plan.Kind.MEASURED, disk_bytes=used, processes=processes))
            return True
        if message["kind"] == plan.Kind.KILL:
            self._kill(message["number"])
            return True
        try:
            if len(descriptors) == self._ground.order_descriptors:  # else there is none to spare, nor to say so on
                if self._groups is not None:
                    descriptors += self._groups.open_doors(message["number"])
                self._start(message["number"], descriptors)
            else:
                channel.send(plan.message(plan.Kind.ENDED, number=message["number"]))
        except OSError as error:
            steps.tell_failure(descriptors[4], error)
            channel.send(plan.message(plan.Kind.ENDED, number=message["number"]))
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _kill(self, number: int) -> None:
        """Kill an order's own process, which root inside can hold up before its group knows of it.

        Where the groups are inside, all that is in the order's is killed, too.
        """
        for child, order in self._numbers.items():
            if order == number:
                os.kill(child, signal.SIGKILL)  # its number is its own until it is reaped here
        if self._groups is not None:
            self._groups.kill(number)

    def _start(self, number: int, descriptors: list[int]) -> None:
        here, there = socket.socketpair()
        with there:
            try:
                child = os.fork()
            except OSError:
                here.close()
                raise
            if child == 0:
                signal.set_wakeup_fd(-1)
                steps.run(self._ground, descriptors, self._outside.host_processes, self._wall, there)
        self._numbers[child] = number
        if self._tracer is not None:
            with here:
                self._tracer.seize(child, here)
            return
        self._handing_over[here.fileno()] = here
        self._poll.register(here, select.POLLIN)

    def _take_listener(self, descriptor: int) -> None:
        """Answer for a child from now on; or learn that it ended before it was behind its filter."""
        self._poll.unregister(descriptor)
        with self._handing_over.pop(descriptor) as end:
            listener = notification.take(end)
        if listener is not None:
            self._answer_for(ListenerAnswers(self._wall.known, listener, self._attempts, greeted=False))

    def _answer_for(self, answers: Answers) -> None:
        answers.watch(self._poll)
        self._asking.append(answers)

    def _answer(self, descriptor: int, event: int) -> None:
        for answers in self._asking:
            if answers.is_for(descriptor):
                answers.serve(descriptor, event)
                if answers.is_done:
                    answers.finish()
                    self._asking.remove(answers)
                return

    def _tell_of(self, attempt: Attempt) -> None:
        self._outside.channel.send(plan.message(plan.Kind.ATTEMPT, **attempt.raw()))

    def _reap(self) -> None:
        """Reap whoever ended, and say so of those that were ordered."""
        next_ended = _next_ended if self._tracer is None else self._tracer.next_ended
        while ended := next_ended():
            pid, status, usage = ended
            number = self._numbers.pop(pid, None)
            if number is not None:
                self._outside.channel.send(
                    plan.message(
                        plan.Kind.ENDED,
                        number=number,
                        code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                        cpu_seconds=usage.ru_utime + usage.ru_stime,
                    )
                )


def _next_ended() -> EndedProcess | None:
    """Reap a child that has ended, if one has."""
    with contextlib.suppress(ChildProcessError):
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        return (pid, status, usage) if pid else None
    return None
