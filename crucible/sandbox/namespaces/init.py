"""Process 1 of a sandbox: builds it, waits for a program, starts it, reaps, ends all of it, collects, reports.

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
from typing import TYPE_CHECKING

from crucible.sandbox import capabilities, descriptors, ending, inputs, kernel, report, root, steps
from crucible.sandbox.plan import Identity, Place, Setup, read_work
from crucible.sandbox.record import Record
from crucible.sandbox.vessel import Confines, Vessel

if TYPE_CHECKING:
    from crucible.sandbox.namespaces.lot import Lot
    from crucible.sandbox.wall import Wall

_HOSTNAME = "sandbox"
_WORK_DESCRIPTORS = 4


class Outside(Record):
    """What process 1 is given of the world outside. The program gets none of it."""

    groups: list[int]
    """The `cgroup.procs` files to join."""
    lot: Lot


class Stage:
    """What the sandboxes of a zygote have in common, as far as it can be worked out before one is forked."""

    def __init__(self, setup: Setup, wall: Wall) -> None:
        self.bounds = (setup.disk_bytes, setup.inodes)
        self.wall = wall
        self.host_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        """The zygote's /proc: the sandbox's own is read-only."""
        self.confines = Confines(wall=wall, landlock_abi=setup.landlock, warm=setup.warm, ranged=setup.ranged)
        self.giving_up = steps.giving_up(wall)
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

    def building(self, place: Place, outside: Outside) -> kernel.Calls:
        """Write down how everything gets in place that doesn't depend on the program."""
        return [
            kernel.dying_with_parent(signal.SIGKILL),
            *(call for group in outside.groups for call in _joining(group)),
            kernel.entering_namespace(outside.lot.network, kernel.CLONE_NEWNET),
            *self.entering,
            *_leaving_host_identity(place.identity, outside.lot),
            *self.settling,
        ]


def run(stage: Stage, building: kernel.Calls, channel_descriptor: int) -> None:
    """Be process 1 until the end, which doesn't return; reports what could not be put in place."""
    channel = socket.socket(fileno=channel_descriptor)
    try:
        kernel.make(building)
        _serve(channel, stage)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        with contextlib.suppress(OSError):
            report.send(channel, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(0)


def _serve(channel: socket.socket, stage: Stage) -> None:
    """Wait for a program, run it, and report."""
    wakeup = steps.wake_on_children()
    fork = partial(Vessel, stage.confines, stage.host_processes)
    waiting = fork()
    report.send(channel, report.READY, {})
    kind, given = descriptors.receive(channel, 1, _WORK_DESCRIPTORS)
    if kind != report.WORK:
        return  # the executor has no use for this sandbox any more
    order, work, contents = read_work(given[0])
    if (work.bounds.disk_bytes, work.bounds.inodes) != stage.bounds:
        root.resize(work.bounds.disk_bytes, work.bounds.inodes)
    unchanged = inputs.write(work, contents)
    unhurried = report.Unhurried(channel)
    ended = steps.Steps(
        fork=fork,
        wall=stage.wall,
        giving_up=stage.giving_up,
        order=order,
        work=work,
        streams=given[1:],
        channel=unhurried,
        watch=partial(
            steps.watch,
            stop=channel.fileno(),
            wakeup=wakeup,
            status_of=ending.status_of,
            patience=unhurried.patience,
        ),
        let_go=partial(_close, [*given[1:], stage.host_processes]),
    ).run(waiting)
    steps.conclude(unhurried, work, unchanged, ended)


def _close(given: list[int]) -> None:
    for descriptor in given:
        os.close(descriptor)


def _joining(group: int) -> kernel.Calls:
    return [(os.write, (group, b"0"), ""), (os.close, (group,), "")]


def _leaving_host_identity(identity: Identity, lot: Lot) -> kernel.Calls:
    """Write down how a user namespace is entered in which the host's root doesn't exist.

    The mounts made before become locked.
    """
    ids = (identity.init, identity.init, identity.init)
    return [
        kernel.entering_namespace(lot.user, kernel.CLONE_NEWUSER),
        kernel.unsharing(kernel.CLONE_NEWNS),
        (os.close, (lot.user,), ""),
        (os.close, (lot.network,), ""),
        *([(os.setgroups, ([],), "no groups")] if identity.ranged else []),
        (os.setresgid, ids, ""),
        (os.setresuid, ids, ""),
        kernel.dying_with_parent(signal.SIGKILL),
        kernel.prctling(kernel.Prctl.SET_DUMPABLE, 0),
    ]
