"""The process from which sandboxes are forked. It is clean, has one thread and holds no secret.

It is a runtime's own interpreter, started once, with the modules imported that programs often want, or
Crucible's own for programs that are started by an exec. It learns what its sandboxes have in common, lays their
root out in a mount namespace of its own, and then forks, by a tape (`course`): each message from the executor says
which ids there are, and with it come the report channel, the control groups to join, and the namespaces of an
earlier sandbox, if any.

Everything that is imported here runs in a runtime's interpreter: Python 3.8 or later, and its standard library.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys

from crucible.sandbox import descriptors, dispositions, kernel, own_namespace, rehearsal, root, script
from crucible.sandbox.namespaces import fresh_pages, init, lot, undying
from crucible.sandbox.namespaces.course import ASKED, FORKED, OVER, Course
from crucible.sandbox.namespaces.places import MADE
from crucible.sandbox.plan import Setup, read_identity, read_setup
from crucible.sandbox.wall import read

READY = b"ready "
"""And the version of the interpreter that forks, in its own words: its file may have been replaced since."""
FAILED = b"failed "
_WARM_UP = "class A:\n    def f(self, *a, **k): return [x for x in a if x], {**k}, f'{self}'\nA().f(1, b=2)\n"
"""Whose compilation makes the interpreter set up what it sets up once."""


def main(control: int) -> None:
    """Serve the executor on this socket until it is gone."""
    requests = socket.socket(fileno=control)
    kernel.die_with_parent(signal.SIGKILL)
    try:
        _, (memory,) = descriptors.receive(requests, 16, 1)
        setup = read_setup(memory)
        _enter_namespaces(requests)
        _prepare(setup)
        own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        stage = init.Stage(setup, read(setup.wall), requests=requests.fileno(), own_processes=own_processes)
    except Exception as error:  # noqa: BLE001 - the executor hears why, whatever it was
        requests.send(FAILED + f"{type(error).__name__}: {error}".encode()[:4096])
        return
    rehearsal.rehearse(stage.wall, stage.course.rehearse)
    gc.collect()
    undying.stop_counting()
    gc.freeze()
    kernel.give_back_heap()
    fresh_pages.begin()
    requests.send(READY + sys.version.split()[0].encode())
    where: str | OSError = ASKED
    while where != OVER:
        try:
            where = stage.course.listen()
            if where == ASKED:
                where = _make(stage, requests)
        except OSError as error:
            where = error
        if stage.course.forked == 0:
            requests.detach()
            init.be(stage, where)
        if isinstance(where, OSError):
            _fail(stage.course, requests, where)


def _enter_namespaces(requests: socket.socket) -> None:
    """Become process 1 of a PID namespace, so that what is forked here ends with this process, however it ends.

    It is also one to come back to after a fork into another: an ordinary user has no power over the host's. The
    process that was started waits outside.
    """
    if os.geteuid() != 0:
        own_namespace.become_root(requests)
    kernel.unshare(kernel.CLONE_NEWPID | kernel.CLONE_NEWNS)
    child = os.fork()
    if child != 0:
        requests.close()
        os.waitpid(child, 0)
        os._exit(0)
    kernel.die_with_parent(signal.SIGKILL)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)


def _prepare(setup: Setup) -> None:
    dispositions.restore()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the executor's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps what is forked here
    script.find_command_line()
    _preload(setup.preload)
    if setup.warm:
        script.hide(setup.environment)
    root.lay_out(setup.tree)


def _preload(modules: list[str]) -> None:
    """Import what there is of these. Raises OSError where that left a thread behind, which a fork would lose."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:  # this runtime doesn't have it, and the program that wants it will be told so
            continue
    exec(compile(_WARM_UP, "warm-up", "exec"), {"__name__": "warm-up"})  # noqa: S102 - our own text
    if os.fork() == 0:  # has libraries with threads of their own (OpenBLAS) end them, as they do for any fork
        os._exit(0)
    threads = os.listdir("/proc/self/task")
    if len(threads) != 1:
        raise OSError(f"importing {', '.join(modules)} left {len(threads) - 1} threads running")


def _make(stage: init.Stage, requests: socket.socket) -> str:
    """Fork process 1 of a sandbox that gets namespaces of its own. Return where the tape ends, in each process."""
    message, received = stage.course.kept.asked()
    namespaces = lot.make(read_identity(message))
    try:
        where, held = stage.course.begin(lot.Lot(*namespaces))
        if where == FORKED:
            descriptors.send(requests, MADE, [held, *namespaces])
            for descriptor in (held, *received):
                os.close(descriptor)
    finally:
        if stage.course.forked != 0:
            for descriptor in namespaces:
                os.close(descriptor)
    return where


def _fail(course: Course, requests: socket.socket, error: OSError) -> None:
    """Tell why there is no sandbox, and close what there was of it."""
    course.let_go()
    requests.send(FAILED + str(error).encode()[:4096])
