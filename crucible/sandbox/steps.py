"""What process 1 does once there is a program: has it compiled and run, answers, reaps, and says how it ended.

Every process 1 of a program does this in the same way, whatever it stands in and however it was made.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import Callable, Optional

from crucible.sandbox import call_filter, capabilities, collect, kernel, report
from crucible.sandbox.answers import Answers
from crucible.sandbox.attempts import Attempts
from crucible.sandbox.plan import WORKSPACE, WRITABLE, Work
from crucible.sandbox.progress import ProgressReader
from crucible.sandbox.record import Record
from crucible.sandbox.vessel import Vessel
from crucible.sandbox.wall import Wall

_UNTIL_COLLECTED = capabilities.CAP_KILL | capabilities.CAP_DAC_READ_SEARCH
"""Of the sandbox's own user namespace: to end the program and collect its files."""
_TO_ANSWER = capabilities.CAP_SYS_PTRACE
"""To read whom it tries to reach."""


class Ended(Record, frozen=False):
    """How a step ended, in the words of `verdict.Report`."""

    step: str
    code: int | None
    signal: int | None
    stopped: bool
    """Whether the executor asked for the end."""
    ending: bool = False
    """Whether the kernel still takes its processes apart, of which none can do anything any more."""
    foreign_call: str | None = None
    """The calling convention of another architecture that something of it used, and was killed for."""
    wall_seconds: float = 0.0
    disk_full: bool = False
    files_truncated: bool = False

    @classmethod
    def of(
        cls, step: str, status: int, *, stopped: bool, ending: bool = False, foreign_call: str | None = None
    ) -> Ended:
        """Return what a process's wait status says."""
        return cls(
            step=step,
            code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            stopped=stopped,
            ending=ending,
            foreign_call=foreign_call,
        )


def giving_up(wall: Wall) -> kernel.Calls:
    """Write down how process 1 gives up what it needs no more once it has handed the program over."""
    return [*giving_up_powers(wall), *giving_up_calls(wall)]


def giving_up_powers(wall: Wall) -> kernel.Calls:
    """Write the first half of it down."""
    return capabilities.keeping_only(_UNTIL_COLLECTED | (_TO_ANSWER if wall.known else 0))


def giving_up_calls(wall: Wall) -> kernel.Calls:
    """Write the second half of it down, due before it looks at anything that the program made."""
    return [call_filter.installing(wall.process_1)]


Watch = Callable[[str, int, Optional[Answers], Optional[ProgressReader]], "Ended"]
"""Waits for a step's process while it answers: see `watch`."""


class Steps(Record):
    """A program's compilation, if it has one, and its run."""

    fork: Callable[[], Vessel]
    wall: Wall
    order: bytes
    """The work as it came, which goes on to the process that becomes the program."""
    work: Work
    giving_up: kernel.Calls
    """What process 1 does to itself once the program runs: see `giving_up`."""
    streams: list[int]
    """The program's standard input, output and errors."""
    channel: report.Channel
    watch: Watch
    let_go: Callable[[], None]
    """Closes what only the start of a program needs, so that its own ends of the streams are the last ones."""

    def run(self, waiting: Vessel) -> Ended:
        """Return how the last step ended, when nothing that they started is left."""
        began = time.monotonic()
        attempts = self._attempts(began)
        answers = waiting.answers(attempts)
        if self.work.compile:
            waiting.order(self.order, self.streams, compiles=True)
            report.send(self.channel, report.STARTED, {})
            ended = self.watch("compile", waiting.process, answers, None)
            waiting.let_go()
            if ended.code != 0 or ended.stopped:
                self.let_go()
                return _end(ended, began, attempts, answers)
            _end_the_rest(answers)
            waiting = self.fork()
            answers = waiting.answers(attempts)
        progress: ProgressReader | None = None
        streams = self.streams
        if self.work.reports_progress:
            progress = ProgressReader(
                lambda told: report.send(self.channel, report.PROGRESS, told.raw()),
                lambda: time.monotonic() - began,
            )
            streams = [*streams, progress.writable]
        waiting.order(self.order, streams, compiles=False)
        if not self.work.compile:
            report.send(self.channel, report.STARTED, {})  # while the other side gets ready
        self.let_go()
        if progress is not None:
            progress.let_go()
        kernel.make(self.giving_up)
        ended = self.watch("run", waiting.process, answers, progress)
        waiting.let_go()
        ended = _end(ended, began, attempts, answers)
        if progress is not None:
            progress.finish()
        return ended

    def go_on(self, waiting: Vessel, began: float) -> Ended:
        """Return how the program ended that runs already, since `began`, when nothing that it started is left."""
        attempts = self._attempts(began)
        answers = waiting.answers(attempts)
        ended = self.watch("run", waiting.process, answers, None)
        waiting.let_go()
        return _end(ended, began, attempts, answers)

    def _attempts(self, began: float) -> Attempts:
        return Attempts(
            lambda attempt: report.send(self.channel, report.ATTEMPT, attempt.raw()),
            lambda: time.monotonic() - began,
        )


def _end(ended: Ended, began: float, attempts: Attempts, answers: Answers | None) -> Ended:
    """End what the last step left, and note what is known by then."""
    ended.wall_seconds = time.monotonic() - began
    ended.disk_full = ended.disk_full or any(map(is_full, WRITABLE))
    if not ended.ending:
        _end_the_rest(answers)
    elif answers is not None:
        answers.finish()
    attempts.finish()
    return ended


def reap(child: int) -> int | None:
    """Take leave of whatever ended; return how `child` did, if it was among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == child:
            return status
        if pid == 0:
            return None


def watch(
    step: str,
    process: int,
    answers: Answers | None,
    progress: ProgressReader | None,
    *,
    stop: int,
    wakeup: int,
    others: dict[int, Callable[[int], bool]] | None = None,
    now_and_then: Callable[..., None] | None = None,
    milliseconds: int | None = None,
    reap: Callable[[int], int | None] = reap,
    status_of: Callable[[int], int | None] = lambda _: None,
) -> Ended:
    """Reap, answer and hear of progress until the process has ended, by itself or because `stop` became readable.

    `others`: what to do where these descriptors are readable, until that says False. `now_and_then` is done each
    time something happened, and so many milliseconds after nothing did; it is told whether the end was asked for.
    `reap`: a tracer's, where this process is one. `status_of`: see `ending`, where that can be had.
    """
    stopped = False

    def end_it(_: int) -> bool:
        nonlocal stopped
        stopped = True
        kill_all()
        return False

    served = {wakeup: _empty, stop: end_it, **(others or {})}
    poll = select.poll()
    for descriptor in served:
        poll.register(descriptor, select.POLLIN)
    if answers is not None:
        answers.watch(poll)
    if progress is not None:
        served[progress.readable] = progress.serve
    while True:
        status, ending = reap(process), False
        if status is None and answers is not None and answers.is_done:
            status, ending = status_of(process), True
        if status is not None:
            foreign = answers.foreign if answers is not None else None
            return Ended.of(step, status, stopped=stopped, ending=ending, foreign_call=foreign)
        if now_and_then is not None:
            now_and_then(stopped=stopped)
        wait = milliseconds
        if progress is not None:
            wait = progress.watch(poll, wait)
        _serve_what_is_ready(poll, wait, served, answers)


def _serve_what_is_ready(
    poll: select.poll,
    milliseconds: int | None,
    served: dict[int, Callable[[int], bool]],
    answers: Answers | None,
) -> None:
    for descriptor, event in poll.poll(milliseconds):
        if answers is not None and descriptor not in served:
            answers.serve(descriptor, event)
        elif not served[descriptor](descriptor):
            poll.unregister(descriptor)


def _empty(pipe: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        os.read(pipe, 4096)
    return True


def conclude(channel: report.Channel, work: Work, unchanged: collect.Unchanged, ended: Ended) -> None:
    """Tell what the program left, of which nothing runs any more, and how it ended."""
    collection = collect.Collection(work.bounds, unchanged)
    for path, content in collection.walk(WORKSPACE):
        report.send_bytes(channel, report.FILE, len(path).to_bytes(2, "big"), path, content)
    ended.files_truncated = collection.truncated
    report.send(channel, report.ENDED, vars(ended))


def wake_on_children() -> int:
    """Return a descriptor that becomes readable when a child ended: zombies count towards the process limit."""
    readable, writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def kill_all() -> None:
    """Kill everything but process 1, which this is."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def kill_the_rest() -> None:
    """Return once process 1 is alone."""
    kill_all()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
        kill_all()


def _end_the_rest(answers: Answers | None) -> None:
    """Return once process 1 is alone, having noted what it could not answer any more."""
    if answers is not None:
        answers.drain()
    kill_the_rest()
    if answers is not None:
        answers.finish()


def is_full(folder: str) -> bool:
    """Tell whether its file system has no room, for bytes or for files."""
    space = os.statvfs(folder)
    return space.f_bavail == 0 or (space.f_files > 0 and space.f_favail == 0)
