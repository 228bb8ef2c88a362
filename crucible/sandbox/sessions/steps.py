"""What a child of process 1 does with an order: find its place, become the user, and then the program.

A file is read or written by such a child, too, behind the same walls as any program: what a link leads to is
resolved where the program lives, with the rights of the user for whom it is done.
"""

import contextlib
import errno
import json
import os
import signal
import socket
import stat
from typing import NoReturn

from crucible.sandbox import kernel, rlimits, victim
from crucible.sandbox.arguments import refuse_what_is_too_long
from crucible.sandbox.confine import confine
from crucible.sandbox.record import Record
from crucible.sandbox.sessions import files, plan, users
from crucible.sandbox.wall import Wall

FAILURE_DESCRIPTOR = 3
"""Where the reason goes if the order can't be carried out; closed by an exec."""
_FAILURE_BYTES = 2048


class _Step(Record, frozen=False):
    """What is being done, for whoever has to say that it failed."""

    name: str = "start"


def run(
    ground: plan.Ground, descriptors: list[int], host_processes: int, wall: Wall, keeper: socket.socket
) -> NoReturn:
    """Carry out an order, in a child of process 1 that is nothing else yet.

    Nothing is looked at that a program wrote before this process is behind the program's own filter, and process 1
    answers for it.
    """
    step = _Step()
    failure = descriptors[4]
    try:
        _enter(descriptors[plan.ORDER_DESCRIPTORS])
        victim.be_the_first(host_processes)
        kernel.prctl(kernel.Prctl.SET_DUMPABLE, 0)
        order = plan.read_order(descriptors[0])
        os.setsid()
        kernel.set_capabilities(ground.capabilities, ground.capabilities)
        rlimits.bound_always()
        confine(wall, keeper)
        keeper.detach()  # closed with all else below
        failure = _keep_only_standard_streams(descriptors)
        rlimits.bound(ground.open_files, ground.disk_bytes, ground.processes_forked)
        _carry_out(order, ground.identity.ranged, step)
    except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
        tell_failure(failure, error, step.name)
    finally:
        os._exit(127)


def tell_failure(descriptor: int, error: BaseException, step: str = "start") -> None:
    """Tell the executor why an order was not carried out."""
    number, message = None, f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        number, message = error.errno, error.strerror or str(error)
    told = {"errno": number, "step": step, "message": message[:500]}
    with contextlib.suppress(OSError):
        os.write(descriptor, json.dumps(told).encode()[:_FAILURE_BYTES])


def _carry_out(order: plan.Order, mapped: bool, step: _Step) -> None:
    step.name = "user"
    user = users.find(order.user)
    _become(user, mapped)
    step.name = "cwd"
    os.chdir(order.cwd)
    os.umask(0o022)
    step.name = order.purpose
    if order.purpose == plan.Purpose.READ:
        files.read(order.argv[0], order.size, 1)
        os.write(FAILURE_DESCRIPTOR, json.dumps({"done": True}).encode())
    elif order.purpose == plan.Purpose.WRITE:
        files.write(order.argv[0], 0, order.size, order.mode)
        os.write(FAILURE_DESCRIPTOR, json.dumps({"done": True}).encode())
    else:
        environment = {"HOME": user.home, "USER": user.name, "LOGNAME": user.name} | order.environment
        _execute(order.argv, environment)


def _enter(door: int) -> None:
    """Go into the group that tracks what comes of this order, by its door, or its folder: see `tracking.hall`."""
    if stat.S_ISDIR(os.fstat(door).st_mode):
        door = os.open("cgroup.procs", os.O_WRONLY | os.O_CLOEXEC, dir_fd=door)
    os.write(door, b"0")


def _keep_only_standard_streams(descriptors: list[int]) -> int:
    """Close all else. What was received has numbers above those of the streams: process 1 holds those itself."""
    for number, descriptor in enumerate(descriptors[1:4]):
        os.dup2(descriptor, number, inheritable=True)
    if descriptors[4] != FAILURE_DESCRIPTOR:
        os.dup2(descriptors[4], FAILURE_DESCRIPTOR, inheritable=False)
    kernel.close_descriptors_from(FAILURE_DESCRIPTOR + 1)
    return FAILURE_DESCRIPTOR


def _become(user: users.User, mapped: bool) -> None:
    """Be the user. Passing through root on the way takes, from anybody else, the powers that process 1 has."""
    if not mapped:
        if user.uid != os.getuid():
            raise OSError(errno.ESRCH, f"uids can't be mapped here: there is only uid {os.getuid()}")
        return
    os.setgroups(list(user.groups))
    os.setresgid(user.gid, user.gid, user.gid)
    os.setresuid(0, 0, 0)
    if user.uid != 0:
        os.setresuid(user.uid, user.uid, user.uid)


def _execute(argv: list[str], environment: dict[str, str]) -> NoReturn:
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)  # this interpreter's choices are not the program's
    refuse_what_is_too_long(argv)
    os.execvpe(argv[0], argv, environment)  # noqa: S606 - there is no shell, which is the point
