"""What process 1 of a sandbox does where the course of things isn't ordinary: see `course`.

When it exits, the kernel kills whatever is left in its PID namespace; nothing that the program does can prevent or
outlive that. The program can't signal it (process 1 ignores what it has no handler for), trace it, or reach the
channel on which it reports.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from crucible.sandbox import capabilities, ending, inputs, kernel, report, root, steps, vessel
from crucible.sandbox.namespaces import brief
from crucible.sandbox.namespaces.course import GONE, UNABLE, WATCH, Course
from crucible.sandbox.plan import Setup, read_work

if TYPE_CHECKING:
    from crucible.sandbox.wall import Wall

_HOSTNAME = "sandbox"


class Stage:
    """What the sandboxes of a zygote have in common, as far as it can be worked out before one is forked."""

    def __init__(self, setup: Setup, wall: Wall, requests: int, own_processes: int) -> None:
        """Work it out. `requests` and `own_processes`: the zygote's socket and its PID namespace."""
        self.requests = requests
        self.own_processes = own_processes
        self.bounds = (setup.disk_bytes, setup.inodes)
        self.wall = wall
        self.host_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        """The zygote's /proc: the sandbox's own is read-only."""
        self.dropping = vessel.Confines(
            wall=wall, landlock_abi=setup.landlock, warm=setup.warm, ranged=setup.ranged
        )
        self.giving_up_powers = steps.giving_up_powers(wall)
        self.giving_up_calls = steps.giving_up_calls(wall)
        apart = kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWCGROUP
        self.entering = [
            kernel.unsharing(apart),
            kernel.setting_hostname(_HOSTNAME),
            *root.entering(setup.tree),
        ]
        self.settling = [
            *root.making_writable(*self.bounds),
            *capabilities.dropping_bounding_set(setup.last_capability),
            kernel.prctling(kernel.Prctl.SET_NO_NEW_PRIVS, 1),
        ]
        self.course = Course(self, birthplaces=setup.birthplaces, groups=setup.groups, ranged=setup.ranged)


def be(stage: Stage, where: str | OSError) -> NoReturn:
    """Be process 1, or the program's, from where the tape ended. Reports what could not be put in place.

    `where`: that, or why it could not go on.
    """
    taken = stage.course
    if not taken.is_process_1:
        _be_vessel(stage, taken, where)
    channel = socket.socket(fileno=taken.channel)
    try:
        _go_on(channel, stage, taken, where)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        with contextlib.suppress(OSError):
            report.send(channel, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(0)


def _be_vessel(stage: Stage, taken: Course, where: str | OSError) -> NoReturn:
    if isinstance(where, OSError):
        vessel.tell_why(taken.orders[1], where)
        os._exit(127)
    vessel.be(stage.dropping)


def _go_on(channel: socket.socket, stage: Stage, taken: Course, where: str | OSError) -> None:
    if isinstance(where, OSError):
        raise where
    if where == UNABLE:
        raise taken.failure()
    if where == GONE:
        raise OSError(where)
    if where == WATCH:
        kernel.make(
            stage.giving_up_calls
        )  # a tape's calls are written down, and nothing that it reads makes it others
    given = taken.kept.work_and_streams()
    order, work, contents = read_work(given[0], brief.BYTES)
    wakeup = steps.wake_on_children()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    status = taken.kept.reaped()
    watch = partial(
        steps.watch,
        stop=channel.fileno(),
        wakeup=wakeup,
        reap=steps.reap if status is None else lambda _: status,
        status_of=ending.status_of,
    )
    waiting = _waiting(stage, taken)
    unfinished = steps.Steps(
        fork=partial(_another, stage, taken),
        wall=stage.wall,
        giving_up=[*stage.giving_up_powers, *stage.giving_up_calls],
        order=order,
        work=work,
        streams=given[1:],
        channel=channel,
        watch=watch,
        let_go=partial(_close, [*given[1:], stage.host_processes]),
    )
    if where == WATCH:
        unchanged = taken.kept.unchanged()
        if not taken.is_told:
            report.send(channel, report.STARTED, {})
        ended = unfinished.go_on(waiting, taken.kept.time_of_begin())
    else:
        if (work.bounds.disk_bytes, work.bounds.inodes) != stage.bounds:
            root.resize(work.bounds.disk_bytes, work.bounds.inodes)
        unchanged = inputs.write(work, contents)
        ended = unfinished.run(waiting)
    steps.conclude(channel, work, unchanged, ended)


def _waiting(stage: Stage, taken: Course) -> vessel.Vessel:
    orders = socket.socket(fileno=taken.orders[0])
    return vessel.Vessel(taken.process, orders, stage.dropping, taken.kept.listener())


def _another(stage: Stage, taken: Course) -> vessel.Vessel:
    try:
        taken.make_another()
    except OSError as error:
        if not taken.is_process_1:
            _be_vessel(stage, taken, error)
        raise
    if not taken.is_process_1:
        vessel.be(stage.dropping)
    return _waiting(stage, taken)


def _close(given: list[int]) -> None:
    for descriptor in given:
        os.close(descriptor)
