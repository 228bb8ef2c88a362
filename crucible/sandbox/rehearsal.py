"""Doing ahead what a sandbox's processes will do, so that they find it done.

An interpreter prepares code while it runs it: it remembers where it found names, replaces instructions by quicker
ones (PEP 659), and the C library finds a function when it is called first. All of that is writing, and a process
that was just forked copies each page that it writes to, only to forget at its end what it learned. So what can be
done without an effect is done a few times over: by a zygote before anything is forked, and in a container by the
processes themselves while they wait.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn

from crucible.sandbox import (
    collect,
    descriptors,
    inputs,
    kernel,
    plan,
    report,
    rlimits,
    script,
    steps,
    vessel,
)
from crucible.sandbox.attempts import Attempts

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible.sandbox.wall import Wall

_TIMES: Final = 16
"""More often than an interpreter looks on before it replaces an instruction."""
_BOUND_BY_ORDER: Final = (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)
_STANDARD: Final = (0, 1, 2)
_TIMES_AFTER_FORK: Final = 2
"""The second time without what is done once."""
_PACKAGE: Final = os.path.dirname(__file__)
_FILES: Final = f"{_PACKAGE}/etc"
_PROGRAM: Final = f"{_PACKAGE}/__init__.py"
"""Which does nothing."""
_BOUNDS: Final = plan.Bounds(
    open_files=1, disk_bytes=1, inodes=1, collected_files=16, collected_bytes=4096, collected_depth=1
)
_WORK: Final = plan.Work(
    bounds=_BOUNDS, inputs=[("a", 1)], compile=None, run=["a"], main=["a"], environment={"A": "a"}
)


def rehearse(wall: Wall, course: Callable[[], None] = lambda: None) -> None:
    """Do it. Leaves nothing behind. `course`: what processes do besides where they take one."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGCHLD)}
    limits = {kind: resource.getrlimit(kind) for kind in _BOUND_BY_ORDER}
    confines = _confines(wall)
    for _ in range(_TIMES):
        _process_1(confines)
        course()
        _program()
    for number, handler in before.items():
        signal.signal(number, handler)
    for kind, limit in limits.items():
        resource.setrlimit(kind, limit)


def rehearse_as_process_1(waiting: vessel.Vessel, wakeup: int, reap: Callable[[int], int | None]) -> None:
    """Do as process 1 of a container what it will do, once it has forked whom it will hand the program to.

    After a fork neither side finds its pages in place, and gVisor's kernel takes its time to bring each back. So
    who waits for a program touches them meanwhile. `waiting`: who becomes the program. `wakeup` and `reap`: see
    `steps.watch`. Leaves nothing behind. Raises OSError.
    """
    here, there = socket.socketpair()
    with here, there:
        _see_a_process_end(there.fileno(), wakeup, reap)
        for _ in range(_TIMES_AFTER_FORK):
            _, work, contents, _ = plan.decode_work(plan.encode_work(_WORK, [b"a"], b""))
            inputs.write(work, contents)
            stdin = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            descriptors.send(here, b"a", [stdin])
            _, received = descriptors.receive(there, 1, 1)
            for descriptor in (stdin, *received):
                os.close(descriptor)
            _watch_nobody(waiting, there.fileno(), wakeup)
            any(map(steps.is_full, plan.WRITABLE))
            _collect(there, plan.WORKSPACE)
            for path, _ in work.inputs:
                os.unlink(path)


def rehearse_as_program() -> None:
    """Do as a process that waits to become a program what it will do: see `rehearse_as_process_1`.

    The resource limits that no program changes stay.
    """
    order = plan.order_of(_WORK)
    _, open_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    _, file_bytes = resource.getrlimit(resource.RLIMIT_FSIZE)
    for _ in range(_TIMES_AFTER_FORK):
        here, there = socket.socketpair()
        with here, there:
            descriptors.send(here, order, [here.fileno()])
            received, (descriptor,) = descriptors.receive(there, len(order), 1)
        os.close(descriptor)
        plan.work_in(received)
        rlimits.bound(open_files, file_bytes)
        with open(os.devnull, "rb") as file:
            _run(file.read())
    gc.collect()


def _see_a_process_end(stop: int, wakeup: int, reap: Callable[[int], int | None]) -> None:
    process = kernel.fork()
    if process == 0:
        os._exit(0)
    steps.watch("run", process, None, None, stop=stop, wakeup=wakeup, reap=reap)


def _watch_nobody(waiting: vessel.Vessel, stop: int, wakeup: int) -> None:
    """Be ready to answer, look whether somebody calls or has ended, and be done; for which none is forked."""
    attempts = Attempts(lambda _: None, time.monotonic)
    answers = waiting.answers(attempts)
    looks = iter((None, 0))
    steps.watch("run", 0, answers, None, stop=stop, wakeup=wakeup, milliseconds=0, reap=lambda _: next(looks))
    if answers is not None:
        answers.drain()
        answers.finish()
    attempts.finish()


def _process_1(confines: vessel.Confines) -> None:
    kernel.die_with_parent(signal.SIGKILL)
    kernel.make([(os.getpid, (), "")])
    here, there = socket.socketpair()
    with here, there:
        work = plan.write_work(plan.order_of(_WORK), [b"a"])
        descriptors.send(here, report.WORK, [work])
        os.close(work)
        _, (received,) = descriptors.receive(there, 1, 4)
        plan.read_work(received, 0)
        report.send(there, report.READY, {})
        ended = _see_a_program_end(confines, there.fileno())
        any(map(steps.is_full, [_FILES]))
        _collect(there, _FILES)
        report.send(there, report.ENDED, vars(ended))


def _collect(channel: socket.socket, folder: str) -> None:
    for path, content in collect.Collection(_BOUNDS, {}).walk(folder):
        report.send_bytes(channel, report.FILE, path, content)


def _see_a_program_end(confines: vessel.Confines, stop: int) -> steps.Ended:
    """Have a process wait behind the program's filter, take its first call, hand it an order, and see it end."""
    wakeup = steps.wake_on_children()
    waiting = vessel.Vessel.make(confines)
    attempts = Attempts(lambda _: None, time.monotonic)
    answers = waiting.answers(attempts)
    waiting.order(plan.order_of(_WORK), [stop], compiles=False)
    ended = steps.watch("run", waiting.process, answers, None, stop=stop, wakeup=wakeup)
    waiting.let_go()
    if answers is not None:
        answers.drain()
        answers.finish()
    attempts.finish()
    os.close(signal.set_wakeup_fd(-1))
    os.close(wakeup)
    return ended


def _confines(wall: Wall) -> vessel.Confines:
    """Return what a process of a rehearsal is put behind, which becomes no program: the filter."""
    confines = vessel.Confines(wall=wall, landlock_abi=0, warm=False, rehearse=_end_when_ordered)
    confines.giving_up = []
    return confines


def _end_when_ordered() -> NoReturn:
    vessel.receive(socket.socket(fileno=vessel.ORDERS))
    os._exit(0)


def _program() -> None:
    here, there = socket.socketpair()
    with here:
        vessel.send(here, plan.order_of(_order()), list(_STANDARD), compiles=False)
        vessel.rehearse(there.detach())
    script.rehearse(_PROGRAM)
    del sys.path[0]


def _order() -> plan.Work:
    """Return a work that asks for as much as can be had."""
    (_, open_files), (_, file_bytes) = map(resource.getrlimit, _BOUND_BY_ORDER)
    return _WORK.changed(bounds=_BOUNDS.changed(open_files=open_files, disk_bytes=file_bytes))


def _run(source: bytes) -> None:
    exec(compile(source, "rehearsal", "exec", dont_inherit=True), {})  # noqa: S102 - our own text
