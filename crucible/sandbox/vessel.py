"""The process that becomes the program: everything is given up before it knows which.

It waits behind every wall but the last, as nobody, with nothing open but its orders and the two output streams.
What comes with the orders is set last: standard input, the limits of a process, and the filter of system calls,
which is in place before a byte of the program is looked at.
"""

import array
import errno
import json
import os
import resource
import signal
import socket
from dataclasses import asdict, dataclass
from typing import NoReturn

from crucible.sandbox import call_filter, capabilities, kernel, landlock
from crucible.sandbox.namespaces import script
from crucible.sandbox.namespaces.program import set_resource_limits
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, WRITABLE, Bounds, Work

_ORDERS_DESCRIPTOR = 3
_LONGEST_ARGUMENTS = 128 * 1024


@dataclass(frozen=True, slots=True)
class Wall:
    """What the program is put behind that does not depend on it."""

    filter: bytes
    landlock: int
    """The ABI to restrict with; 0 where the kernel has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a vessel is to become."""

    arguments: list[str]
    environment: dict[str, str]
    bounds: Bounds
    main: list[str] | None
    """The script and its arguments, where this interpreter runs them itself; None: it executes `arguments`."""
    processes: int | None
    """RLIMIT_NPROC, where that is what bounds processes; None: a cgroup does."""

    @classmethod
    def of(cls, work: Work, arguments: list[str]) -> "Step":
        """Return the step of a work that these arguments are."""
        return cls(
            arguments=arguments,
            environment=work.environment,
            bounds=work.bounds,
            main=work.main if arguments is work.run else None,
            processes=work.processes,
        )

    def encode(self) -> bytes:
        """Return it as bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, body: bytes) -> "Step":
        """Return what was encoded."""
        raw = json.loads(body)
        return cls(**raw | {"bounds": Bounds(**raw["bounds"])})


def be(orders: socket.socket, wall: Wall) -> NoReturn:
    """Wait for orders and become the program. Ends this process."""
    try:
        orders = _alone(orders)
        script.find_command_line()
        os.setsid()
        _give_up(wall)
        step, standard_input = _receive(orders)
        os.dup2(standard_input, 0, inheritable=True)
        os.close(standard_input)
        os.chdir(WORKSPACE)
        os.umask(0o022)
        set_resource_limits(step.bounds)
        if step.processes is not None:
            resource.setrlimit(resource.RLIMIT_NPROC, (step.processes, step.processes))
        if step.main is None:
            _execute(step, wall)
        script.prepare(step.environment)
        call_filter.install(wall.filter)
    except BaseException as error:  # noqa: BLE001 - told to process 1, and this process must end here
        orders.send(f"{type(error).__name__}: {error}".encode()[:4096])
        os._exit(127)
    orders.close()
    script.run(step.arguments, step.main, step.environment)


def _alone(orders: socket.socket) -> socket.socket:
    """Close all but the three standard streams and the orders, which are returned."""
    alone = socket.socket(fileno=os.dup2(orders.fileno(), _ORDERS_DESCRIPTOR, inheritable=False))
    kernel.close_descriptors_from(_ORDERS_DESCRIPTOR + 1)
    orders.detach()
    return alone


def _give_up(wall: Wall) -> None:
    os.setgroups([])
    os.setresgid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
    os.setresuid(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
    capabilities.keep_only(0)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, about="PR_SET_NO_NEW_PRIVS")
    if wall.landlock:
        landlock.restrict(wall.landlock, readable=("/",), writable=WRITABLE, devices="/dev")
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1, about="PR_SET_DUMPABLE")  # else its own /proc/self isn't its own


def _receive(orders: socket.socket) -> tuple[Step, int]:
    rights = array.array("i")
    head, ancillary, _, _ = orders.recvmsg(4, socket.CMSG_LEN(rights.itemsize))
    if not head:
        os._exit(0)  # there is no use for this container any more
    rights.frombytes(ancillary[0][2][: rights.itemsize])
    length = int.from_bytes(head, "big")
    body = b""
    while len(body) < length:
        body += orders.recv(length - len(body))
    return Step.decode(body), rights[0]


def _execute(step: Step, wall: Wall) -> NoReturn:
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # this interpreter's choices are not the program's
    if max(map(len, map(os.fsencode, step.arguments))) >= _LONGEST_ARGUMENTS:
        raise OSError(errno.E2BIG, os.strerror(errno.E2BIG))  # where gVisor's kernel says that a name is too long
    call_filter.install(wall.filter)
    os.execve(step.arguments[0], step.arguments, step.environment)  # noqa: S606 - there is no shell
