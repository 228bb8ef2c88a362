"""Process 1 of a container: waits for a program, starts it, relays its output, reaps, ends all of it, collects.

It is the container's root, reduced to the capabilities that let it become the program's user, kill what runs under
that and read what it left; the program is another user and has none. It leaves when the executor does: the engine
closes its input then, and its end is the container's.
"""

import contextlib
import itertools
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from crucible.sandbox import call_filter, capabilities, collect, kernel, landlock, report
from crucible.sandbox.docker import program
from crucible.sandbox.docker.wire import COUNT, STDERR, STDOUT, Errand, Streams
from crucible.sandbox.plan import WORKSPACE, WRITABLE

_UNTIL_COLLECTED = capabilities.CAP_KILL | capabilities.CAP_DAC_READ_SEARCH
_CHUNK_BYTES = 64 * 1024
_LOOK_MILLISECONDS = 100
_COUNT_SECONDS = 0.5
_GRACE_SECONDS = 30.0
"""How long after the program's time the executor may be silent."""


@dataclass(slots=True)
class Ended:
    """How a step ended; the executor's `verdict.Report`."""

    step: str
    code: int | None
    signal: int | None
    stopped: bool
    foreign_call: str | None = None
    wall_seconds: float = 0.0
    disk_full: bool = False
    files_truncated: bool = False


def main() -> None:
    """Be process 1 until the executor has everything, or is gone."""
    streams = Streams(os.dup(0), os.dup(1))
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    try:
        _serve(streams)
    except EOFError:
        pass  # the executor is gone, and with it whoever could be told
    except BaseException as error:  # noqa: BLE001 - reported, and this process must end here
        with contextlib.suppress(OSError):
            report.send(streams, report.BROKEN, {"error": f"{type(error).__name__}: {error}"})
            _await_end(streams)
    finally:
        os._exit(0)


def _serve(streams: Streams) -> None:
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0, about="PR_SET_DUMPABLE")
    last = capabilities.last_capability()
    wakeup = _wake_on_children()
    report.send(streams, report.READY, {"landlock": landlock.abi(), "kernel": os.uname().release})

    kind, _ = report.HEAD.unpack(streams.read(report.HEAD.size))
    if kind != report.WORK:
        return
    errand = streams.read_errand()
    contents = [streams.read(size) for _, size in errand.work.inputs]
    inputs = _write_inputs(errand, contents)
    contents.clear()
    run = _Run(streams, errand, last, wakeup, _stdin(streams, errand))
    report.send(streams, report.STARTED, {})
    ended = run.steps()
    collection = collect.Collection(errand.work.bounds, inputs)
    for path, content in collection.walk(WORKSPACE):
        report.send_bytes(streams, report.FILE, len(path).to_bytes(2, "big"), path, content)
    ended.files_truncated = collection.truncated
    report.send(streams, report.ENDED, asdict(ended))
    _await_end(streams)


def _await_end(streams: Streams) -> None:
    """Stay until the executor has read the counters, which end with this process."""
    with contextlib.suppress(EOFError):
        while True:
            streams.read(1)


class _Run:
    """A program's compilation, if it has one, and its run."""

    def __init__(self, streams: Streams, errand: Errand, last_capability: int, wakeup: int, stdin: int) -> None:
        self._streams = streams
        self._errand = errand
        self._last_capability = last_capability
        self._wakeup = wakeup
        self._deadline = time.monotonic() + errand.wall_seconds + _GRACE_SECONDS
        self._output_left = errand.output_bytes
        self._full = False
        self._count_due = 0.0
        self._told = 0
        self._most_used = errand.disk_bytes + sum(map(_used, WRITABLE))
        stdout, self._stdout = os.pipe2(os.O_CLOEXEC)
        stderr, self._stderr = os.pipe2(os.O_CLOEXEC)
        self._stdin = stdin
        self._pipes = {stdout: STDOUT, stderr: STDERR}
        for descriptor in self._pipes:
            os.set_blocking(descriptor, False)

    def steps(self) -> Ended:
        """Return how the last step ended, when nothing that they started is left and all output was sent."""
        began = time.monotonic()
        ended: Ended | None = None
        if self._errand.work.compile:
            ended = self._wait("compile", self._start(self._errand.work.compile))
            _kill_the_rest()
        if ended is None or (ended.code == 0 and not ended.stopped):
            child = self._start(self._errand.work.run)
            self._let_go()
            capabilities.drop_bounding_set(self._last_capability)
            capabilities.keep_only(_UNTIL_COLLECTED)
            call_filter.install(bytes.fromhex(self._errand.call_filter))
            ended = self._wait("run", child)
        else:
            self._let_go()
        ended.wall_seconds = time.monotonic() - began
        ended.disk_full = self._full or any(map(_is_full, WRITABLE))
        _kill_the_rest()
        for descriptor in list(self._pipes):
            while descriptor in self._pipes and self._relay(descriptor):
                pass
        if self._output_left < 0 and not ended.stopped:
            self._streams.read(1)  # the executor ends it for that; it must not seem to have ended by itself before
            ended.stopped = True
        return ended

    def _start(self, arguments: list[str]) -> int:
        """Start a step and return its process id once it has become the program. Raises OSError where it can't."""
        failure, tell = os.pipe2(os.O_CLOEXEC)
        child = os.fork()
        if child == 0:
            try:
                signal.set_wakeup_fd(-1)
                streams = (self._stdin, self._stdout, self._stderr)
                program.become(arguments, self._errand, streams, tell, self._last_capability)
            except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
                message = f"{type(error).__name__}: {error}".encode()[:4096]
                for descriptor in (program.FAILURE_DESCRIPTOR, tell):
                    with contextlib.suppress(OSError):
                        os.write(descriptor, message)
                        break
            finally:
                os._exit(127)
        os.close(tell)
        with os.fdopen(failure, "rb") as file:
            if message := file.read():
                raise OSError(f"could not start {arguments[0]}: {message.decode(errors='replace')}")
        return child

    def _let_go(self) -> None:
        for descriptor in (self._stdin, self._stdout, self._stderr):
            os.close(descriptor)

    def _wait(self, step: str, child: int) -> Ended:
        """Relay and reap until `child` has ended or the executor asks for the end."""
        poll = select.poll()
        for descriptor in (self._wakeup, self._streams.incoming, *self._pipes):
            poll.register(descriptor, select.POLLIN)
        stopped = False
        while True:
            while (reaped := _reap())[0]:
                if reaped[0] == child:
                    return _ended(step, reaped[1], stopped=stopped)
            for descriptor, _ in poll.poll(_LOOK_MILLISECONDS):
                if descriptor == self._wakeup:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._wakeup, 4096)
                elif descriptor == self._streams.incoming:
                    self._streams.read(1)
                    stopped = True
                    _kill_all()
                elif not self._relay(descriptor):
                    poll.unregister(descriptor)
            self._look(stopped=stopped)

    def _look(self, *, stopped: bool) -> None:
        """End what exceeds a bound that no single part of the kernel holds."""
        if time.monotonic() > self._deadline:
            raise EOFError
        if self._errand.processes is not None:
            self._tell_processes()
        if not stopped and (sum(map(_used, WRITABLE)) > self._most_used or self._has_too_many_files()):
            self._full = True
            _kill_all()

    def _tell_processes(self) -> None:
        count = sum(1 for name in os.listdir("/proc") if name.isdigit()) - 1
        if count != self._told:
            self._told = count
            report.send_bytes(self._streams, COUNT, count.to_bytes(2, "big"))

    def _has_too_many_files(self) -> bool:
        most, now = self._errand.inodes, time.monotonic()
        if most is None or now < self._count_due:
            return False
        count = sum(1 for _ in itertools.islice(_entries(WRITABLE), most + 1))
        self._count_due = time.monotonic() + max(_COUNT_SECONDS, 10 * (time.monotonic() - now))
        return count > most

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


def _reap() -> tuple[int, int]:
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0, 0


def _ended(step: str, status: int, *, stopped: bool) -> Ended:
    return Ended(
        step=step,
        code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        stopped=stopped,
    )


def _write_inputs(errand: Errand, contents: list[bytes]) -> collect.Unchanged:
    """Write the inputs as the program's user, in a process of its own: this one may not write where it does."""
    failure, tell = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if child == 0:
        try:
            program.be_the_programs_user()
            os.umask(0o022)
            os.chdir(WORKSPACE)
            for (path, _), content in zip(errand.work.inputs, contents, strict=True):
                if folder := os.path.dirname(path):
                    os.makedirs(folder, exist_ok=True)
                with open(path, "xb") as file:
                    file.write(content)
        except BaseException as error:  # noqa: BLE001 - this process must end here, whatever happened
            os.write(tell, f"{type(error).__name__}: {error}".encode()[:4096])
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(failure, "rb") as file:
        message = file.read().decode(errors="replace")
    os.waitpid(child, 0)
    if message:
        raise OSError(f"the inputs could not be written: {message}")
    paths = [f"{WORKSPACE}/{path}" for path, _ in errand.work.inputs]
    return {
        os.fsencode(os.path.relpath(path, WORKSPACE)): collect.fingerprint(os.stat(path, follow_symlinks=False))
        for path in paths
    }


def _stdin(streams: Streams, errand: Errand) -> int:
    """Return a descriptor from which the program can read its input, and which it can't write."""
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC)
    try:
        streams.copy(errand.stdin_bytes, descriptor)
        os.fchmod(descriptor, 0o444)
        return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(descriptor)


def _entries(folders: Iterable[str]) -> Iterator[str]:
    """Yield the path of everything below some folders, following nothing; in a tree that changes, some of it."""
    left = list(folders)
    while left:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                yield entry.path
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)


def _is_full(folder: str) -> bool:
    space = os.statvfs(folder)
    return space.f_bavail == 0 or (space.f_files > 0 and space.f_favail == 0)


def _used(folder: str) -> int:
    space = os.statvfs(folder)
    return (space.f_blocks - space.f_bfree) * space.f_frsize


def _wake_on_children() -> int:
    """Return a descriptor that becomes readable when a child ended: zombies count towards the process limit."""
    readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _kill_all() -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def _kill_the_rest() -> None:
    """Return once process 1 is alone."""
    _kill_all()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
        _kill_all()


if __name__ == "__main__":
    sys.path = [path for path in sys.path if path]
    main()
