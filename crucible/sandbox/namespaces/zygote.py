"""The process from which sandboxes are forked. It is clean, has one thread and holds no secret.

It is a runtime's own interpreter, started once, with the modules imported that programs often want, or
Crucible's own for programs that are started by an exec. It learns what its sandboxes have in common, lays their
root out in a mount namespace of its own, and then forks: each message from the executor is a place, and with it
come the report channel, the control groups to join, and the namespaces of an earlier sandbox, if any.

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
from crucible.sandbox.plan import Setup, read_place, read_setup
from crucible.sandbox.wall import read

READY = b"ready "
"""And the version of the interpreter that forks, in its own words: its file may have been replaced since."""
MADE = b"made"
FAILED = b"failed "
MAXIMUM_MESSAGE_BYTES = 65_536
MOST_DESCRIPTORS = 16
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
    except Exception as error:  # noqa: BLE001 - the executor hears why, whatever it was
        requests.send(FAILED + f"{type(error).__name__}: {error}".encode()[:4096])
        return
    stage = init.Stage(setup, read(setup.wall))
    own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    rehearsal.rehearse(stage.wall, setup.landlock)
    gc.collect()
    undying.stop_counting()
    gc.freeze()
    kernel.give_back_heap()
    fresh_pages.begin()
    requests.send(READY + sys.version.split()[0].encode())
    while True:
        message, received = descriptors.receive(requests, MAXIMUM_MESSAGE_BYTES, MOST_DESCRIPTORS)
        if not message:
            return
        try:
            made = _make(stage, message, received, requests=requests, own_processes=own_processes)
        except OSError as error:
            requests.send(FAILED + str(error).encode()[:4096])
        else:
            descriptors.send(requests, MADE, made)
            received += made
        for descriptor in received:
            os.close(descriptor)


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


def _make(
    stage: init.Stage,
    message: bytes,
    received: list[int],
    *,
    requests: socket.socket,
    own_processes: int,
) -> list[int]:
    """Fork process 1 of a sandbox. Return what the executor holds it by, and its namespaces where they are new."""
    place = read_place(message)
    channel, groups, used = received[0], received[1 : 1 + place.groups], received[1 + place.groups :]
    namespaces = used or lot.make(place.identity)
    building = stage.building(place, init.Outside(groups, lot.Lot(*namespaces)))
    gate, key = os.pipe2(os.O_CLOEXEC)
    try:
        kernel.unshare(kernel.CLONE_NEWPID)
        try:
            child = kernel.fork()
            if child == 0:
                os.close(key)
                os.read(gate, 1)  # until there is hold of this process, which the kernel reaps as soon as it ends
                for descriptor in (gate, requests.detach(), own_processes):  # which are the zygote's alone
                    os.close(descriptor)
                init.run(stage, building, channel)
        finally:
            kernel.setns(own_processes, kernel.CLONE_NEWPID)
        held = kernel.pidfd_open(child)
    except OSError:
        for descriptor in [] if used else namespaces:
            os.close(descriptor)
        raise
    finally:
        os.close(gate)
        os.close(key)
    return [held] if used else [held, *namespaces]
