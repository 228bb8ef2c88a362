"""Process 1 of a container: waits for a program, starts it, relays its output, reaps, ends all of it, collects.

It is the container's root, reduced to the capabilities that let it become the program's user, kill what runs under
that and read what it left; the program is another user and has none. It leaves when the executor does: the engine
closes its input then, and its end is the container's.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial

from crucible.sandbox import capabilities, collect, kernel, landlock, report, steps
from crucible.sandbox.answers import Answers
from crucible.sandbox.disk import Disk
from crucible.sandbox.docker import accounts
from crucible.sandbox.docker.wire import STDERR, STDOUT, Errand, Streams
from crucible.sandbox.in_child import failure_of
from crucible.sandbox.plan import WORKSPACE, WRITABLE, order_of
from crucible.sandbox.progress import ProgressReader
from crucible.sandbox.tracing import Tracer
from crucible.sandbox.vessel import Confines, Vessel
from crucible.sandbox.wall import Wall, read

_CHUNK_BYTES = 64 * 1024
_LOOK_MILLISECONDS = 100
_GRACE_SECONDS = 30.0
"""How long after the program's time the executor may be silent."""


def main() -> None:
    """Be process 1 until the executor has everything, or is gone."""
    streams = Streams(os.dup(0), os.dup(1))
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    try:
        _serve(streams, read(json.loads(sys.argv[2])), int(sys.argv[3]))
    except EOFError:
        pass  # the executor is gone, and with it whoever could be told
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        with contextlib.suppress(OSError):
            report.send(streams, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
            _await_end(streams)
    finally:
        os._exit(0)


def _serve(streams: Streams, wall: Wall, user: int) -> None:
    kernel.prctl(kernel.Prctl.SET_DUMPABLE, 0)
    capabilities.drop_bounding_set(capabilities.last_capability())
    wakeup = steps.wake_on_children()
    processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    accounts.write(user)
    tracer = Tracer() if wall.traced else None
    confines = Confines(wall=wall, landlock_abi=landlock.abi(), warm=False, user=user, tracer=tracer)
    waiting = Vessel.make(confines, processes)
    found = {"landlock": confines.landlock_abi, "kernel": os.uname().release, "apparmor": _profile()}
    report.send(streams, report.READY, found)

    kind, _ = report.HEAD.unpack(streams.read(report.HEAD.size))
    if kind != report.WORK:
        return
    errand = streams.read_errand()
    contents = [streams.read(size) for _, size in errand.work.inputs]
    unchanged = _write_inputs(errand, contents, user)
    contents.clear()
    relay = _Relay(streams, errand, wakeup, tracer.reap if tracer is not None else steps.reap)
    given = [streams.memory(errand.stdin_bytes), *relay.written]
    ended = steps.Steps(
        fork=partial(Vessel.make, confines, processes),
        wall=wall,
        giving_up=steps.giving_up(wall),
        order=order_of(errand.work),
        work=errand.work,
        streams=given,
        channel=streams,
        watch=relay.watch,
        let_go=partial(_close, [*given, processes]),
    ).run(waiting)
    relay.finish(ended)
    steps.conclude(streams, errand.work, unchanged, ended)
    _await_end(streams)


def _profile() -> str:
    """Return the AppArmor profile that the engine put this process under; nothing where there is no AppArmor."""
    try:
        with open("/proc/self/attr/apparmor/current") as file:
            return file.read().strip()
    except OSError:  # another kernel, or one that was built or booted without it
        return ""


def _close(given: list[int]) -> None:
    for descriptor in given:
        os.close(descriptor)


def _await_end(streams: Streams) -> None:
    """Stay until the executor has read the counters, which end with this process."""
    with contextlib.suppress(EOFError):
        while True:
            streams.read(1)


class _Relay:
    """Sends on what the program writes, and ends what exceeds a bound that no single part of the kernel holds."""

    def __init__(self, streams: Streams, errand: Errand, wakeup: int, reap: Callable[[int], int | None]) -> None:
        self._reap = reap
        self._streams = streams
        self._errand = errand
        self._wakeup = wakeup
        self._deadline = time.monotonic() + errand.wall_seconds + _GRACE_SECONDS
        self._output_left = errand.output_bytes
        self._full = False
        self._told = 0
        self._disk = Disk(
            WRITABLE,
            errand.disk_bytes,
            counted=() if errand.inodes is None else WRITABLE,
            most_files=errand.inodes or 0,
        )
        stdout, out = os.pipe2(os.O_CLOEXEC)
        stderr, err = os.pipe2(os.O_CLOEXEC)
        self.written = [out, err]
        """The program's ends of its output streams."""
        self._pipes = {stdout: STDOUT, stderr: STDERR}
        for descriptor in self._pipes:
            os.set_blocking(descriptor, False)

    def watch(
        self, step: str, process: int, answers: Answers | None, progress: ProgressReader | None
    ) -> steps.Ended:
        """See `steps.watch`."""
        return steps.watch(
            step,
            process,
            answers,
            progress,
            stop=self._streams.incoming,
            wakeup=self._wakeup,
            others=dict.fromkeys(self._pipes, self._relay),
            now_and_then=self._look,
            milliseconds=_LOOK_MILLISECONDS,
            reap=self._reap,
        )

    def finish(self, ended: steps.Ended) -> None:
        """Send the rest of what was written by who lives no more."""
        ended.disk_full = ended.disk_full or self._full
        for descriptor in list(self._pipes):
            while descriptor in self._pipes and self._relay(descriptor):
                pass
        if self._output_left < 0 and not ended.stopped:
            self._streams.read(1)  # the executor ends it for that; it must not seem to have ended by itself before
            ended.stopped = True

    def _look(self, *, stopped: bool) -> None:
        if time.monotonic() > self._deadline:
            raise EOFError
        if self._errand.work.processes is not None:
            self._tell_processes()
        if not stopped and self._disk.is_exceeded():
            self._full = True
            steps.kill_all()

    def _tell_processes(self) -> None:
        count = kernel.count_others()
        if count != self._told:
            self._told = count
            report.send(self._streams, report.COUNT, {"processes": count})

    def _relay(self, descriptor: int) -> bool:
        """Send what is there to read; False at its end, or where nobody wants more: the program waits then."""
        try:
            data = os.read(descriptor, _CHUNK_BYTES)
        except BlockingIOError:
            return True
        if data:
            if self._output_left >= 0:
                report.send_bytes(self._streams, self._pipes[descriptor], data)
                self._output_left -= len(data)
            return self._output_left >= 0
        del self._pipes[descriptor]
        os.close(descriptor)
        return False


def _write_inputs(errand: Errand, contents: list[bytes], user: int) -> collect.Unchanged:
    """Write the inputs as the program's user, in a process of its own: this one may not write where it does."""
    paths = [path for path, _ in errand.work.inputs]

    def write() -> None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        os.umask(0o022)
        os.chdir(WORKSPACE)
        for path, content in zip(paths, contents, strict=True):
            if folder := os.path.dirname(path):
                os.makedirs(folder, exist_ok=True)
            with open(path, "xb") as file:
                file.write(content)

    if reason := failure_of(write):
        raise OSError(f"the inputs could not be written: {reason}")
    return {
        os.fsencode(os.path.normpath(path)): collect.fingerprint(
            os.stat(f"{WORKSPACE}/{path}", follow_symlinks=False)
        )
        for path in paths
    }
