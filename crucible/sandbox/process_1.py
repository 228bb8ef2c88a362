"""Process 1 of a container: waits in it for a program, starts it, reaps, ends all of it, collects, reports.

A runtime made the container and has gone; nobody's code has run in it. What stands is a Python interpreter and,
beside it, the *vessel*: a child that has given up everything already and waits to become the program, so that
neither a start of an interpreter nor the dropping of rights is left to do when the program comes. Python programs
run in the vessel's own interpreter, where nothing about them needs one that is started for them; any other is
executed.

The executor's socket is this process's standard input; the program never holds it. When this process ends, the
kernel, whichever it is, ends all else in the container.
"""

import contextlib
import gc
import importlib
import json
import os
import socket
import struct
import sys
from functools import partial

from crucible.sandbox import capabilities, inputs, kernel, landlock, rehearsal, report, script, steps, wall
from crucible.sandbox.disk import Disk
from crucible.sandbox.plan import SHARED_MEMORY, WORKSPACE, Bounds, decode_work
from crucible.sandbox.readable import readable
from crucible.sandbox.record import Record
from crucible.sandbox.tracing import Tracer
from crucible.sandbox.tree import ENVIRONMENT
from crucible.sandbox.vessel import Confines, Vessel

CODE = "/.crucible"
"""Where this process's own code stands."""
WALL = f"{CODE}/wall"
"""Where the executor has written the wall down: to compile it takes longer than an interpreter's start."""
WORK_HEAD = struct.Struct(">cQ")
"""What precedes a work on the socket: `report.WORK` and the number of bytes that follow."""
_LOOK_MILLISECONDS = 200


class Manner(Record):
    """What process 1 is told as it starts, on its command line."""

    warm: bool
    """Whether programs run in its own interpreter; else they are started by an exec."""
    preload: tuple[str, ...]
    """Modules that a program finds imported."""
    own_kernel: bool
    """Whether the container has one, in which attempts come to a tracer."""
    rehearses: bool
    """Whether no program waits for it yet, and what takes long after a fork is done meanwhile: see `rehearsal`."""

    def encode(self) -> str:
        """Return it as an argument."""
        return json.dumps(self.raw())


def main() -> None:
    """Be process 1 of a container, and end this process."""
    del sys.path[0]  # where this module was found is nobody else's business
    manner = Manner(**json.loads(sys.argv[1]))
    channel = take_channel()
    try:
        script.find_command_line()
        for name in manner.preload:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        _serve(channel, manner)
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        with contextlib.suppress(OSError):
            report.send(channel, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
    os._exit(0)


def take_channel() -> socket.socket:
    """Return the executor's socket, and have nothing on standard input."""
    channel = socket.socket(fileno=os.dup(0))
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return channel


def read_wall() -> wall.Wall:
    """Return the wall that this container's program is to be behind."""
    with open(WALL) as file:
        return wall.read(json.load(file))


def _serve(channel: socket.socket, manner: Manner) -> None:
    capabilities.drop_bounding_set(capabilities.last_capability())
    calls = read_wall()
    tracer = Tracer() if calls.traced else None
    confines = Confines(
        wall=calls,
        landlock_abi=landlock.abi(),
        warm=manner.warm,
        rehearse=rehearsal.rehearse_as_program if manner.rehearses else None,
        tracer=tracer,
    )
    if manner.warm:
        script.hide(ENVIRONMENT)
    wakeup = steps.wake_on_children()
    gc.collect()
    gc.freeze()  # the program's collector must not touch, and so copy, what was there before it
    waiting = Vessel.make(confines)
    reap = tracer.reap if tracer is not None else steps.reap
    if manner.rehearses:
        rehearsal.rehearse_as_process_1(waiting, wakeup, reap)
    kernel.prctl(kernel.Prctl.SET_DUMPABLE, 0)
    about = {
        "landlock": confines.landlock_abi,
        "kernel": " ".join(os.uname()[::2][:2]),
        "python": sys.version.split()[0],
    }
    report.send(channel, report.READY, about)

    body = _receive(channel)
    if body is None:
        return  # the executor has no use for this container any more
    order, work, contents, standard_input = decode_work(body)
    unchanged = inputs.write(work, contents)
    stdin = readable(standard_input)
    watch = partial(steps.watch, stop=channel.fileno(), wakeup=wakeup, reap=reap)
    looks = _Looks(channel, work.bounds)
    if manner.own_kernel:
        watch = partial(watch, now_and_then=looks.look, milliseconds=_LOOK_MILLISECONDS)
    ended = steps.Steps(
        fork=partial(Vessel.make, confines),
        wall=calls,
        giving_up=steps.giving_up(calls),
        order=order,
        work=work,
        streams=[stdin, 1, 2],
        channel=channel,
        watch=watch,
        let_go=partial(_let_go, stdin),
    ).run(waiting)
    if manner.own_kernel:
        ended.disk_full = ended.disk_full or looks.disk_was_full
    steps.conclude(channel, work, unchanged, ended)


class _Looks:
    """What the host sees nothing of in a container with a kernel of its own."""

    def __init__(self, channel: socket.socket, bounds: Bounds) -> None:
        self._channel = channel
        self._disk = Disk(
            (WORKSPACE, SHARED_MEMORY), bounds.disk_bytes, counted=(SHARED_MEMORY,), most_files=bounds.inodes
        )
        self._exceeded = False

    def look(self, *, stopped: bool) -> None:
        """Tell how many processes and threads the program has, and end it where it has too much in files."""
        report.send(self._channel, report.COUNT, {"processes": kernel.count_others()})
        if not stopped and self._disk.is_exceeded():
            self._exceeded = True
            steps.kill_all()

    @property
    def disk_was_full(self) -> bool:
        """Whether the program had as much in files as it may, or more."""
        return self._exceeded or self._disk.is_full()


def _let_go(standard_input: int) -> None:
    """Close what only a step needs, so that the program's own ends of the streams are the last ones."""
    os.close(standard_input)
    nothing = os.open("/dev/null", os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)


def _receive(channel: socket.socket) -> bytes | None:
    """Return the work, or None where there will be none."""
    head = _read(channel, WORK_HEAD.size)
    if len(head) < WORK_HEAD.size:
        return None
    kind, length = WORK_HEAD.unpack(head)
    if kind != report.WORK:
        return None
    body = _read(channel, length)
    return body if len(body) == length else None


def _read(channel: socket.socket, length: int) -> bytes:
    parts: list[bytes] = []
    while length > 0 and (part := channel.recv(min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
