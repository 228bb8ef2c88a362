"""What a program tells of how far it has come, read by process 1 so that no flood of it reaches anybody else.

The program writes lines of JSON to a descriptor that its environment names; `docs/progress.md` is the protocol.
Process 1 looks a few times a second and takes out what waits, which is no more than a pipe holds: who writes
faster waits, as with any pipe. Of what it finds at once only the last lines are read, and only the last that is
right is told, made of values that were checked. So whatever was written, an event is one of progress, and small.
"""

from __future__ import annotations

import json
import os
import select
from typing import TYPE_CHECKING, Any, Final

from crucible.sandbox.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

DESCRIPTOR: Final = 4
"""Under which number the program finds it."""
VARIABLE: Final = "CRUCIBLE_PROGRESS"
"""Which variable of its environment says so."""
LONGEST_LINE: Final = 4096
LONGEST_MESSAGE: Final = 200
LARGEST_NUMBER: Final = 2**53
"""Up to which floating-point numbers tell every integer from the next."""
_MOST_LINES: Final = 100
"""Of what is found at once, these are read, from the end."""
_CHUNK_BYTES: Final = 64 * 1024
"""As much as the kernel has a pipe hold."""
_SHORTEST_PAUSE_SECONDS: Final = 0.05
_PAUSES_PER_RUN: Final = 2000
"""Pauses are no shorter than this part of the time so far, which bounds how many there are over hours."""


class Progress(Record):
    """What was told last; the fields are those of `SandboxProgress`."""

    done: float | None
    total: float | None
    message: str
    malformed: int
    wall_seconds: float


class ProgressReader:
    """Process 1's end of the pipe, for one run. `tell` is given what is new, as described above."""

    def __init__(self, tell: Callable[[Progress], None], clock: Callable[[], float]) -> None:
        self.readable, self.writable = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.readable, False)
        self._tell = tell
        self._clock = clock
        self._due = 0.0
        self._is_watched = False
        self._at_end = False
        self._begun = b""
        """The line that has no end yet."""
        self._said: tuple[float | None, float | None, str] = (None, None, "")
        self._malformed = 0
        self._told: tuple[Any, ...] = (None, None, "", 0)

    def watch(self, poll: select.poll, milliseconds: int | None) -> int | None:
        """Have the pipe polled once the next look is due; return for how long to poll, at the most that long."""
        if self._is_watched or self._at_end:
            return milliseconds
        left = self._due - self._clock()
        if left <= 0:
            poll.register(self.readable, select.POLLIN)
            self._is_watched = True
            return milliseconds
        until_due = int(left * 1000) + 1
        return until_due if milliseconds is None else min(until_due, milliseconds)

    def serve(self, _: int) -> bool:
        """Look; False, since the pipe is left alone until the next look is due."""
        self._is_watched = False
        self._look()
        self._tell_what_is_new()
        self._due = self._clock() + max(_SHORTEST_PAUSE_SECONDS, self._clock() / _PAUSES_PER_RUN)
        return False

    def let_go(self) -> None:
        """Close the writing end: the program has its own."""
        os.close(self.writable)

    def finish(self) -> None:
        """Tell the last of it, now that nobody is left who could write, though somebody may hold the other end."""
        while self._look():
            pass
        if self._begun:
            self._read(self._begun)
        self._tell_what_is_new()
        os.close(self.readable)

    def _look(self) -> bool:
        """Take what is there; False where there is nothing."""
        try:
            data = os.read(self.readable, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        self._at_end = not data
        lines = (self._begun + data).rsplit(b"\n", _MOST_LINES)
        self._begun = lines.pop()[: LONGEST_LINE + 1]
        if lines:
            lines[0] = lines[0].rpartition(b"\n")[2]
        for line in lines:
            self._read(line)
        return not self._at_end

    def _read(self, line: bytes) -> None:
        if not line.strip():
            return
        said = parse(line)
        if said is None:
            self._malformed += 1
        else:
            self._said = said

    def _tell_what_is_new(self) -> None:
        new = (*self._said, self._malformed)
        if new != self._told:
            self._told = new
            self._tell(Progress(*self._said, malformed=self._malformed, wall_seconds=self._clock()))


def parse(line: bytes) -> tuple[float | None, float | None, str] | None:
    """Return what is done, of how much, and the message that a line tells; None where it is no such line."""
    if len(line) > LONGEST_LINE:
        return None
    try:
        said = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    if type(said) is not dict:
        return None
    done, total, message = said.get("done"), said.get("total"), said.get("message")
    if (done is None and not message) or not (_is_amount(done) and _is_amount(total)):
        return None
    if message is not None and type(message) is not str:
        return None
    return done, total, _legible(message or "")


def _is_amount(value: Any) -> bool:
    """Tell whether it is a number that can be shown, or none at all; NaN and infinity are neither."""
    return value is None or (type(value) in {int, float} and 0 <= value <= LARGEST_NUMBER)


def _legible(message: str) -> str:
    """Return a text that nobody obeys: neither a terminal nor who lays out lines from right to left."""
    shown = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in message[:LONGEST_MESSAGE])
    return shown if len(shown) <= LONGEST_MESSAGE else f"{shown[: LONGEST_MESSAGE - 1]}…"
